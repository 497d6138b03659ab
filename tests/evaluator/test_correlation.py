"""Rank correlations beside scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, kendalltau, spearmanr  # type: ignore[import-untyped]

from mosseval.correlation import correlations, kendall, spearman

POINTS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=20)


def varies(points: list[tuple[int, int]]) -> bool:
    """Whether both sides do."""
    return len({x for x, _ in points}) > 1 and len({y for _, y in points}) > 1


@given(POINTS)
def test_correlations_are_those_of_scipy(points: list[tuple[int, int]]) -> None:
    if not varies(points):
        assert spearman(points) is None
        assert kendall(points) is None
        return
    xs, ys = zip(*points, strict=True)
    assert spearman(points) == pytest.approx(spearmanr(xs, ys).statistic, abs=1e-9)
    assert kendall(points) == pytest.approx(kendalltau(xs, ys).statistic, abs=1e-9)


def test_interval_is_that_of_scipys_bootstrap_whatever_the_order() -> None:
    points = [(40.0 + 3 * n, 10.0 + 2 * n + 9 * (n % 3)) for n in range(12)]
    theirs = bootstrap(
        tuple(np.array(each) for each in zip(*points, strict=True)),
        lambda x, y: spearmanr(x, y).statistic,
        paired=True,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        rng=np.random.default_rng(3),
    ).confidence_interval
    found = correlations(points)
    assert found is not None
    assert found["spearman"].interval == pytest.approx((theirs.low, theirs.high), abs=0.05)
    assert correlations(points[::-1]) == found


def test_two_models_have_no_correlation() -> None:
    assert correlations([(1.0, 2.0), (2.0, 3.0)]) is None
