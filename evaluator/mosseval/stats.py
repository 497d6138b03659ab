"""The statistics of a summary. Rates are proportions in [0, 1] here; percent belongs to the summary."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

Z95 = 1.959963984540054
"""The 97.5% quantile of the normal distribution."""


def wilson(successes: int, of: int, z: float = Z95) -> tuple[float, float] | None:
    """Wilson's score interval of a proportion; None where nothing was counted.

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
    intervals = [wilson(successes, of, z) for successes, of in parts]
    if not parts or None in intervals:
        return None
    rates = [successes / of for successes, of in parts]
    limits = [each for each in intervals if each is not None]
    mean = fsum(rates) / len(parts)
    below = sqrt(fsum((rate - low) ** 2 for rate, (low, _) in zip(rates, limits, strict=True))) / len(parts)
    above = sqrt(fsum((high - rate) ** 2 for rate, (_, high) in zip(rates, limits, strict=True))) / len(parts)
    return mean, max(0.0, mean - below), min(1.0, mean + above)
