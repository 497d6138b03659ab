"""Agreement against statsmodels, against published worked examples, and by its own properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa  # type: ignore[import-untyped]

from mosseval.agreement import Agreement, Pair, accuracy, alpha, kappa, pair_alpha, precision, recall
from mosseval.stats import wilson

CELLS = ((True, True), (True, False), (False, True), (False, False))
TABLES = st.tuples(*(st.integers(0, 60) for _ in CELLS)).map(lambda counts: dict(zip(CELLS, counts, strict=True)))


@given(TABLES)
def test_kappa_is_that_of_statsmodels(table: dict[tuple[bool, bool], int]) -> None:
    rows = {reference for (reference, _), count in table.items() if count}
    columns = {judged for (_, judged), count in table.items() if count}
    found = kappa(table)
    if not rows or (len(rows) == 1 and rows == columns):
        assert found is None
        return
    counts = [[table[a, b] for b in (True, False)] for a in (True, False)]
    assert found == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-12)


def test_kappa_of_three_labels_by_hand() -> None:
    table = {("a", "a"): 44, ("a", "b"): 5, ("a", "c"): 1, ("b", "a"): 7, ("b", "b"): 20, ("b", "c"): 3}
    table |= {("c", "a"): 9, ("c", "b"): 5, ("c", "c"): 6}
    assert kappa(table) == pytest.approx((0.70 - 0.41) / (1 - 0.41))


def test_alpha_is_that_of_krippendorffs_own_example() -> None:
    """Section D of "Computing Krippendorff's Alpha-Reliability": four observers, twelve units, missing values."""
    observers = (
        (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
        (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
    )
    units = [[value for value in unit if value is not None] for unit in zip(*observers, strict=True)]
    assert alpha(units) == pytest.approx(0.743, abs=5e-4)


@given(TABLES)
def test_alpha_of_two_readings_is_alpha_of_their_pairs(table: dict[tuple[bool, bool], int]) -> None:
    units = [cell for cell, count in table.items() for _ in range(count)]
    expected, found = alpha(units), pair_alpha(table)
    assert (found is None) == (expected is None)
    assert found == (None if expected is None else pytest.approx(expected))


def test_where_nothing_differs_there_is_no_chance_to_correct_for() -> None:
    assert kappa({(True, True): 9}) is None
    assert alpha([(True, True)] * 9) is None
    assert alpha([("lonely",), ()]) is None
    assert (accuracy({}), precision({}), recall({}), kappa({}), pair_alpha({})) == (None,) * 5


def test_shares_by_hand() -> None:
    table = {(True, True): 8, (True, False): 2, (False, True): 4, (False, False): 6}
    assert (accuracy(table), precision(table), recall(table)) == (0.7, 8 / 12, 0.8)


def pair(number: int, reference: bool, judged: bool, stimulus: str | tuple[str, ...] = "x") -> Pair:
    return Pair(f"b/{number}/0", str(number), reference, judged, str(reference), str(judged), {"stimulus": stimulus})


def test_an_agreement_with_its_intervals_groups_and_disagreements() -> None:
    pairs = [pair(number, number % 2 == 0, number % 2 == 0 or number == 1) for number in range(40)]
    pairs += [pair(number, True, True, ("y", "z")) for number in range(40, 50)]
    found = Agreement(tuple(pairs))
    measures = found.measures()
    value, interval = measures["kappa"]
    assert value is not None
    assert interval is not None
    assert interval[0] < value < 1
    assert [each.key for each in found.disagreements] == ["b/1/0"]
    assert {name: len(group.pairs) for name, group in found.by("stimulus").items()} == {"x": 40, "y": 10, "z": 10}
    document = found.document()
    assert document["n"] == 50
    assert document["refusals"] == {"both": 30, "reference_only": 0, "judge_only": 1, "neither": 19}
    assert sum(each["answers"] for each in document["labels"]) == 50


def test_a_share_of_few_answers_is_not_called_certain() -> None:
    measures = Agreement((pair(1, True, True), pair(2, False, False))).measures()
    assert measures["accuracy"] == (1.0, wilson(2, 2))
    assert measures["precision"] == (1.0, wilson(1, 1))


def test_repeats_of_a_sample_are_one_draw() -> None:
    once = Agreement(tuple(pair(number, number < 20, number < 15) for number in range(60)))
    again = Agreement(tuple(pair(number, number < 20, number < 15) for number in range(60) for _ in range(5)))
    assert again.measures()["kappa"][1] == once.measures()["kappa"][1]
    assert again.measures()["accuracy"][1] == pytest.approx(once.measures()["accuracy"][1], abs=0.03)
