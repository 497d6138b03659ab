"""Which ranks each run may have among those of its benchmark, when chance is taken into account.

Every two runs are compared on the samples that they share (`comparison`: McNemar's exact test, or its form for
repeats). Of each pair both directions are tested, and Holm's adjustment is over all of them: with 95% certainty no run
is called better than another that it is not better than, however the tests depend on each other. A run's rank is then
at best one more than the number of runs shown to be better, at worst the number of all less those shown to be worse;
with the same certainty every run's true rank lies between its two. Runs of which nothing is shown share their ranks.

Source: M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024), "Inference for ranks with applications to mobility
across neighbourhoods and academic achievement across countries", Review of Economic Studies 91:476-518 (simultaneous
confidence sets for ranks from pairwise tests, one-sided, with Holm's step-down; S. Holm, 1979). A bootstrap of the
ranks themselves is too narrow where rates are close (P. Hall and H. Miller, 2009, Annals of Statistics 37:3929-3959).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from mosseval import comparable
from mosseval.comparison import chance_of, pairs_of
from mosseval.contrast import good_outcome
from mosseval.errors import UsageError
from mosseval.paired import holm
from mosseval.summary import Summary

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks that a run may have, from 1."""

    best: int
    worst: int

    def __str__(self) -> str:
        return str(self.best) if self.best == self.worst else f"{self.best}–{self.worst}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranks of runs in their order; None where one has no rate or is alone. `refused`: what was not compared."""

    ranks: tuple[Ranks | None, ...]
    refused: tuple[str, ...] = ()


def ranking(runs: Sequence[tuple[str, Summary]]) -> Ranking:
    """The ranks of the runs of one benchmark, by their labels."""
    ranked = [number for number, (_, run) in enumerate(runs) if run.rate.percent is not None]
    tested: list[tuple[int, int, float]] = []
    refused = []
    for one, other in combinations(ranked, 2):
        try:
            comparable.warnings(runs[one][1], runs[other][1])
        except UsageError:
            refused.append(f"{runs[one][0]} and {runs[other][0]} asked different questions: neither is shown better")
            continue
        better, chance = _tested(runs[one][1], runs[other][1])
        tested.append((one, other, chance) if better else (other, one, chance))
    # Of the two directions of a pair one has half the two-sided p, the other at least a half: it is never shown.
    adjusted = holm([chance / 2 for *_, chance in tested] + [1.0] * len(tested))
    shown = [(good, bad) for (good, bad, _), p in zip(tested, adjusted, strict=False) if p <= LEVEL]
    found = tuple(
        Ranks(1 + sum(bad == each for _, bad in shown), len(ranked) - sum(good == each for good, _ in shown))
        if each in ranked and len(ranked) > 1
        else None
        for each in range(len(runs))
    )
    return Ranking(found, tuple(refused))


def _tested(one: Summary, other: Summary) -> tuple[bool, float]:
    """Whether `one` does better than `other` on the samples that both answered, and the two-sided p."""
    pairs = pairs_of(one, other)
    if not pairs:
        return True, 1.0
    difference = sum(pair.difference for pair in pairs)
    lower_is_better = good_outcome(one.task, one.manifest.config.benchmark) == "compliance"
    return (difference > 0) == lower_is_better, chance_of(pairs)[0]
