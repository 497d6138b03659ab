"""What `mosseval models` shows of each model: a row of text, read from the body of `/v1/models`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ABSENT = "–"
KEYS = {"set": "set", "missing": "missing", "server": "no server", "none": "none needed", "": ABSENT}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model. `key`: a key of `KEYS`; `todo`: what is left to do before it can be asked, '' for nothing."""

    id: str
    status: str = ""
    route: str = ""
    key: str = ""
    todo: str = ""
    remark: str = ""

    @property
    def asked_by_check(self) -> bool:
        """Whether `--check` asks it without being told to: live, ready, and one model rather than many."""
        return self.status == "live" and not self.todo and not self.id.endswith("*")


def rows(document: Mapping[str, Any]) -> Iterator[ModelRow]:
    """The rows of a listing; what is no model is passed over, what another server leaves out stays empty."""
    for each in document["data"]:
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            ours = each.get("mosseval")
            yield _row(each["id"], ours) if isinstance(ours, dict) else ModelRow(each["id"])


def _row(name: str, ours: Mapping[str, Any]) -> ModelRow:
    status, needs = _text(ours, "status"), _texts(ours, "needs")
    return ModelRow(
        id=name,
        status=status,
        route=_text(ours, "route"),
        key=_key(status, needs, ours),
        todo=_todo(status, needs, ours),
        remark=_remark(status, ours),
    )


def _key(status: str, needs: list[str], ours: Mapping[str, Any]) -> str:
    if status in ("retired", "web-only"):
        return ""
    if needs:
        return "server" if _has_server(ours) else "missing"
    return "none" if ours.get("key_needed") is False else "set"


def _todo(status: str, needs: list[str], ours: Mapping[str, Any]) -> str:
    if status == "retired":
        successor = _text(ours, "successor")
        return "replay it (--replay DIR)" + (f", or ask {successor}" if successor else "")
    if status == "web-only":
        return "collect it (view --collect), replay it (--replay DIR)"
    what = f"set {', '.join(needs)}"
    return "" if not needs else f"start its server, {what}" if _has_server(ours) else what


def _has_server(ours: Mapping[str, Any]) -> bool:
    """Whether it is an open model, served on hardware of one's own."""
    return isinstance(ours.get("serve"), dict)


def _remark(status: str, ours: Mapping[str, Any]) -> str:
    """When it ended, or will."""
    word = {"retired": "since", "live": "until"}.get(status)
    day = _text(ours, "retired_on")
    return f"{word} {day}" if word and day else ""


def _text(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""


def _texts(mapping: Mapping[str, Any], name: str) -> list[str]:
    values = mapping.get(name)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
