"""The release gate of `compare`: decided on the interval of the worsening, never on the point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mosseval.comparison import Comparison
from mosseval.counting import rounded

Verdict = Literal["worse", "not_worse", "not_shown"]


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a run is worse than the baseline by more than `points` percentage points.

    `worse`: the whole interval lies above; `not_worse`: the whole interval lies at or below; `not_shown`: it holds
    `points`, so that the samples do not tell. The gate fails where a run is `worse`, and `strict` also where that is
    not excluded.
    """

    points: float
    strict: bool

    def verdict(self, comparison: Comparison) -> Verdict:
        """What the interval says; `not_shown` where there is no pair."""
        worsening = comparison.worsening
        if worsening is None:
            return "not_shown"
        low, high = worsening[1]
        if low > self.points:
            return "worse"
        return "not_worse" if high <= self.points else "not_shown"

    def fails(self, comparison: Comparison) -> bool:
        """Whether this run may not be released."""
        verdict = self.verdict(comparison)
        return verdict == "worse" or (self.strict and verdict != "not_worse")

    def document(self, comparison: Comparison) -> dict[str, Any]:
        """The JSON form for one run."""
        worsening = comparison.worsening
        return {
            "points": self.points,
            "strict": self.strict,
            "worsening": None if worsening is None else round(worsening[0], 4),
            "ci95": None if worsening is None else rounded(worsening[1]),
            "verdict": self.verdict(comparison),
            "failed": self.fails(comparison),
        }
