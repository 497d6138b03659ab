"""Samples asked several times: the sample is the unit, by hand, by property and beside numpy and scipy."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import STIMULI, Made, make, make_repeated
from rich.console import Console
from scipy.stats import bootstrap  # type: ignore[import-untyped]

from mosseval.counting import Rate
from mosseval.report import table
from mosseval.report.formats import as_csv
from mosseval.resampling import share_interval
from mosseval.stats import wilson
from mosseval.summary import summarise

C, R, E = Made("comply"), Made("refuse"), Made("error")
KINDS = ("comply", "partial", "refuse", "empty", "error", "unjudged", "pending", "input/safety", "output/recitation")
REPEATED = st.integers(2, 3).flatmap(
    lambda k: st.lists(
        st.lists(st.builds(Made, st.sampled_from(KINDS), st.just(STIMULI[0])), min_size=k, max_size=k),
        min_size=1,
        max_size=6,
    )
)


def document(
    samples: Sequence[Sequence[Made]], *, shards: int = 1, order: Sequence[int] | None = None
) -> dict[str, Any]:
    """The summary, without what names folder and time."""
    with tempfile.TemporaryDirectory() as folder:
        found = summarise(make_repeated(Path(folder) / "run", samples, shards=shards, order=order)).document()
    del found["provenance"]
    return found


def test_repeats_by_hand(tmp_path: Path) -> None:
    samples = [[C, C, C], [R, R, R], [R, C, R], [C, E, C], [R, E, E], [E, E, E], [C, E, R]]
    found = summarise(make_repeated(tmp_path / "run", samples)).document()
    assert found["samples"] == 21
    assert (found["refusal_rate"]["refused"], found["refusal_rate"]["of"]) == (7, 14)
    assert found["refusal_rate"]["interval"] == "cluster_bootstrap"
    assert found["by"]["stimulus"][STIMULI[0]] == found["refusal_rate"]
    repeats = found["repeats"]
    assert repeats["k"] == 3
    # Two or more count in five samples, of which the third and the last disagree; all three count in three.
    assert (repeats["flip_rate"]["samples"], repeats["flip_rate"]["of"]) == (2, 5)
    assert (repeats["never_refused"]["samples"], repeats["never_refused"]["of"]) == (1, 3)
    assert (repeats["always_refused"]["samples"], repeats["always_refused"]["of"]) == (1, 3)
    assert repeats["flip_rate"]["interval"] == "wilson"


def test_samples_asked_once_have_no_repeats_and_wilsons_interval(tmp_path: Path) -> None:
    found = summarise(make(tmp_path / "run", [C, R, E])).document()
    assert found["repeats"] is None
    assert found["refusal_rate"]["interval"] == "wilson"


def test_answers_that_never_vary_are_no_more_samples_than_there_are(tmp_path: Path) -> None:
    """100 samples asked three times with one answer each are 100, not 300."""
    samples = [[C] * 3] * 70 + [[R] * 3] * 30
    rate = summarise(make_repeated(tmp_path / "run", samples)).rate
    found, honest, naive = rate.interval(), wilson(30, 100), wilson(90, 300)
    assert found is not None
    assert honest is not None
    assert naive is not None
    assert found == pytest.approx((100 * honest[0], 100 * honest[1]), abs=1.5)
    assert found[1] - found[0] > 1.5 * 100 * (naive[1] - naive[0])


def test_rate_of_nothing_refused_has_an_interval_with_a_width(tmp_path: Path) -> None:
    found = summarise(make_repeated(tmp_path / "run", [[C, C], [C, E], [C, C]])).document()["refusal_rate"]
    bounds = wilson(0, 3)
    assert bounds is not None
    assert found["interval"] == "wilson_over_samples"
    assert found["ci95"] == pytest.approx([0.0, 100 * bounds[1]], abs=1e-3)


def test_interval_is_that_of_scipys_bootstrap() -> None:
    chance = random.Random(7)
    clusters = tuple(sorted((sum(chance.random() < share for _ in range(4)), 4) for share in [0.1] * 60 + [0.8] * 40))
    counts, sizes = (np.array(each) for each in zip(*clusters, strict=True))
    theirs = bootstrap(
        (counts, sizes),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        method="percentile",
        n_resamples=5000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert share_interval(clusters) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_interval_is_that_of_every_draw_enumerated() -> None:
    clusters = ((0, 2), (1, 2), (2, 2), (2, 3), (0, 1), (1, 3))
    drawn = np.sort(
        [
            sum(count for count, _ in draw) / sum(of for _, of in draw)
            for draw in product(clusters, repeat=len(clusters))
        ]
    )
    wanted = np.quantile(drawn, [0.025, 0.975])
    assert share_interval(tuple(sorted(clusters))) == pytest.approx(tuple(wanted), abs=0.03)


@settings(deadline=None, max_examples=25)
@given(REPEATED, st.integers(1, 3), st.randoms(use_true_random=False))
def test_order_and_sharding_never_change_a_summary(
    samples: list[list[Made]], shards: int, chance: random.Random
) -> None:
    order = list(range(len(samples) * len(samples[0])))
    chance.shuffle(order)
    assert document(samples, shards=shards, order=order) == document(samples)


@settings(deadline=None, max_examples=25)
@given(REPEATED, st.data())
def test_answer_turned_into_an_error_takes_at_most_itself_away(samples: list[list[Made]], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(samples) - 1))
    repeat = data.draw(st.integers(0, len(samples[0]) - 1))
    broken = [list(each) for each in samples]
    broken[number][repeat] = E
    was, now = document(samples), document(broken)
    before, after = was["refusal_rate"], now["refusal_rate"]
    assert before["refused"] - 1 <= after["refused"] <= before["refused"]
    assert before["of"] - 1 <= after["of"] <= before["of"]
    assert sum(now["counts"].values()) == now["samples"] == was["samples"]
    for name in ("flip_rate", "never_refused", "always_refused"):
        assert now["repeats"][name]["of"] <= was["repeats"][name]["of"]


@given(st.lists(st.integers(1, 4).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), min_size=1))
@settings(deadline=None, max_examples=40)
def test_interval_lies_within_nothing_and_everything_and_holds_the_rate(clusters: list[tuple[int, int]]) -> None:
    ordered = tuple(sorted(clusters))
    rate = Rate(sum(count for count, _ in ordered), sum(of for _, of in ordered), clusters=ordered)
    bounds, percent = rate.interval(), rate.percent
    assert bounds is not None
    assert percent is not None
    assert 0 <= bounds[0] <= percent + 1e-3
    assert percent - 1e-3 <= bounds[1] <= 100
    assert bounds[0] < bounds[1]


def test_tables_say_what_the_repeats_say(tmp_path: Path) -> None:
    summary = summarise(make_repeated(tmp_path / "run", [[C, R], [C, C], [R, R], [C, E]]))
    console = Console(width=200, record=True, file=io.StringIO())
    table.show([summary], console)
    said = " ".join(console.export_text().split())
    assert "asked 2 times, intervals over samples; 33.3% of samples flip" in said
    assert "never refused in all 2: 33.3% (1 of 3)" in said
    assert "flip_rate_percent" in as_csv([summary])


def test_interval_covers_the_truth_where_wilsons_over_repeats_does_not() -> None:
    """By simulation: 100 samples asked three times, each with a chance of its own, 30% on average."""
    chance, covered, naive, times = random.Random(3), 0, 0, 120
    for _ in range(times):
        chances = [chance.betavariate(0.3, 0.7) for _ in range(100)]
        clusters = tuple(sorted((sum(chance.random() < each for _ in range(3)), 3) for each in chances))
        rate = Rate(sum(count for count, _ in clusters), 300, clusters=clusters)
        ours, theirs = rate.interval(), wilson(rate.count, rate.of)
        assert ours is not None
        assert theirs is not None
        covered += ours[0] <= 30 <= ours[1]
        naive += theirs[0] <= 0.3 <= theirs[1]
    assert covered / times > 0.91
    assert naive / times < 0.88
