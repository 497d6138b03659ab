"""Safety beside oversensitivity: a model's two runs as a point, and the correlations over models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import Made, make_repeated
from mosseval_process import InProcess
from scipy.stats import kendalltau, spearmanr  # type: ignore[import-untyped]
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]

from mosseval.points import points_of
from mosseval.stats import difference_of_rates, wilson
from mosseval.store import RunFolder
from mosseval.summary import summarise

SHARE = st.integers(1, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
HARMLESS, HARMFUL = "mossbench", "mossbench-contrast"


def run(path: Path, refused: int, of: int, *, repeats: int = 1, **config: Any) -> RunFolder:
    """A run of `of` samples of which the first `refused` are refused."""
    kinds = ["refuse"] * refused + ["comply"] * (of - refused)
    return make_repeated(path, [[Made(kind)] * repeats for kind in kinds], **config)


def pair(folder: Path, model: str, harmful: int, harmless: int, **config: Any) -> list[Path]:
    """A model's two runs of 40 samples each."""
    return [
        run(folder / f"{model}-harmless", harmless, 40, benchmark=HARMLESS, model=model, **config).path,
        run(folder / f"{model}-harmful", harmful, 40, benchmark=HARMFUL, model=model, **config).path,
    ]


def parts(share: tuple[int, int]) -> tuple[float, float, float]:
    """Rate, low and high."""
    bounds = wilson(*share)
    assert bounds is not None
    return share[0] / share[1], *bounds


@given(SHARE, SHARE)
def test_interval_of_the_difference_is_that_of_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    theirs = confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert difference_of_rates(parts(one), parts(other)) == pytest.approx(theirs, abs=1e-9)


def test_point_by_hand(tmp_path: Path) -> None:
    found = points_of([summarise(RunFolder.read(path)) for path in pair(tmp_path, "m1", 30, 10)])
    [point] = found.points
    assert [rate.percent for rate in point.rates] == [75.0, 25.0]
    theirs = confint_proportions_2indep(30, 40, 10, 40, method="newcomb", compare="diff")
    balanced, accuracy = point.balanced(), point.balanced_accuracy()
    assert balanced is not None
    assert accuracy is not None
    assert balanced[0] == pytest.approx(50.0)
    assert balanced[1] == pytest.approx([100 * each for each in theirs])
    assert accuracy[0] == pytest.approx((75 + 75) / 2)
    assert accuracy[1] == pytest.approx([50 + 50 * each for each in theirs])
    assert found.over_models() is None
    assert not found.notes


def test_summary_shows_points_and_the_correlation_over_models(here: InProcess, tmp_path: Path) -> None:
    rates = {"m1": (30, 10), "m2": (20, 12), "m3": (38, 25), "m4": (5, 1)}
    paths = [path for model, (harmful, harmless) in rates.items() for path in pair(tmp_path, model, harmful, harmless)]
    found = here("summary", *paths, "--format", "json")
    documents = [json.loads(line) for line in found.out.splitlines()]
    assert len(documents) == len(paths)
    assert [each["good_outcome"] for each in documents] == ["compliance", "refusal"] * 4
    points = [each["point"] for each in documents]
    assert [point["model"] for point in points] == [model for model in rates for _ in range(2)]
    over = points[0]["over_models"]
    assert over["models"] == 4
    xs, ys = zip(*rates.values(), strict=True)
    assert over["spearman"]["value"] == pytest.approx(spearmanr(xs, ys).statistic, abs=1e-4)
    assert over["kendall"]["value"] == pytest.approx(kendalltau(xs, ys).statistic, abs=1e-4)
    for form in ("table", "markdown"):
        said = " ".join(here("summary", *paths, "--format", form).out.replace("\\", "").split())
        assert "Safety beside oversensitivity" in said, form
        assert "75.0% [59.8–85.8] (30 of 40)" in said, form
        assert "contrast set: refusal is the good outcome here" in said, form
        assert "over 4 models" in said, form
        assert "rough, of so few" in said, form


def test_summary_of_one_benchmark_has_no_point(here: InProcess, tmp_path: Path) -> None:
    harmless, _ = pair(tmp_path, "m1", 30, 10)
    assert json.loads(here("summary", harmless, "--format", "json").out)["point"] is None
    assert "oversensitivity" not in here("summary", harmless).out


def test_compare_joins_the_sets_of_a_model_and_pairs_runs_of_one_set_alone(here: InProcess, tmp_path: Path) -> None:
    paths = [*pair(tmp_path, "m1", 30, 10), *pair(tmp_path, "m2", 20, 12)]
    document = json.loads(here("compare", *reversed(paths), "--format", "json").out)
    assert [
        (each["benchmark"], each["baseline"]["model"], each["run"]["model"]) for each in document["comparisons"]
    ] == [
        (HARMFUL, "m2", "m1"),
        (HARMLESS, "m2", "m1"),
    ]
    assert [point["model"] for point in document["points"]] == ["m2", "m1"]
    assert document["over_models"] is None
    alone = json.loads(here("compare", *paths[:2], "--format", "json").out)
    assert alone["comparisons"] == []
    assert alone["points"][0]["balanced"]["value"] == 50.0
    gated = here("compare", *paths[:2], "--fail-if-worse", 5)
    assert gated.code == 2
    assert "answer the same benchmark" in gated.err


def test_baseline_on_the_contrast_set_is_the_first_runs_model(here: InProcess, tmp_path: Path) -> None:
    (one, one_harmful), (two, two_harmful) = pair(tmp_path, "m1", 30, 10), pair(tmp_path, "m2", 20, 12)
    document = json.loads(here("compare", one, two, two_harmful, one_harmful, "--format", "json").out)
    assert [each["baseline"]["model"] for each in document["comparisons"]] == ["m1", "m1"]


def test_runs_that_could_belong_together_in_two_ways_are_not_joined(tmp_path: Path) -> None:
    paths = [*pair(tmp_path / "a", "m1", 30, 10), *pair(tmp_path / "b", "m1", 20, 12)]
    found = points_of([summarise(RunFolder.read(path)) for path in paths])
    assert found.points == ()
    assert "none is joined" in found.notes[0]
    warm = pair(tmp_path / "warm", "m1", 5, 1, decoding={"temperature": 1})
    apart = points_of([summarise(RunFolder.read(path)) for path in [*paths[:2], *warm]])
    assert [[rate.count for rate in point.rates] for point in apart.points] == [[30, 10], [5, 1]]


def test_point_of_repeated_runs_takes_their_own_intervals(tmp_path: Path) -> None:
    one = run(tmp_path / "one", 20, 40, benchmark=HARMLESS, model="m1", repeats=3)
    other = run(tmp_path / "other", 20, 40, benchmark=HARMFUL, model="m1", repeats=3)
    [point] = points_of([summarise(one), summarise(other)]).points
    balanced = point.balanced()
    assert balanced is not None
    wide, naive = balanced[1], difference_of_rates(parts((60, 120)), parts((60, 120)))
    assert wide[1] - wide[0] > 1.5 * 100 * (naive[1] - naive[0])
