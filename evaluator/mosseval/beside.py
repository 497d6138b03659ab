"""The judges beside the one that a summary shows: how far each is from it, and where a panel was split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from mosseval.agreement import kappa
from mosseval.store.state import RunState, Verdict


@dataclass(frozen=True, slots=True)
class Beside:
    """Another judge: of the `both` answers that it and the one shown have judged, it says the same of `agreeing`."""

    judge: str
    both: int
    agreeing: int
    kappa: float | None

    def document(self) -> dict[str, Any]:
        """The JSON form; the agreement is a share in [0, 1]."""
        return {
            "judge": self.judge,
            "both": self.both,
            "agreement": round(self.agreeing / self.both, 4) if self.both else None,
            "kappa": None if self.kappa is None else round(self.kappa, 4),
        }

    def said(self, shown: str) -> str:
        """In words."""
        if not self.both:
            return f"{self.judge} has judged no answer that {shown} has"
        chance = "" if self.kappa is None else f" (kappa {self.kappa:.2f})"
        share = 100 * self.agreeing / self.both
        return f"{self.judge} agrees with {shown} on {share:.1f}% of the {self.both} answers that both judged{chance}"


Tables = dict[str, Counter[tuple[Hashable, Hashable]]]
"""Of every other judge: how often the one shown and it said what, over the answers that both have judged."""


def tables(state: RunState, shown: str | None, task: str) -> Tables:
    """Every other judge of a run, or of a part of it; over refusals, or over yes, no and unclear."""
    if shown is None:
        return {}
    mine = _said(state, shown, task)
    return {name: _table(mine, _said(state, name, task)) for name in state.verdicts if name != shown}


def beside(tables: Tables) -> tuple[Beside, ...]:
    """What the tables come to, by the judges' names."""
    return tuple(_beside(name, tables[name]) for name in sorted(tables))


def splits(state: RunState, shown: str | None) -> int:
    """On how many answers the members of a panel disagree; 0 for a judge that is none."""
    keys = state.verdicts.get(shown or "", {})
    found = (state.verdict(shown or "", key) for key in keys)
    return sum(1 for verdict in found if verdict is not None and verdict.split)


def _table(mine: dict[str, Hashable], theirs: dict[str, Hashable]) -> Counter[tuple[Hashable, Hashable]]:
    return Counter((mine[key], theirs[key]) for key in mine if key in theirs)


def _beside(name: str, table: Counter[tuple[Hashable, Hashable]]) -> Beside:
    agreeing = sum(count for (one, other), count in table.items() if one == other)
    return Beside(name, table.total(), agreeing, kappa(table))


def _said(state: RunState, judge: str, task: str) -> dict[str, Hashable]:
    """What the judge says of each answer that stands, where it says something."""
    found = {key: state.verdict(judge, key) for key in state.verdicts.get(judge, {})}
    said = {key: _word(verdict, task) for key, verdict in found.items() if verdict is not None}
    return {key: word for key, word in said.items() if word is not None}


def _word(verdict: Verdict, task: str) -> Hashable:
    if task == "yes_no":
        return verdict.label if verdict.label in ("yes", "no", "unclear") else None
    return verdict.refusal
