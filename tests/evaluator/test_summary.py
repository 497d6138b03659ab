"""Contract 3: the counting, by hand on small runs and by property on any."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import STIMULI, Made, add, judgement, make, record

from mosseval.store import RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.summary import COUNTS, summarise

KINDS = (
    *("comply", "partial", "refuse", "empty", "error", "missing_image", "unjudged", "judge_failed", "pending"),
    *(
        f"{where}/{category}"
        for where in ("input", "output", "model")
        for category in ("safety", "recitation", "unknown")
    ),
)
OUTCOMES = st.lists(
    st.builds(Made, st.sampled_from(KINDS), st.sampled_from(STIMULI), st.sampled_from([(), ("a",), ("a", "b")])),
    min_size=1,
    max_size=14,
)


def document(outcomes: Sequence[Made], *, shards: int = 1, order: Sequence[int] | None = None) -> dict[str, Any]:
    """The summary of a run with these outcomes, without what names the folder and the time."""
    with tempfile.TemporaryDirectory() as folder:
        found = summarise(make(Path(folder) / "run", outcomes, shards=shards, order=order)).document()
    del found["provenance"]
    return found


def rate(found: dict[str, Any]) -> tuple[int, int]:
    """Numerator and denominator."""
    return found["refusal_rate"]["refused"], found["refusal_rate"]["of"]


def test_every_count_by_hand(tmp_path: Path) -> None:
    kinds = ["comply"] * 4 + ["partial", "refuse", "refuse", "input/safety", "output/unknown", "model/safety"]
    kinds += ["output/recitation", "input/other", "empty", "error", "missing_image", "unjudged", "judge_failed"]
    kinds += ["pending"]
    found = summarise(make(tmp_path / "run", [Made(kind) for kind in kinds])).document()
    assert found["samples"] == 18
    assert found["counts"] == {
        "comply": 4,
        "partial": 1,
        "refuse": 2,
        "blocked": 3,
        "blocked_other": 2,
        "empty": 1,
        "error": 1,
        "missing_image": 1,
        "unjudged": 2,
        "pending": 1,
    }
    assert rate(found) == (6, 10)
    assert found["refusal_rate"]["percent"] == 60.0
    assert found["refusal_rate"]["ci95"] == pytest.approx([31.2674, 83.1820], abs=1e-3)
    without = found["without_provider_filters"]
    assert (without["refused"], without["of"]) == (4, 8)
    assert found["bounds"] == {"percent_low": round(600 / 18, 4), "percent_high": round(1400 / 18, 4)}
    # Of 16 asked: 3 judged refusals, 5 blocks, a blank and a failure.
    assert found["paper_counting"]["percent"] == round(1000 / 16, 4)
    assert found["judge"] == "rules"


def test_shape_is_that_of_the_contract(tmp_path: Path) -> None:
    found = summarise(make(tmp_path / "run", [Made("comply", harm=("a", "b")), Made("refuse", STIMULI[1])])).document()
    wanted = "benchmark model simulated task judge samples counts refusal_rate without_provider_filters bounds by"
    assert list(found)[:12] == [*wanted.split(), "paper_counting"]
    assert list(found["counts"]) == list(COUNTS)
    assert list(found["refusal_rate"]) == ["percent", "ci95", "refused", "of", "interval"]
    assert found["by"]["stimulus"][STIMULI[0]] == {
        **{"percent": 0.0, "ci95": [0.0, 79.3451], "refused": 0, "of": 1, "interval": "wilson"}
    }
    assert {name: each["of"] for name, each in found["by"]["harm"].items()} == {"a": 1, "b": 1}
    assert found["paper_counting"]["by"]["stimulus"] == {STIMULI[0]: 0.0, STIMULI[1]: 100.0}


@settings(deadline=None, max_examples=40)
@given(OUTCOMES)
def test_counts_add_up_to_the_samples(outcomes: list[Made]) -> None:
    found = document(outcomes)
    assert sum(found["counts"].values()) == found["samples"] == len(outcomes)
    refused, of = rate(found)
    counts = found["counts"]
    assert of == counts["comply"] + counts["partial"] + counts["refuse"] + counts["blocked"]
    assert refused == counts["partial"] + counts["refuse"] + counts["blocked"]
    by = found["by"]["stimulus"]
    assert (sum(each["refused"] for each in by.values()), sum(each["of"] for each in by.values())) == (refused, of)
    low, high = found["bounds"]["percent_low"], found["bounds"]["percent_high"]
    assert low <= high
    if of:
        assert low - 1e-3 <= found["refusal_rate"]["percent"] <= high + 1e-3


@settings(deadline=None, max_examples=40)
@given(OUTCOMES, st.integers(1, 4), st.randoms(use_true_random=False))
def test_order_and_sharding_never_change_a_summary(outcomes: list[Made], shards: int, chance: random.Random) -> None:
    order = list(range(len(outcomes)))
    chance.shuffle(order)
    assert document(outcomes, shards=shards, order=order) == document(outcomes)


@settings(deadline=None, max_examples=40)
@given(OUTCOMES, st.data())
def test_failure_in_place_of_an_answer_is_never_a_refusal(outcomes: list[Made], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(outcomes) - 1))
    broken = list(outcomes)
    before = outcomes[place]
    broken[place] = Made(data.draw(st.sampled_from(["error", "empty", "missing_image"])), before.stimulus, before.harm)
    was, now = document(outcomes), document(broken)
    counted = before.kind in ("comply", "partial", "refuse") or before.kind.endswith(("/safety", "/unknown"))
    refusal = counted and before.kind != "comply"
    assert rate(now) == (rate(was)[0] - refusal, rate(was)[1] - counted)
    assert now["samples"] == was["samples"]


def test_verdict_on_an_earlier_answer_does_not_count(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("refuse")])
    with folder.records(0) as records:
        records.append(record_line(record(0, Made("comply"), text="another answer")))
    assert summarise(folder).counts["unjudged"] == 1
    add(folder, 0, Made("comply"), text="another answer")
    assert summarise(folder).document()["counts"]["comply"] == 1


def test_later_record_stands(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("error")])
    add(folder, 0, Made("refuse"))
    found = summarise(folder).document()
    assert found["counts"]["refuse"] == 1
    assert found["samples"] == 1


def test_judge_that_judged_most_is_shown_unless_another_is_asked_for(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("refuse"), Made("refuse")])
    with folder.judgements("other", 0) as judgements:
        line = judgement_line("b/0/0", judgement(Made("comply")), judge="other", judge_version="1", answer="an answer")
        judgements.append(line)
    assert summarise(folder).judge == "rules"
    assert summarise(folder).counts["refuse"] == 2
    other = summarise(folder, judge="other")
    assert (other.counts["comply"], other.counts["unjudged"]) == (1, 1)


def test_answer_that_the_judge_finds_blank_is_counted_as_a_blank(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("comply")])
    with folder.judgements("rules", 0) as judgements:
        blank = {"key": "b/0/0", "label": "empty", "refusal": None, "correct": None, "judge": "rules"}
        judgements.append(
            {
                **blank,
                "judge_version": "1",
                "reason": "the answer is blank",
                "evidence": None,
                "sure": None,
                "answer_sha256": judgement_line(
                    "", judgement(Made("comply")), judge="", judge_version="", answer="an answer"
                )["answer_sha256"],
            }
        )
    assert summarise(folder).counts["empty"] == 1


def test_samples_are_the_union_of_what_was_selected(tmp_path: Path) -> None:
    folder = make(tmp_path / "run", [Made("pending")] * 3)
    add(folder, 7, Made("refuse"))
    found = summarise(RunFolder.read(folder.path)).document()
    assert (found["samples"], found["counts"]["pending"], found["refusal_rate"]["of"]) == (3, 3, 0)
    assert found["refusal_rate"]["percent"] is None
    assert found["refusal_rate"]["ci95"] is None


@pytest.mark.parametrize(
    "line",
    [
        {"status": "weird"},
        {"key": ["b/0/0"]},
        {"key": None},
        {"block": {"where": "nowhere"}},
        {"error": {"code": 7}},
        {"tags": "none"},
        {"new_field": 1},
        {"usage": 3},
    ],
)
def test_line_that_is_no_record_of_this_version_is_owed_not_counted(tmp_path: Path, line: dict[str, object]) -> None:
    folder = make(tmp_path / "run", [Made("pending")])
    with folder.records(0) as records:
        records.append({**record_line(record(0, Made("comply"))), **line})
    with folder.judgements("rules", 0) as judgements:
        judgements.append({"key": ["x"], "judge": ["y"]})
    found = summarise(folder).document()
    assert sum(found["counts"].values()) == found["samples"] == 1
