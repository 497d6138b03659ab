"""How far two readings of the same answers agree: a judge's and a reference's, over refusals and over labels.

Measures: Cohen's kappa (J. Cohen, 1960, "A coefficient of agreement for nominal scales"), Krippendorff's alpha for
nominal data (K. Krippendorff, 2011, "Computing Krippendorff's Alpha-Reliability"). A rate is in [0, 1] here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mosseval.resampling import clustered, intervals
from mosseval.stats import wilson
from mosseval.types import TagValue

Kind = TypeVar("Kind", bound=Hashable)
Cell = tuple[bool, bool]
"""Whether the reference says refusal, and whether the judge does."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer read twice. `sample` is its sample's id, which several repeats share; labels as each side has them."""

    key: str
    sample: str
    reference: bool
    judged: bool
    reference_label: str
    judged_label: str
    tags: Mapping[str, TagValue]

    @property
    def agrees(self) -> bool:
        """Whether both say refusal, or both say none."""
        return self.reference == self.judged


def _agreed(table: Mapping[Cell, int]) -> tuple[int, int]:
    return table.get((True, True), 0) + table.get((False, False), 0), sum(table.values())


def _right(table: Mapping[Cell, int]) -> tuple[int, int]:
    hits = table.get((True, True), 0)
    return hits, hits + table.get((False, True), 0)


def _found(table: Mapping[Cell, int]) -> tuple[int, int]:
    hits = table.get((True, True), 0)
    return hits, hits + table.get((True, False), 0)


def accuracy(table: Mapping[Cell, int]) -> float | None:
    """The share of answers on which both agree."""
    return _share(*_agreed(table))


def precision(table: Mapping[Cell, int]) -> float | None:
    """Of what the judge calls a refusal, the share that the reference does."""
    return _share(*_right(table))


def recall(table: Mapping[Cell, int]) -> float | None:
    """Of what the reference calls a refusal, the share that the judge does."""
    return _share(*_found(table))


def kappa(table: Mapping[tuple[Kind, Kind], int]) -> float | None:
    """Cohen's kappa of a table of pairs; None where chance alone would agree always, or nothing was counted."""
    total = sum(table.values())
    if not total:
        return None
    rows: Counter[Kind] = Counter()
    columns: Counter[Kind] = Counter()
    agreed = 0
    for (row, column), count in table.items():
        rows[row] += count
        columns[column] += count
        agreed += count if row == column else 0
    chance = sum(rows[kind] * columns[kind] for kind in rows) / total**2
    return None if chance == 1 else (agreed / total - chance) / (1 - chance)


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal data. A unit holds what each rater said of it, whoever said nothing left out;
    one with fewer than two values counts for nothing. None where no two values differ anywhere, or there is no unit.
    """
    coincidences: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        if len(unit) < 2:
            continue
        counts = Counter(unit)
        for one, many in counts.items():
            for other, others in counts.items():
                coincidences[one, other] += many * (others - (one == other)) / (len(unit) - 1)  # type: ignore[assignment]
    margins: Counter[Hashable] = Counter()
    for (one, _), weight in coincidences.items():
        margins[one] += weight
    total = sum(margins.values())
    expected = total**2 - sum(margin**2 for margin in margins.values())
    if not expected:
        return None
    differing = sum(weight for (one, other), weight in coincidences.items() if one != other)
    return 1 - (total - 1) * differing / expected


def pair_alpha(table: Mapping[Cell, int]) -> float | None:
    """Krippendorff's alpha of two readings, from their table."""
    n = 2 * sum(table.values())
    differing = table.get((True, False), 0) + table.get((False, True), 0)
    refusals = 2 * table.get((True, True), 0) + differing
    expected = 2 * refusals * (n - refusals)
    return 1 - (n - 1) * 2 * differing / expected if expected else None


MEASURES: Mapping[str, Callable[[Mapping[Cell, int]], float | None]] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "kappa": kappa,
    "alpha": pair_alpha,
}
SHARES: Mapping[str, Callable[[Mapping[Cell, int]], tuple[int, int]]] = {
    "accuracy": _agreed,
    "precision": _right,
    "recall": _found,
}
"""Those that are a share, as how many of how many."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a set of pairs comes to."""

    pairs: tuple[Pair, ...]

    @property
    def table(self) -> Counter[Cell]:
        """Refusals: (reference, judge) -> answers."""
        return Counter((pair.reference, pair.judged) for pair in self.pairs)

    @property
    def labels(self) -> Counter[tuple[str, str]]:
        """Labels: (reference, judge) -> answers."""
        return Counter((pair.reference_label, pair.judged_label) for pair in self.pairs)

    @property
    def disagreements(self) -> tuple[Pair, ...]:
        """The answers that one side alone calls a refusal."""
        return tuple(pair for pair in self.pairs if not pair.agrees)

    def measures(self) -> dict[str, tuple[float | None, tuple[float, float] | None]]:
        """Each of MEASURES with its 95% interval.

        Wilson's for a share where every sample was answered once; for all else the bootstrap over samples, which hold
        all their repeats.
        """
        table = self.table
        ranges = intervals(clustered((pair.sample, (pair.reference, pair.judged)) for pair in self.pairs), MEASURES)
        if len({pair.sample for pair in self.pairs}) == len(self.pairs):
            ranges |= {name: wilson(*share(table)) for name, share in SHARES.items()}
        return {name: (measure(table), ranges[name]) for name, measure in MEASURES.items()}

    def by(self, tag: str) -> dict[str, Agreement]:
        """The same for each value of a tag, in the order of their names."""
        groups: dict[str, list[Pair]] = {}
        for pair in self.pairs:
            value = pair.tags.get(tag)
            for each in value if isinstance(value, list | tuple) else () if value is None else (value,):
                groups.setdefault(str(each), []).append(pair)
        return {name: Agreement(tuple(groups[name])) for name in sorted(groups)}

    def document(self) -> dict[str, Any]:
        """The JSON form; rates in [0, 1]."""
        table = self.table
        return {
            "n": len(self.pairs),
            "measures": {
                name: {"value": _round(value), "ci95": None if ci is None else [_round(each) for each in ci]}
                for name, (value, ci) in self.measures().items()
            },
            "refusals": {
                "both": table[True, True],
                "reference_only": table[True, False],
                "judge_only": table[False, True],
                "neither": table[False, False],
            },
            "labels": [
                {"reference": reference, "judge": judged, "answers": count}
                for (reference, judged), count in sorted(self.labels.items())
            ],
        }


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
