"""The statistics of a summary. Rates are proportions in [0, 1] here; percent belongs to the summary."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

Z95 = 1.959963984540054
"""The 97.5% quantile of the normal distribution."""


def wilson(successes: float, of: int, z: float = Z95) -> tuple[float, float] | None:
    """Wilson's score interval of a proportion; None where nothing was counted. `successes` may be a sum of shares.

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference",
    JASA 22:209-212.
    """
    if of == 0:
        return None
    if not 0 <= successes <= of:
        raise ValueError(f"{successes} successes of {of}")
    rate = successes / of
    centre = rate + z * z / (2 * of)
    margin = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    low = 0.0 if successes == 0 else max(0.0, (centre - margin) / scale)
    high = 1.0 if successes == of else min(1.0, (centre + margin) / scale)
    return low, high


def mean_of_proportions(parts: Sequence[tuple[int, int]], z: float = Z95) -> tuple[float, float, float] | None:
    """The mean of independent proportions (successes, of) with its interval: (mean, low, high).

    MOVER: each proportion's Wilson limits are recovered into the variance of the mean below and above it, so that the
    interval is as skewed as its parts and exact where there is one part. None where a part counts nothing.
    Source: G. Y. Zou and A. Donner (2008), "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27:1693-1702, equation for a linear combination; weights 1/k here.
    """
    limits = [wilson(successes, of, z) for successes, of in parts]
    return mean_of_rates(
        [(successes / of, *limit) for (successes, of), limit in zip(parts, limits, strict=True) if limit is not None]
        if None not in limits
        else []
    )


def mean_of_rates(
    parts: Sequence[tuple[float, float, float]], lowest: float = 0.0
) -> tuple[float, float, float] | None:
    """The mean of independent rates (rate, low, high) with its interval, as `mean_of_proportions` finds it, from
    intervals of any kind. `lowest` is the least that it can be: -1 where they are differences.
    """
    if not parts:
        return None
    mean = fsum(rate for rate, _, _ in parts) / len(parts)
    below = sqrt(fsum((rate - low) ** 2 for rate, low, _ in parts)) / len(parts)
    above = sqrt(fsum((high - rate) ** 2 for rate, _, high in parts)) / len(parts)
    return mean, max(lowest, mean - below), min(1.0, mean + above)


def difference_of_rates(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float]:
    """The interval of `one - other`, two independent rates (rate, low, high): Newcombe's hybrid score interval.

    Source: R. G. Newcombe (1998), "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", Statistics in Medicine 17:873-890, method 10, where both intervals are Wilson's.
    """
    difference = one[0] - other[0]
    below = sqrt((one[0] - one[1]) ** 2 + (other[2] - other[0]) ** 2)
    above = sqrt((one[2] - one[0]) ** 2 + (other[0] - other[1]) ** 2)
    return max(-1.0, difference - below), min(1.0, difference + above)
