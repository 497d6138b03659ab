"""Intervals by resampling: the bootstrap over clusters, for statistics that have no formula.

Source: B. Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7:1-26; percentile
intervals; whole clusters are drawn (A. C. Davison and D. V. Hinkley, 1997, "Bootstrap Methods and their
Application", section 3.8).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, TypeVar

from mosseval.binomial import split

Kind = TypeVar("Kind", bound=Hashable)
Shape: TypeAlias = tuple[tuple[Kind, int], ...]
"""What a cluster holds: each kind with how often."""
TIMES = 2_000
SEED = 20_240_617
"""Of every bootstrap: the same answers give the same interval."""
ONE_BY_ONE = 1_500
"""Up to so many clusters each is drawn by itself; of more, how many of each kind come up (the same distribution)."""
FEWEST = 5
"""Clusters that must differ from the rest before a share is drawn."""


def clustered(kinds: Iterable[tuple[str, Kind]]) -> list[Counter[Kind]]:
    """What each cluster holds, from pairs (cluster, kind), in the order of the clusters' names: the order of the
    pairs makes no difference.
    """
    found: dict[str, Counter[Kind]] = {}
    for cluster, kind in kinds:
        found.setdefault(cluster, Counter())[kind] += 1
    return [found[name] for name in sorted(found)]


def intervals(
    clusters: Sequence[Counter[Kind]],
    statistics: Mapping[str, Callable[[Mapping[Kind, int]], float | None]],
    *,
    times: int = TIMES,
    seed: int = SEED,
) -> dict[str, tuple[float, float] | None]:
    """95% intervals of statistics of counts, by name; None where nothing was counted.

    As many clusters as there are are drawn with replacement, `times` times. Draws in which a statistic is not defined
    (None) are left out of its interval.
    """
    # Clusters that hold the same are drawn by their number: most hold one answer of a handful of kinds.
    shapes = Counter(tuple(sorted(cluster.items(), key=repr)) for cluster in clusters)
    return intervals_of(shapes, statistics, times=times, seed=seed)


def intervals_of(
    shapes: Mapping[Shape[Kind], int],
    statistics: Mapping[str, Callable[[Mapping[Kind, int]], float | None]],
    *,
    times: int = TIMES,
    seed: int = SEED,
) -> dict[str, tuple[float, float] | None]:
    """The same from what the clusters hold and how many hold it: a million clusters cost no more than their kinds."""
    if not shapes:
        return dict.fromkeys(statistics)
    draw = random.Random(seed)  # noqa: S311 - no secret
    values: dict[str, list[float]] = {name: [] for name in statistics}
    for _ in range(times):
        counts: Counter[Kind] = Counter()
        for shape, often in _drawn(draw, shapes).items():
            for kind, count in shape:
                counts[kind] += count * often
        for name, statistic in statistics.items():
            value = statistic(counts)
            if value is not None:
                values[name].append(value)
    return {name: _percentiles(found) for name, found in values.items()}


def _drawn(draw: random.Random, shapes: Mapping[Shape[Kind], int]) -> Mapping[Shape[Kind], int]:
    """As many clusters as there are, drawn with replacement, by what they hold."""
    names, weights = list(shapes), list(shapes.values())
    total = sum(weights)
    if total <= ONE_BY_ONE:
        return Counter(draw.choices(names, weights, k=total))
    return dict(zip(names, split(draw, total, weights), strict=True))


def varied(clusters: Sequence[Hashable]) -> bool:
    """Whether at least FEWEST clusters differ from the commonest; fewer are too few to draw from.

    Drawing from clusters that are nearly all the same gives an interval that is too narrow, and one without a width
    where all are.
    """
    return bool(clusters) and len(clusters) - Counter(clusters).most_common(1)[0][1] >= FEWEST


@lru_cache(maxsize=512)
def share_interval(clusters: tuple[tuple[int, int], ...], samples: tuple[int, ...] = ()) -> tuple[float, float] | None:
    """The 95% interval of a share, of clusters (successes, of) in order; None where they are not `varied`.

    Clusters are drawn whole, and the share is that of all that they hold. `samples`: how many there are of each
    cluster, where that is not one.
    """
    many: Counter[tuple[int, int]] = Counter()
    for cluster, times in zip(clusters, samples or (1,) * len(clusters), strict=True):
        many[cluster] += times
    if not many or many.total() - many.most_common(1)[0][1] < FEWEST:
        return None
    shapes = {_held(successes, of): times for (successes, of), times in many.items()}
    found = intervals_of(shapes, {"share": _share})["share"]
    return found if found and found[0] < found[1] else None


def _held(successes: int, of: int) -> Shape[bool]:
    return tuple(sorted({True: successes, False: of - successes}.items(), key=repr))


def _share(counts: Mapping[bool, int]) -> float | None:
    total = counts.get(True, 0) + counts.get(False, 0)
    return counts.get(True, 0) / total if total else None


def _percentiles(values: list[float]) -> tuple[float, float] | None:
    """The 2.5% and 97.5% quantiles, between the neighbours by their distance."""
    if not values:
        return None
    ordered = sorted(values)
    return _quantile(ordered, 0.025), _quantile(ordered, 0.975)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
