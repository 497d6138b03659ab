"""A run beside a baseline on the samples that both share; see `paired` for the statistics.

Contract 3 says what counts in each run: a sample pairs where it counts at least once in both. Whatever stands outside
is counted and named. A difference is the run's rate less the baseline's, both as means over the paired samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum
from types import MappingProxyType
from typing import Any, Literal

from mosseval.accuracy import SUBSET, Accuracy
from mosseval.contrast import good_outcome
from mosseval.counting import Row, rounded, values_of
from mosseval.paired import (
    IntervalMethod,
    TestMethod,
    mcnemar,
    mean_interval,
    sign_flip,
    smallest_difference,
    tango,
)
from mosseval.refusals import Refusals
from mosseval.stats import mean_of_rates
from mosseval.summary import Summary
from mosseval.types import TagValue

OUTCOMES: Mapping[str, Callable[[Row], bool | None]] = MappingProxyType(
    {"refusal": Refusals.outcome, "yes_no": Accuracy.outcome}
)
"""What counts, by task; None stands outside."""
BY = ("stimulus", "harm", "subset")
"""The tags that differences are broken down by, where a benchmark has them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample in both runs: of how many repeats that count, how many were refused (or correct)."""

    sample: str
    baseline: tuple[int, int]
    run: tuple[int, int]
    tags: Mapping[str, TagValue]

    @property
    def difference(self) -> Fraction:
        """The run's mean less the baseline's."""
        return Fraction(*self.run) - Fraction(*self.baseline)

    @property
    def once(self) -> bool:
        """Whether it counts once in both."""
        return self.baseline[1] == self.run[1] == 1


@dataclass(frozen=True, slots=True)
class Difference:
    """What a set of pairs comes to; shares in [0, 1], differences in [-1, 1], None where there is no pair.

    `more`, `fewer`: the samples with a higher, and a lower, mean in the run. `smallest`: see `paired`.
    """

    pairs: int
    baseline: float | None
    run: float | None
    value: float | None
    interval: tuple[float, float] | None
    method: IntervalMethod
    more: int
    fewer: int
    p: float | None
    test: TestMethod
    smallest: float | None

    def document(self, p_holm: float | None) -> dict[str, Any]:
        """The JSON form; percent and points, p as it is."""
        return {
            "pairs": self.pairs,
            "baseline_percent": _points(self.baseline),
            "percent": _points(self.run),
            "difference": _points(self.value),
            "ci95": rounded(_in_points(self.interval)),
            "interval": self.method,
            "more": self.more,
            "fewer": self.fewer,
            "p": self.p,
            "test": self.test,
            "p_holm": p_holm,
            "smallest_difference": _points(self.smallest),
        }


@dataclass(frozen=True, slots=True)
class Outside:
    """The samples that do not pair: those that one run did not select, and how the others ended in each run.

    `partly`: of those that pair, the ones of which not every repeat counts.
    """

    only_baseline: int
    only_run: int
    baseline: Mapping[str, int]
    run: Mapping[str, int]
    samples: int
    partly: int

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "samples": self.samples,
            "only_in_baseline": self.only_baseline,
            "only_in_run": self.only_run,
            "not_counted_in_baseline": dict(self.baseline),
            "not_counted_in_run": dict(self.run),
            "partly_counted": self.partly,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run beside the baseline."""

    baseline: Summary
    run: Summary
    pairs: tuple[Pair, ...]
    outside: Outside
    warnings: tuple[str, ...]
    difference: Difference
    by: Mapping[str, Mapping[str, Difference]]

    @property
    def worse(self) -> Literal[1, -1]:
        """The sign of a difference for the worse: more refusals of harmless questions, fewer of harmful ones, or
        fewer correct answers."""
        return 1 if good_outcome(self.run.task, self.run.manifest.config.benchmark) == "compliance" else -1

    @property
    def worsening(self) -> tuple[float, tuple[float, float]] | None:
        """By how many points the run is worse, with its interval; None where there is no pair."""
        value, interval = self.difference.value, self.difference.interval
        if value is None or interval is None:
            return None
        low, high = sorted(100 * self.worse * bound for bound in interval)
        return 100 * self.worse * value, (low, high)

    @property
    def macro(self) -> tuple[float, float, float] | None:
        """The mean of the subsets' differences with its interval (`stats.mean_of_rates`), in [-1, 1].

        None where there are no subsets, or one of the baseline's has no pair.
        """
        subsets = self.by.get(SUBSET, {})
        parts = [(each.value, *each.interval) for each in subsets.values() if each.value is not None and each.interval]
        known = {str(tag) for row in self.baseline.rows if (tag := row.tags.get(SUBSET)) is not None}
        return mean_of_rates(parts, lowest=-1.0) if known == set(subsets) else None


def compared(baseline: Summary, run: Summary, warnings: Sequence[str] = ()) -> Comparison:
    """Pairs two runs of one benchmark; whether they may be is `comparable`'s to say."""
    outcome = OUTCOMES[run.task]
    ours, theirs = _by_sample(run.rows), _by_sample(baseline.rows)
    pairs, outside = _paired(ours, theirs, outcome)
    partly = sum(pair.run[1] < len(ours[pair.sample]) or pair.baseline[1] < len(theirs[pair.sample]) for pair in pairs)
    return Comparison(
        baseline,
        run,
        tuple(pairs),
        Outside(
            only_baseline=sum(sample not in ours for sample in outside),
            only_run=sum(sample not in theirs for sample in outside),
            baseline=_endings(theirs, [each for each in outside if each in ours], outcome),
            run=_endings(ours, [each for each in outside if each in theirs], outcome),
            samples=len(outside),
            partly=partly,
        ),
        tuple(warnings),
        difference_of(pairs),
        _groups(pairs, tuple(dict.fromkeys((*BY, *baseline.manifest.by)))),
    )


def pairs_of(baseline: Summary, run: Summary) -> list[Pair]:
    """The samples that pair, without what is said of the others."""
    return _paired(_by_sample(run.rows), _by_sample(baseline.rows), OUTCOMES[run.task])[0]


def chance_of(pairs: Sequence[Pair]) -> tuple[float, TestMethod]:
    """The two-sided p of no difference, and the test: see `paired`."""
    differences = [pair.difference for pair in pairs]
    if all(pair.once for pair in pairs):
        more, fewer = sum(each > 0 for each in differences), sum(each < 0 for each in differences)
        return mcnemar(more, fewer), "mcnemar_exact"
    return sign_flip(differences)


def difference_of(pairs: Sequence[Pair]) -> Difference:
    """The statistics of some pairs."""
    differences = [pair.difference for pair in pairs]
    more, fewer = sum(each > 0 for each in differences), sum(each < 0 for each in differences)
    interval: tuple[float, float] | None
    method: IntervalMethod
    if all(pair.once for pair in pairs):
        interval, method = tango(more, fewer, len(pairs)), "tango"
    else:
        interval, method = mean_interval(differences)
    p, test = chance_of(pairs)
    discordance = _mean([each * each for each in differences])
    return Difference(
        pairs=len(pairs),
        baseline=_mean([Fraction(*pair.baseline) for pair in pairs]),
        run=_mean([Fraction(*pair.run) for pair in pairs]),
        value=_mean(differences),
        interval=interval,
        method=method,
        more=more,
        fewer=fewer,
        p=p if pairs else None,
        test=test,
        smallest=smallest_difference(len(pairs), discordance or 0.0),
    )


def _paired(
    ours: Mapping[str, Sequence[Row]], theirs: Mapping[str, Sequence[Row]], outcome: Callable[[Row], bool | None]
) -> tuple[list[Pair], list[str]]:
    """The samples that pair, and those that stand outside, each in the order of their ids."""
    pairs, outside = [], []
    for sample in sorted({**theirs, **ours}):
        here, there = _counted(ours.get(sample, ()), outcome), _counted(theirs.get(sample, ()), outcome)
        if here[1] and there[1]:
            tags = theirs[sample][0].tags or ours[sample][0].tags
            pairs.append(Pair(sample, there, here, tags))
        else:
            outside.append(sample)
    return pairs, outside


def _by_sample(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.sample, []).append(row)
    return found


def _counted(rows: Iterable[Row], outcome: Callable[[Row], bool | None]) -> tuple[int, int]:
    found = [each for row in rows if (each := outcome(row)) is not None]
    return sum(found), len(found)


def _endings(
    rows: Mapping[str, Sequence[Row]], samples: Iterable[str], outcome: Callable[[Row], bool | None]
) -> dict[str, int]:
    """How the samples ended of which no repeat counts: by the kind of most repeats, the first of several."""
    kinds = (
        Counter(row.kind for row in rows[sample]).most_common(1)[0][0]
        for sample in samples
        if sample in rows and not _counted(rows[sample], outcome)[1]
    )
    return dict(Counter(kinds).most_common())


def _groups(pairs: Sequence[Pair], tags: Sequence[str]) -> dict[str, dict[str, Difference]]:
    tables: dict[str, dict[str, Difference]] = {}
    for tag in tags:
        groups = values_of(pairs, lambda pair, tag=tag: pair.tags.get(tag))  # type: ignore[misc]
        if groups:
            tables[tag] = {name: difference_of(found) for name, found in groups.items()}
    return tables


def _mean(values: Sequence[Fraction]) -> float | None:
    return fsum(map(float, values)) / len(values) if values else None


def _points(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 4)


def _in_points(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (100 * interval[0], 100 * interval[1])
