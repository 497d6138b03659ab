"""What tests ask of a run in an object store: what it says, and whether it equals one that was never split."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from mosseval.place import place
from mosseval.store import Run, read_run

OF_THE_ASKING = ("latency_s", "attempts", "usage", "cost_usd")
"""What may differ between two askings of one question."""


def run_at(where: object) -> Run:
    """The run in a folder or at a URL; the keys of an object store are the tester's environment's."""
    return read_run(place(str(where)))


def digest(lines: Iterable[dict[str, Any]]) -> str:
    """One hash of all lines, whatever their order, without what may differ."""
    kept = [{name: value for name, value in line.items() if name not in OF_THE_ASKING} for line in lines]
    whole = "\n".join(sorted(json.dumps(line, sort_keys=True) for line in kept))
    return hashlib.sha256(whole.encode()).hexdigest()


def same(one: Run, other: Run) -> bool:
    """Whether two runs hold the same records, judgements and questions."""
    return (
        digest(one.record_lines()) == digest(other.record_lines())
        and digest(one.judgement_lines()) == digest(other.judgement_lines())
        and one.samples() == other.samples()
        and one.manifest.config == other.manifest.config
        and one.manifest.selected == other.manifest.selected
    )


def keys(run: Run) -> list[str]:
    """The keys of the lines of records, sorted: doubled where a sample was counted twice."""
    return sorted(line["key"] for line in run.record_lines())
