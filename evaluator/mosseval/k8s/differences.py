"""In what a Job of a cluster differs from the rendered one: what the cluster adds by itself is no difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mosseval.k8s.job import RENDERED

LONGEST = 200
"""Of a value in a message."""
OUTSIDE = ("metadata.annotations",)


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """One line a place, `PLACE: here, there that`; none where the cluster's Job was rendered alike."""
    mark = _annotations(wanted).get(RENDERED)
    if mark is not None and _annotations(found).get(RENDERED) == mark:
        return []
    lines = [line for line in _compared(wanted, found, "") if not line.startswith(OUTSIDE)]
    return lines or ["it was rendered by another version of mosseval, or changed in the cluster"]


def _annotations(job: Mapping[str, Any]) -> Mapping[str, Any]:
    return job.get("metadata", {}).get("annotations") or {}


def _compared(wanted: Any, found: Any, place: str) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name, value in wanted.items():
            yield from _compared(value, found.get(name), f"{place}.{name}" if place else name)
    elif _named(wanted) is not None and _named(found) is not None:
        here, there = _named(wanted) or {}, _named(found) or {}
        for name in dict.fromkeys((*here, *there)):
            yield from _compared(here.get(name), there.get(name), f"{place}[{name}]")
    elif wanted != found:
        yield f"{place}: {_said(wanted)}, there {_said(found)}"


def _named(value: Any) -> dict[str, Any] | None:
    """The items of a list by their names; None for what is no list of named things."""
    if not isinstance(value, list) or not all(isinstance(each, Mapping) and "name" in each for each in value):
        return None
    return {str(each["name"]): each for each in value}


def _said(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
