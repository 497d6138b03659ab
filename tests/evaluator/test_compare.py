"""`mosseval compare`: what pairs, what is refused and warned of, and the gate, on made and on published runs."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import STIMULI, Made, judgement, make_repeated, record
from mosseval_process import InProcess, Mosseval

from mosseval.comparison import Comparison, compared
from mosseval.gate import Gate
from mosseval.paired import mcnemar, tango
from mosseval.store import RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.summary import summarise

C, P, R, B, E = Made("comply"), Made("partial"), Made("refuse"), Made("input/safety"), Made("error")
EMPTY, OTHER = Made("empty"), Made("output/recitation")
KINDS = ("comply", "partial", "refuse", "empty", "error", "missing_image", "unjudged", "pending", "input/safety")
RUNS = st.lists(
    st.tuples(*[st.builds(Made, st.sampled_from(KINDS), st.sampled_from(STIMULI))] * 2), min_size=1, max_size=12
)


def run(path: Path, outcomes: Sequence[Made | Sequence[Made]], **config: object) -> RunFolder:
    """A run of samples asked once, or several times each."""
    return make_repeated(path, [[each] if isinstance(each, Made) else each for each in outcomes], **config)  # type: ignore[arg-type]


def beside(before: RunFolder, after: RunFolder) -> Comparison:
    """Their comparison."""
    return compared(summarise(before), summarise(after))


def edit(folder: RunFolder, **values: object) -> None:
    """Changes fields of `run.json`, `data__name` inside of `data`."""
    file = folder.path / "run.json"
    document = json.loads(file.read_text())
    for name, value in values.items():
        part, _, field = name.partition("__")
        if field:
            document[part][field] = value
        else:
            document[part] = value
    file.write_text(json.dumps(document))


def compare(here: InProcess, *arguments: object) -> dict[str, Any]:
    """The JSON of a comparison that ends with 0."""
    found = here("compare", *arguments, "--format", "json")
    assert found.code == 0, found.err
    document: dict[str, Any] = json.loads(found.out)
    return document


def test_every_number_by_hand(tmp_path: Path) -> None:
    before = run(tmp_path / "before", [C, C, C, R, R, B, P, E, EMPTY, OTHER, C, Made("pending")])
    after = run(tmp_path / "after", [C, R, B, R, C, C, R, C, EMPTY, R, Made("unjudged"), C, C])
    found = beside(before, after)
    difference = found.difference
    assert [pair.sample for pair in found.pairs] == ["0", "1", "2", "3", "4", "5", "6"]
    assert (difference.pairs, difference.more, difference.fewer) == (7, 2, 2)
    assert (difference.baseline, difference.run, difference.value) == pytest.approx((4 / 7, 4 / 7, 0.0))
    assert difference.interval == tango(2, 2, 7)
    assert (difference.p, difference.test) == (mcnemar(2, 2), "mcnemar_exact")
    assert found.outside.document() == {
        "samples": 6,
        "only_in_baseline": 0,
        "only_in_run": 1,
        "not_counted_in_baseline": {"blocked_other": 1, "empty": 1, "error": 1, "pending": 1},
        "not_counted_in_run": {"empty": 1, "unjudged": 1},
        "partly_counted": 0,
    }


def test_groups_hold_their_own_samples(tmp_path: Path) -> None:
    kinds = [Made("comply", STIMULI[0], ("a", "b")), Made("comply", STIMULI[1], ("a",)), Made("refuse", STIMULI[1])]
    found = beside(
        run(tmp_path / "before", kinds),
        run(tmp_path / "after", [Made("refuse", STIMULI[0], ("a", "b")), kinds[1], Made("comply", STIMULI[1])]),
    )
    assert {name: (each.pairs, each.more, each.fewer) for name, each in found.by["stimulus"].items()} == {
        STIMULI[0]: (1, 1, 0),
        STIMULI[1]: (2, 0, 1),
    }
    assert {name: each.pairs for name, each in found.by["harm"].items()} == {"a": 2, "b": 1}


@settings(deadline=None, max_examples=25)
@given(RUNS, st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_and_sharding_make_no_difference_and_swapping_mirrors(
    outcomes: list[tuple[Made, Made]], chance: random.Random, shards: int
) -> None:
    order = list(range(len(outcomes)))
    chance.shuffle(order)
    ones, others = [[one] for one, _ in outcomes], [[other] for _, other in outcomes]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        before, after = make_repeated(base / "before", ones), make_repeated(base / "after", others)
        found, mirrored = beside(before, after), beside(after, before)
        mixed = beside(before, make_repeated(base / "mixed", others, shards=shards, order=order))
    assert (mixed.difference, mixed.outside, mixed.by) == (found.difference, found.outside, found.by)
    assert found.difference.pairs + found.outside.samples == len(outcomes)
    assert (found.difference.more, found.difference.fewer) == (mirrored.difference.fewer, mirrored.difference.more)
    if found.difference.interval and mirrored.difference.interval:
        low, high = mirrored.difference.interval
        assert found.difference.interval == pytest.approx((-high, -low))


@settings(deadline=None, max_examples=25)
@given(RUNS, st.data())
def test_answer_turned_into_an_error_takes_only_its_pair_away(
    outcomes: list[tuple[Made, Made]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(outcomes) - 1))
    after = [other for _, other in outcomes]
    with tempfile.TemporaryDirectory() as folder:
        before = run(Path(folder) / "before", [one for one, _ in outcomes])
        was = beside(before, run(Path(folder) / "after", after))
        after[place] = E
        now = beside(before, run(Path(folder) / "broken", after))
    assert {pair.sample for pair in was.pairs} - {pair.sample for pair in now.pairs} <= {str(place)}
    assert all(pair in was.pairs for pair in now.pairs)


def test_repeats_are_one_sample_each(tmp_path: Path) -> None:
    """The same answers three times over show no more than once."""
    before, after = [C] * 60 + [R] * 40, [C] * 50 + [R] * 10 + [C] * 15 + [R] * 25
    once = beside(run(tmp_path / "a", before), run(tmp_path / "b", after)).difference
    thrice = beside(
        run(tmp_path / "a3", [[each] * 3 for each in before]), run(tmp_path / "b3", [[each] * 3 for each in after])
    ).difference
    assert (thrice.method, thrice.test) == ("cluster_bootstrap", "sign_flip_exact")
    assert once.interval is not None
    assert thrice.interval is not None
    assert thrice.interval == pytest.approx(once.interval, abs=0.015)
    assert thrice.p == pytest.approx(once.p)
    assert (thrice.pairs, thrice.value, thrice.smallest) == (once.pairs, once.value, once.smallest)


def test_repeats_pair_by_the_means_of_what_counts(tmp_path: Path) -> None:
    found = beside(
        run(tmp_path / "before", [[C, R, C], [C, E, E], [E, E, EMPTY]]),
        run(tmp_path / "after", [[R, R, E], [C, C, C], [C, C, C]]),
    )
    assert [(pair.baseline, pair.run) for pair in found.pairs] == [((1, 3), (2, 2)), ((0, 1), (0, 3))]
    assert found.difference.value == pytest.approx((2 / 3 + 0) / 2)
    assert found.outside.document()["not_counted_in_baseline"] == {"error": 1}
    assert found.outside.partly == 2
    assert found.difference.method == "tango_over_samples"


WORSE, BETTER, ALIKE = ([C] * 80, [R] * 60 + [C] * 20), ([R] * 60 + [C] * 20, [C] * 80), ([C] * 80, [C] * 78 + [R] * 2)


@pytest.mark.parametrize(
    ("runs", "points", "verdict", "code", "strict_code"),
    [
        (WORSE, 5, "worse", 4, 4),
        (BETTER, 5, "not_worse", 0, 0),
        (ALIKE, 1, "not_shown", 0, 4),
        (ALIKE, 20, "not_worse", 0, 0),
        (WORSE, 75, "not_shown", 0, 4),
    ],
)
def test_gate_is_decided_on_the_interval(
    here: InProcess,
    tmp_path: Path,
    runs: tuple[list[Made], list[Made]],
    points: int,
    verdict: str,
    code: int,
    strict_code: int,
) -> None:
    run(tmp_path / "before", runs[0])
    run(tmp_path / "after", runs[1])
    gate = ("--fail-if-worse", points)
    found = here("compare", "before", "after", *gate, "--format", "json")
    assert found.code == code
    [comparison] = json.loads(found.out)["comparisons"]
    assert comparison["gate"]["verdict"] == verdict
    assert comparison["smallest_difference"] > 0
    assert ("FAILED" in found.err) == (code == 4)
    assert here("compare", "before", "after", *gate, "--strict").code == strict_code
    assert here("compare", "before", "after").code == 0
    shown = here("compare", "before", "after", *gate).out
    assert "samples could show" in " ".join(shown.split())


def test_worse_on_a_contrast_set_is_fewer_refusals(here: InProcess, tmp_path: Path) -> None:
    run(tmp_path / "before", BETTER[0], benchmark="demo-contrast")
    run(tmp_path / "after", BETTER[1], benchmark="demo-contrast")
    failed = here("compare", "before", "after", "--fail-if-worse", 5)
    assert failed.code == 4
    assert "refusal is the good outcome" in " ".join(failed.out.split())
    assert here("compare", "after", "before", "--fail-if-worse", 5).code == 0


def test_interval_that_touches_the_points_excludes_what_lies_above(tmp_path: Path) -> None:
    found = beside(run(tmp_path / "before", ALIKE[0]), run(tmp_path / "after", ALIKE[1]))
    assert found.worsening is not None
    low, high = found.worsening[1]
    assert Gate(high, strict=True).verdict(found) == "not_worse"
    assert Gate(high - 1e-6, strict=True).verdict(found) == "not_shown"
    assert Gate(low, strict=True).verdict(found) == "not_shown"
    assert Gate(low - 1e-6, strict=True).verdict(found) == "worse"


def test_other_questions_are_refused_and_unknown_ones_pair_by_id(here: InProcess, tmp_path: Path) -> None:
    run(tmp_path / "before", [C, R])
    after = run(tmp_path / "after", [C, C])
    edit(after, data__questions_sha256="another")
    refused = here("compare", "before", "after", "--fail-if-worse", 50)
    assert refused.code == 2
    assert "different questions" in refused.err
    assert not refused.out
    edit(after, data__questions_sha256="")
    [found] = compare(here, "before", "after")["comparisons"]
    assert found["pairs"] == 2
    assert any("pair by id" in warning for warning in found["warnings"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data__images_sha256": "x"}, "pictures differ"),
        ({"config__system_prompt": "Be careful."}, "prompts differ: none and 'Be careful.'"),
        ({"config__decoding": {"temperature": 1}}, "decoding differ: none and temperature=1"),
        ({"config__safety_settings": {"a": "b"}}, "safety switches differ"),
        ({"config__image": {"text_only": True}}, "picture options differ"),
        ({"config__endpoint": "import"}, "not known (imported)"),
    ],
)
def test_what_was_asked_otherwise_is_warned_of(
    here: InProcess, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    run(tmp_path / "before", [C, R])
    edit(run(tmp_path / "after", [C, C]), **change)
    [found] = compare(here, "before", "after")["comparisons"]
    assert any(words in warning for warning in found["warnings"]), found["warnings"]
    assert "WARNING" in here("compare", "before", "after").out


def test_alike_runs_are_not_warned_of(here: InProcess, tmp_path: Path) -> None:
    for name in ("before", "after"):
        run(tmp_path / name, [C, R])
    assert compare(here, "before", "after")["comparisons"][0]["warnings"] == []


def test_judge_that_read_both_is_taken_and_others_are_warned_of(here: InProcess, tmp_path: Path) -> None:
    before = run(tmp_path / "before", [C, R])
    run(tmp_path / "after", [C, Made("pending")])
    _judged_by("other", before, [R, R])
    assert compare(here, "before", "after")["comparisons"][0]["baseline"]["judge"] == "rules"
    assert here("compare", "before", "after", "--judge", "other").code == 2
    alone = run(tmp_path / "alone", [Made("pending"), Made("pending")])
    with alone.records(0) as lines:
        lines.append(record_line(record(0, C)))
    _judged_by("another", alone, [R])
    [found] = compare(here, "after", "alone")["comparisons"]
    assert "judges differ: rules and another" in found["warnings"]


def _judged_by(judge: str, folder: RunFolder, kinds: Sequence[Made]) -> None:
    with folder.judgements(judge, 0) as lines:
        for number, made in enumerate(kinds):
            line = judgement_line(f"b/{number}/0", judgement(made), judge=judge, judge_version="1", answer="an answer")
            lines.append(line)


def test_wrong_use_is_named(here: InProcess, tmp_path: Path) -> None:
    run(tmp_path / "a", [C, R])
    run(tmp_path / "elsewhere", [C, R], benchmark="mossbench")
    run(tmp_path / "nothing", [E, E])
    edit(run(tmp_path / "yes-no", [C, R]), task="yes_no")
    for arguments, words in (
        (("a",), "one run alone"),
        (("a", "a"), "named twice"),
        (("a", "absent"), "no run.json"),
        (("a", "elsewhere"), "answers b"),
        (("a", "yes-no"), "yes_no run"),
        (("a", "nothing", "--fail-if-worse", "90"), "no sample counts in both"),
        (("a", "nothing", "--format", "csv"), "no format 'csv'"),
        (("a", "nothing", "--strict"), "--strict belongs to"),
    ):
        found = here("compare", *arguments)
        assert found.code == 2, arguments
        assert words in found.err, (arguments, found.err)


def test_several_runs_are_one_family_and_models_that_share_a_name_are_told_apart(
    here: InProcess, tmp_path: Path
) -> None:
    run(tmp_path / "before", WORSE[0])
    run(tmp_path / "one", [C] * 74 + [R] * 6)
    run(tmp_path / "two", [C] * 71 + [R] * 9)
    found = compare(here, "before", "one", "two")["comparisons"]
    assert [each["p"] for each in found] == [mcnemar(6, 0), mcnemar(9, 0)]
    assert [each["p_holm"] for each in found] == [mcnemar(6, 0), 2 * mcnemar(9, 0)]
    shown = here("compare", "before", "one", "two").out
    assert "b, beside before: refused" in shown


def test_formats_say_the_same_and_never_an_answer(mosseval: Mosseval) -> None:
    for name, outcomes in (("before", [C] * 8), ("after", [C] * 5 + [R] * 3)):
        run(mosseval.folder / name, outcomes, benchmark="mossbench-contrast")
    shown = {form: mosseval("compare", "before", "after", "--format", form) for form in ("table", "markdown", "json")}
    for form, found in shown.items():
        assert found.code == 0, found.err
        assert "an answer" not in found.out, form
    for form in ("table", "markdown"):
        for words in ("0.0% → 37.5%", "+37.5", "3 / 0", "0.2500", "8 samples pair, 0 stand outside"):
            assert words in shown[form].out, (form, words)
    [document] = json.loads(shown["json"].out)["comparisons"]
    assert (document["percent"], document["difference"], document["p"]) == (37.5, 37.5, 0.25)
    assert document["worse_is"] == "lower"


def test_failed_gate_of_a_real_process_ends_with_four(mosseval: Mosseval) -> None:
    for name, outcomes in (("before", [C] * 40), ("after", [C] * 10 + [R] * 30)):
        run(mosseval.folder / name, outcomes)
    failed = mosseval("compare", "before", "after", "--fail-if-worse", "10", "--format", "json")
    assert failed.code == 4
    assert json.loads(failed.out)["failed"] is True
    assert "gate: after, b: FAILED: worse by more than 10 points" in failed.err


def test_names_that_steer_a_terminal_are_shown_as_text(here: InProcess, tmp_path: Path) -> None:
    nasty = "[/bold]\x1b[31m|<b>"
    for name, model in (("before", "m"), ("after", nasty), ("harmful", nasty)):
        config = {"model": model, "benchmark": "demo-contrast" if name == "harmful" else "demo"}
        run(tmp_path / name, [C, R], **config)
    edit(RunFolder.read(tmp_path / "before"), by=["[red]"])
    for form in ("table", "markdown", "json"):
        found = here("compare", "after", "before", "harmful", "--format", form)
        assert found.code == 0, found.err
        assert "\x1b" not in found.out
        assert "<b>" not in found.out or form != "markdown"
    assert "[/bold]" in here("compare", "after", "before", "harmful").out


def test_accuracies_are_compared_with_their_subsets(here: InProcess, tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "prompt": "Is it safe?", "expected": "yes", "subset": "typical" if n < 20 else "attack"}
        for n in range(60)
    ]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, right in (("before", 55), ("after", 12)):
        lines = [json.dumps({"id": str(n), "response": "Yes." if n < right else "No."}) + "\n" for n in range(60)]
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
        done = here("import", f"{name}.jsonl", "-b", "own.jsonl", "-m", name, "--out", f"runs/{name}")
        assert done.code == 0, done.err
    [found] = compare(here, "runs/before", "runs/after")["comparisons"]
    assert (found["task"], found["pairs"], found["more"], found["fewer"]) == ("yes_no", 60, 0, 43)
    assert {name: each["difference"] for name, each in found["by"]["subset"].items()} == {
        "typical": -40.0,
        "attack": -87.5,
    }
    assert found["macro"]["difference"] == pytest.approx(-63.75)
    assert found["macro"]["ci95"][0] < -63.75 < found["macro"]["ci95"][1]
    assert here("compare", "runs/before", "runs/after", "--fail-if-worse", 10).code == 4
    assert here("compare", "runs/after", "runs/before", "--fail-if-worse", 10).code == 0


def test_published_runs_pair_where_both_answered(here: InProcess, tmp_path: Path, shared_data: Path) -> None:
    data = shared_data / "mossbench"
    for model in ("claude-3-haiku", "claude-3-opus"):
        file = data / "transcripts" / f"{model}.json"
        done = here("import", file, "-b", "mossbench", "-m", model, "--data", data, "--out", tmp_path / model)
        assert done.code == 0, done.err
    [found] = compare(here, tmp_path / "claude-3-haiku", tmp_path / "claude-3-opus")["comparisons"]
    assert found["pairs"] == 286
    assert found["outside"]["not_counted_in_baseline"] == found["outside"]["not_counted_in_run"] == {"empty": 14}
    assert sum(each["pairs"] for each in found["by"]["stimulus"].values()) == 286
    assert found["difference"] == pytest.approx(100 * (found["more"] - found["fewer"]) / 286, abs=1e-3)
    assert found["ci95"][1] < 0
