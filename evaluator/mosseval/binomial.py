"""Binomial and multinomial draws of any size, as `random` has them from Python 3.12 on.

Source: W. Hormann (1993), "The generation of binomial random variates", Journal of Statistical Computation and
Simulation 46:101-110, algorithm BTRS; for few expected successes the geometric method (L. Devroye, 1986, "Non-Uniform
Random Variate Generation", chapter X.4).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import floor, lgamma, log, log2, sqrt

FEW = 10.0
"""Expected successes below which they are counted one by one."""


def split(draw: random.Random, trials: int, weights: Sequence[int]) -> Iterator[int]:
    """How many of `trials` fall to each of `weights`: one multinomial draw, in their order."""
    left = sum(weights)
    for weight in weights:
        taken = binomial(draw, trials, weight / left) if weight < left else trials
        yield taken
        trials -= taken
        left -= weight


def binomial(draw: random.Random, trials: int, chance: float) -> int:
    """How many of `trials` succeed, each with `chance`."""
    if trials == 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    if chance > 0.5:
        return trials - binomial(draw, trials, 1.0 - chance)
    return _counted(draw, trials, chance) if trials * chance < FEW else _btrs(draw, trials, chance)


def _counted(draw: random.Random, trials: int, chance: float) -> int:
    """Jumps from success to success."""
    successes, place, scale = 0, 0, log2(1.0 - chance)
    if not scale:
        return 0
    while True:
        place += floor(log2(1.0 - draw.random()) / scale) + 1
        if place > trials:
            return successes
        successes += 1


def _btrs(draw: random.Random, trials: int, chance: float) -> int:
    """Transformed rejection with squeeze; the names are the paper's."""
    spread = sqrt(trials * chance * (1.0 - chance))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * chance
    c = trials * chance + 0.5
    v_r = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * spread
    odds = log(chance / (1.0 - chance))
    mode = floor((trials + 1) * chance)
    top = lgamma(mode + 1) + lgamma(trials - mode + 1)
    while True:
        u = draw.random() - 0.5
        us = 0.5 - abs(u)
        k = floor((2.0 * a / us + b) * u + c) if us else -1
        if k < 0 or k > trials:
            continue
        v = draw.random()
        if us >= 0.07 and v <= v_r:
            return k
        v *= alpha / (a / (us * us) + b)
        if v <= 0.0 or log(v) <= top - lgamma(k + 1) - lgamma(trials - k + 1) + (k - mode) * odds:
            return k
