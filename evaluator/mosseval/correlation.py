"""Rank correlations over a few models, and their intervals by drawing models.

Sources: C. Spearman (1904), American Journal of Psychology 15:72-101, with mean ranks for ties; M. G. Kendall (1945),
"The treatment of ties in ranking problems", Biometrika 33:239-251 (tau-b).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum, sqrt
from typing import Any

from mosseval.resampling import intervals

Point = tuple[float, float]
FEWEST = 3
"""Models from which on a correlation is given."""


def spearman(points: Sequence[Point]) -> float | None:
    """Spearman's rho; None where one side does not vary."""
    return _pearson(_ranks([x for x, _ in points]), _ranks([y for _, y in points]))


def kendall(points: Sequence[Point]) -> float | None:
    """Kendall's tau-b; None where one side does not vary."""
    agreed = untied_x = untied_y = 0
    for (x, y), (other_x, other_y) in combinations(points, 2):
        across, up = _sign(x - other_x), _sign(y - other_y)
        agreed += across * up
        untied_x += across != 0
        untied_y += up != 0
    return agreed / sqrt(untied_x * untied_y) if untied_x and untied_y else None


MEASURES: Mapping[str, Callable[[Sequence[Point]], float | None]] = {"spearman": spearman, "kendall": kendall}


@dataclass(frozen=True, slots=True)
class Correlation:
    """One of MEASURES over `n` points, with its 95% bootstrap interval over them."""

    value: float | None
    interval: tuple[float, float] | None

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "value": None if self.value is None else round(self.value, 4),
            "ci95": None if self.interval is None else [round(each, 4) for each in self.interval],
        }


def correlations(points: Sequence[Point]) -> dict[str, Correlation] | None:
    """Each of MEASURES; None for fewer than FEWEST points. The order of the points makes no difference.

    Draws in which one side does not vary have no correlation and are left out. With few models the interval is rough.
    """
    if len(points) < FEWEST:
        return None
    ordered = sorted(points)
    statistics = {name: _over_draws(measure) for name, measure in MEASURES.items()}
    ranges = intervals([Counter({point: 1}) for point in ordered], statistics)
    return {name: Correlation(measure(ordered), ranges[name]) for name, measure in MEASURES.items()}


def _over_draws(measure: Callable[[Sequence[Point]], float | None]) -> Callable[[Mapping[Point, int]], float | None]:
    return lambda counts: measure([point for point, often in counts.items() for _ in range(often)])


def _ranks(values: Sequence[float]) -> list[float]:
    """The mean rank of each value."""
    ordered, places = sorted(values), Counter(values)
    first: dict[float, int] = {}
    for place, value in enumerate(ordered):
        first.setdefault(value, place)
    return [first[value] + (places[value] - 1) / 2 for value in values]


def _pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    mean_x, mean_y = fsum(xs) / len(xs), fsum(ys) / len(ys)
    spread = fsum((x - mean_x) ** 2 for x in xs) * fsum((y - mean_y) ** 2 for y in ys)
    if spread <= 0:
        return None
    along = fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sqrt(spread)
    return max(-1.0, min(1.0, along))


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
