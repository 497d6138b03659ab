"""The bootstrap against the distribution that it must have, and what its draws may not depend on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from mosseval.resampling import clustered, intervals


def share(counts: Mapping[bool, int]) -> float | None:
    """The share of what is true."""
    total = sum(counts.values())
    return counts.get(True, 0) / total if total else None


def interval(clusters: list[Counter[bool]], **options: int) -> tuple[float, float]:
    found = intervals(clusters, {"share": share}, **options)["share"]
    assert found is not None
    return found


@pytest.mark.parametrize(("true", "of"), [(3, 30), (150, 300), (20, 1000)])
def test_of_single_answers_it_is_the_binomial_distribution(true: int, of: int) -> None:
    clusters = clustered((str(number), number < true) for number in range(of))
    low, high = interval(clusters, times=20_000)
    expected = [binom.ppf(quantile, of, true / of) / of for quantile in (0.025, 0.975)]
    assert (low, high) == pytest.approx(expected, abs=1.01 / of)


def test_repeats_that_always_agree_say_no_more_than_one_answer_each() -> None:
    once = clustered((str(number), number < 30) for number in range(100))
    ten_times = clustered((str(number), number < 30) for number in range(100) for _ in range(10))
    assert interval(ten_times) == interval(once)


def test_repeats_that_differ_freely_say_as_much_as_answers_of_as_many_samples() -> None:
    half = clustered((str(number), bool(repeat % 2)) for number in range(100) for repeat in range(10))
    low, high = interval(half)
    assert (low, high) == (0.5, 0.5)


@given(st.permutations([("a", True), ("a", False), ("b", True), ("c", False), ("d", True), ("e", False)]))
def test_the_order_of_the_answers_makes_no_difference(answers: list[tuple[str, bool]]) -> None:
    clusters = clustered(answers)
    assert clusters == clustered(sorted(answers))
    assert interval(clusters, times=50) == interval(clustered(sorted(answers)), times=50)


def test_nothing_counted_and_draws_without_a_value() -> None:
    assert intervals([], {"share": share}) == {"share": None}
    odd = [Counter({True: 1}), Counter({False: 1})]
    only_mixed = intervals(odd, {"mixed": lambda counts: share(counts) if len(counts) == 2 else None}, times=100)
    assert only_mixed == {"mixed": (0.5, 0.5)}
    assert intervals(odd, {"never": lambda counts: None}, times=10) == {"never": None}
