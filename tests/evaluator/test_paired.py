"""The statistics of pairs, beside scipy and statsmodels, and by enumeration of every outcome."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar  # type: ignore[import-untyped]
from scipy.stats import bootstrap, multinomial, norm  # type: ignore[import-untyped]
from statsmodels.stats.contingency_tables import mcnemar as their_mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from mosseval.paired import Z80, holm, mcnemar, mean_interval, sign_flip, smallest_difference, tango
from mosseval.stats import Z95

DISCORDANT = st.integers(1, 300).flatmap(
    lambda of: st.integers(0, of).flatmap(lambda more: st.tuples(st.just(more), st.integers(0, of - more), st.just(of)))
)


def test_quantile_is_that_of_scipy() -> None:
    assert pytest.approx(norm.ppf(0.8)) == Z80


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_that_of_statsmodels(more: int, fewer: int) -> None:
    theirs = their_mcnemar(np.array([[3, more], [fewer, 5]]), exact=True).pvalue if more + fewer else 1.0
    assert mcnemar(more, fewer) == pytest.approx(theirs, rel=1e-9)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
@settings(deadline=None)
def test_sign_flip_of_samples_asked_once_is_mcnemar(more: int, fewer: int, same: int) -> None:
    differences = [Fraction(1)] * more + [Fraction(-1)] * fewer + [Fraction(0)] * same
    assert sign_flip(differences or [Fraction(0)])[0] == pytest.approx(mcnemar(more, fewer), rel=1e-9)


@given(st.lists(st.fractions(-1, 1, max_denominator=4), min_size=1, max_size=9))
@settings(deadline=None)
def test_sign_flip_is_the_share_of_all_signs(differences: list[Fraction]) -> None:
    seen = abs(sum(differences, Fraction()))
    signs = list(product((1, -1), repeat=len(differences)))
    as_far = sum(
        abs(sum((s * d for s, d in zip(each, differences, strict=True)), Fraction())) >= seen for each in signs
    )
    p, method = sign_flip(differences)
    assert p == pytest.approx(as_far / len(signs))
    assert method == "sign_flip_exact"


def test_sign_flip_of_what_takes_too_long_is_near_the_share_of_drawn_signs() -> None:
    differences = [Fraction(n % 97 - 46, 97 + n % 7) for n in range(300)]
    signs = np.random.default_rng(5).choice((-1, 1), size=(50_000, 300))
    drawn = np.abs(signs @ np.array([float(each) for each in differences]))
    p, method = sign_flip(differences)
    assert method == "sign_flip_normal"
    assert p == pytest.approx(float(np.mean(drawn >= abs(float(sum(differences))))), abs=0.01)
    assert 0.001 < p < 0.9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(deadline=None, max_examples=30)
def test_holm_is_that_of_statsmodels(chances: list[float]) -> None:
    assert holm(chances) == pytest.approx(list(multipletests(chances, method="holm")[1]))


@given(DISCORDANT)
@settings(deadline=None, max_examples=60)
def test_tango_holds_the_difference_mirrors_and_stays_within_its_range(case: tuple[int, int, int]) -> None:
    more, fewer, of = case
    found, mirrored = tango(more, fewer, of), tango(fewer, more, of)
    assert found is not None
    assert mirrored is not None
    assert -1 <= found[0] <= (more - fewer) / of <= found[1] <= 1
    assert found == pytest.approx((-mirrored[1], -mirrored[0]))


@pytest.mark.parametrize(("more", "fewer", "of"), [(12, 2, 50), (1, 0, 44), (31, 22, 280), (3, 9, 20), (5, 5, 10)])
def test_tango_solves_its_own_equation(more: int, fewer: int, of: int) -> None:
    """The likeliest discordance found by scipy's search, the bounds by scipy's root finder."""

    def statistic(difference: float) -> float:
        def surprise(other: float) -> float:
            cells = (other + difference, other, 1 - 2 * other - difference)
            counts = (more, fewer, of - more - fewer)
            return -float(sum(c * np.log(max(cell, 1e-300)) for c, cell in zip(counts, cells, strict=True) if c))

        bounds = (max(0.0, -difference), (1 - difference) / 2)
        other = float(minimize_scalar(surprise, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x)
        return (more - fewer - of * difference) / float(np.sqrt(of * (2 * other + difference * (1 - difference))))

    seen = (more - fewer) / of
    wanted = (
        brentq(lambda each: statistic(each) - Z95, -0.999, seen - 1e-9),
        brentq(lambda each: statistic(each) + Z95, seen + 1e-9, 0.999),
    )
    assert tango(more, fewer, of) == pytest.approx(wanted, abs=1e-5)


def test_tango_of_pairs_that_never_differ() -> None:
    width = Z95**2 / (50 + Z95**2)
    assert tango(0, 0, 50) == pytest.approx((-width, width))
    assert tango(0, 0, 0) is None
    with pytest.raises(ValueError, match="discordant"):
        tango(3, 3, 5)


def outcomes(of: int) -> list[tuple[int, int, int]]:
    """Every (more, fewer, same) of so many pairs."""
    return [(more, fewer, of - more - fewer) for more in range(of + 1) for fewer in range(of + 1 - more)]


@pytest.mark.parametrize("cells", [(0.1, 0.1), (0.25, 0.05), (0.05, 0.02), (0.4, 0.3)])
def test_tango_covers_the_truth_as_often_as_it_says(cells: tuple[float, float]) -> None:
    """By enumeration of every outcome of 40 pairs, each with its probability."""
    of, truth = 40, cells[0] - cells[1]
    chances = multinomial.pmf(outcomes(of), of, [*cells, 1 - sum(cells)])
    covered = 0.0
    for (more, fewer, _), chance in zip(outcomes(of), chances, strict=True):
        found = tango(more, fewer, of)
        assert found is not None
        covered += float(chance) if found[0] <= truth <= found[1] else 0.0
    assert 0.93 <= covered <= 0.99


@pytest.mark.parametrize(("pairs", "discordance"), [(60, 0.3), (120, 0.2)])
def test_smallest_difference_is_found_in_four_of_five_cases(pairs: int, discordance: float) -> None:
    """By enumeration: how often the score interval leaves out 0 where the truth is that difference."""
    difference = smallest_difference(pairs, discordance)
    assert difference is not None
    cells = [(discordance + difference) / 2, (discordance - difference) / 2, 1 - discordance]
    chances = multinomial.pmf(outcomes(pairs), pairs, cells)
    found = sum(
        float(chance)
        for (more, fewer, _), chance in zip(outcomes(pairs), chances, strict=True)
        if more + fewer and abs(more - fewer) / sqrt(more + fewer) > Z95
    )
    assert found == pytest.approx(0.8, abs=0.04)


def test_smallest_difference_solves_connors_formula_and_shrinks_with_more_pairs() -> None:
    found = smallest_difference(280, 0.15)
    assert found is not None
    assert (Z95 * sqrt(0.15) + Z80 * sqrt(0.15 - found**2)) ** 2 / found**2 == pytest.approx(280)
    more = smallest_difference(1120, 0.15)
    assert more is not None
    assert more < found
    assert smallest_difference(0, 0.1) is None
    assert smallest_difference(2, 0.0) is None
    unseen = smallest_difference(100, 0.0)
    assert unseen is not None
    assert 0 < unseen < 0.1


def test_mean_interval_is_that_of_scipys_bootstrap() -> None:
    differences = [Fraction(each, 3) for each in [0] * 120 + [1] * 30 + [-1] * 12 + [3] * 9 + [-2] * 4]
    theirs = bootstrap(
        (np.array([float(each) for each in differences]),),
        np.mean,
        method="percentile",
        n_resamples=5000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    found, method = mean_interval(differences)
    assert method == "cluster_bootstrap"
    assert found == pytest.approx((theirs.low, theirs.high), abs=0.006)
    assert mean_interval(differences[::-1]) == (found, method)


def test_mean_interval_of_samples_that_never_differ_has_a_width() -> None:
    assert mean_interval([Fraction(0)] * 50) == (tango(0, 0, 50), "tango_over_samples")
    assert mean_interval([]) == (None, "tango_over_samples")
