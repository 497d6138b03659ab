"""Two runs on the same samples: the difference of their rates, its interval, its test, and what could be shown at all.

A sample is the unit, however often it was asked: its difference is that of its two means. Where each sample counts once
in both runs the interval is Tango's and the test McNemar's exact one. Where one counts more often, whole samples are
drawn for the interval, and the test flips the signs of the samples' differences (McNemar's, where each is 0 or 1).

Sources: T. Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-
sample design", Statistics in Medicine 17:891-908 (recommended by M. W. Fagerland, S. Lydersen and P. Laake, 2014,
Statistics in Medicine 33:2850-2875). Q. McNemar (1947), Psychometrika 12:153-157, exact by the binomial distribution.
S. Holm (1979), Scandinavian Journal of Statistics 6:65-70. R. J. Connor (1987), "Sample size for testing differences in
proportions for the paired-sample design", Biometrics 43:207-211. Differences are in [-1, 1] here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb, erfc, fsum, lcm, sqrt
from typing import Literal

from mosseval.resampling import intervals, varied
from mosseval.stats import Z95

Z80 = 0.8416212335729143
"""The 80% quantile of the normal distribution."""
EXACT_AT_MOST = 20_000_000
"""Steps that the exact sign-flip test may take; beyond, its distribution is as good as normal."""
STEPS = 80
"""Halvings of an interval in which a bound is sought."""
IntervalMethod = Literal["tango", "cluster_bootstrap", "tango_over_samples"]
TestMethod = Literal["mcnemar_exact", "sign_flip_exact", "sign_flip_normal"]


def tango(more: float, fewer: float, of: int, z: float = Z95) -> tuple[float, float] | None:
    """Tango's score interval of (more - fewer) / of; None where there is no pair.

    `more` and `fewer` count the pairs that differ one way and the other. The bounds are where the score statistic,
    with the discordance that is likeliest under the difference in question, is z.
    """
    if of == 0:
        return None
    if min(more, fewer) < 0 or more + fewer > of:
        raise ValueError(f"{more} and {fewer} discordant pairs of {of}")
    return -_upper(fewer, more, of, z), _upper(more, fewer, of, z)


def _upper(more: float, fewer: float, of: int, z: float) -> float:
    low, high = (more - fewer) / of, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _score(more, fewer, of, middle) > -z:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _score(more: float, fewer: float, of: int, difference: float) -> float:
    """Tango's statistic; the likeliest share of pairs that differ the other way is the root of a quadratic."""
    a = 2 * of
    b = (2 * of - more + fewer) * difference - more - fewer
    c = -fewer * difference * (1 - difference)
    other = (sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    variance = of * (2 * other + difference * (1 - difference))
    above = more - fewer - of * difference
    if variance <= 0:
        return 0.0 if above == 0 else float("inf") if above > 0 else float("-inf")
    return above / sqrt(variance)


def mcnemar(more: int, fewer: int) -> float:
    """The two-sided p of McNemar's exact test: of the pairs that differ, each way is as likely."""
    both = more + fewer
    tail = sum(comb(both, each) for each in range(min(more, fewer) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**both)))


def sign_flip(differences: Sequence[Fraction]) -> tuple[float, TestMethod]:
    """The two-sided p of the sum of `differences`, were each as likely to be the other way round.

    Exact over all 2^n signs; by the normal distribution with the same variance where that would take too long.
    """
    unit = lcm(*(each.denominator for each in differences))
    sizes = [abs(int(each * unit)) for each in differences if each]
    total = abs(int(sum(differences) * unit))
    if sum(sizes) * len(sizes) > EXACT_AT_MOST:
        return erfc(total / sqrt(2 * fsum(size * size for size in sizes))), "sign_flip_normal"
    chances = [1.0]
    for size in sizes:
        nothing = [0.0] * size
        pairs = zip(chances + nothing, nothing + chances, strict=True)
        chances = [(stays + flips) / 2 for stays, flips in pairs]
    # `chances[j]`: that the sizes with a plus add up to j; the sum is then 2j - everything.
    everything = sum(sizes)
    found = fsum(chance for j, chance in enumerate(chances) if abs(2 * j - everything) >= total)
    return min(1.0, found), "sign_flip_exact"


def mean_interval(differences: Sequence[Fraction]) -> tuple[tuple[float, float] | None, IntervalMethod]:
    """The interval of the mean of samples' differences, whole samples drawn; None where there is none.

    Where too few differ from the rest to draw from (`resampling.varied`), `tango_over_samples` takes each sample as one
    pair, which is wide enough: no difference of means varies more than one of single answers.
    """
    ordered = sorted(differences)
    if varied(ordered):
        unit = lcm(*(each.denominator for each in ordered))
        drawn = intervals([Counter({int(each * unit): 1}) for each in ordered], {"mean": _mean})["mean"]
        return (drawn[0] / unit, drawn[1] / unit) if drawn else None, "cluster_bootstrap"
    more = float(sum(each for each in ordered if each > 0))
    fewer = float(-sum(each for each in ordered if each < 0))
    return tango(more, fewer, len(ordered)), "tango_over_samples"


def _mean(counts: Mapping[int, int]) -> float:
    return sum(each * often for each, often in counts.items()) / sum(counts.values())


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's adjustment of the p values of one family, in their order."""
    adjusted, highest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda each: chances[each])):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = highest
    return adjusted


def smallest_difference(pairs: int, discordance: float) -> float | None:
    """The smallest true difference that a two-sided test at 5% finds in 80% of the cases; None where none is large
    enough for so few pairs.

    Connor's formula, pairs = (z.975 sqrt(psi) + z.80 sqrt(psi - d^2))^2 / d^2, solved for d. psi, the `discordance`, is
    the mean of the squared differences (the share of pairs that differ, where each counts once), and at least d.
    """
    if pairs == 0 or not _shows(1.0, pairs, discordance):
        return None
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _shows(middle, pairs, discordance) else (middle, high)
    return high


def _shows(difference: float, pairs: int, discordance: float) -> bool:
    psi = max(discordance, difference)
    spread = Z95 * sqrt(psi) + Z80 * sqrt(max(0.0, psi - difference * difference))
    return sqrt(pairs) * difference >= spread
