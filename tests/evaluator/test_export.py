"""`mosseval export`: out in every form and back by `import`, with nothing lost that is not said."""

from __future__ import annotations

import asyncio
import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import every_outcome
import pytest
from made_runs import Made, add, make
from mosseval_process import InProcess
from small_benchmark import row, write

from mosseval.answer_rows import COLUMNS
from mosseval.store import RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.types import Judgement, Record

FORMATS = {"submission": "json", "csv": "csv", "jsonl": "jsonl", "parquet": "parquet", "inspect": "json"}


def lines(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file; only a newline ends one, whatever else Python may take for one."""
    return [json.loads(line) for line in file.read_bytes().split(b"\n") if line] if file.exists() else []


EACH = pytest.mark.parametrize(("form", "suffix"), FORMATS.items(), ids=FORMATS)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with everything in it."""
    return every_outcome.make(tmp_path / "run").path


def exported(here: InProcess, run: Path, form: str, *more: object) -> tuple[Path, str]:
    """The file, and what was said."""
    out = here.folder / f"{form}.{FORMATS[form]}"
    result = here("export", run, "--format", form, "--out", out, *more)
    assert (result.code, result.out) == (0, ""), result.err
    return out, result.err


def again(here: InProcess, file: Path, *more: object, benchmark: str = "mossbench", model: str = "m") -> Path:
    """The file as a run."""
    result = here("import", file, "-b", benchmark, "-m", model, "--out", "again", *more)
    assert result.code == 0, result.err
    return here.folder / "again"


def numbers(here: InProcess, run: Path, *more: object) -> dict[str, Any]:
    """The summary, without where it came from."""
    result = here("summary", run, "--format", "json", *more)
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    provenance = document.pop("provenance")
    return {**document, **{name: provenance[name] for name in ("errors", "served_models", "judge_versions")}}


@EACH
def test_out_and_back_is_the_same_summary_by_every_judge(here: InProcess, run: Path, form: str, suffix: str) -> None:
    file, _ = exported(here, run, form)
    back = again(here, file)
    for judge in ((), *(("--judge", name) for name in every_outcome.JUDGES)):
        assert numbers(here, back, *judge) == numbers(here, run, *judge)


@EACH
def test_out_and_back_keeps_every_record_verdict_and_sample(here: InProcess, run: Path, form: str, suffix: str) -> None:
    file, _ = exported(here, run, form)
    back = again(here, file)
    for name in ("records", *(f"judgements-{judge}" for judge in every_outcome.JUDGES)):
        was = {each["key"]: each for shard in (0, 1) for each in lines(run / f"{name}-{shard}.jsonl")}
        now = {each["key"]: each for each in lines(back / f"{name}-0.jsonl")}
        assert now == was
    samples = [sorted(lines(each / "samples.jsonl"), key=lambda row: int(row["sample_id"])) for each in (back, run)]
    assert samples[0] == samples[1]


@EACH
def test_what_an_export_leaves_out_is_said_by_number(here: InProcess, run: Path, form: str, suffix: str) -> None:
    _, said = exported(here, run, form)
    assert "400 rows of" in said
    assert "left out: records that a later one replaced: " in said
    assert "left out: verdicts that no longer count: " in said
    assert "left out: rows of the data set that could not be asked: 1" in said
    assert "next: " in said


def test_a_submission_says_what_stands_outside_the_template(here: InProcess, run: Path) -> None:
    _, said = exported(here, run, "submission")
    for words in (
        "beside 'responses', in 'mosseval': later repeats (the template holds one answer a pid): 200",
        "beside 'responses', in 'mosseval': pending samples: ",
        "beside 'responses', in 'mosseval': missing pictures (never asked): ",
        "counted as rejected, as the paper counts: blanks: ",
        "counted as rejected, as the paper counts: failures: ",
        "'rejected' is null: answers that are not judged: ",
    ):
        assert words in said


def test_a_submission_is_in_the_template_and_counts_as_the_paper_does(here: InProcess, tmp_path: Path) -> None:
    kinds = ("comply", "partial", "refuse", "input/safety", "output/recitation", "empty", "error", "missing_image")
    stimuli = ("exaggerated_risk", "negated_harm", "counterintuitive_interpretation")
    run = make(tmp_path / "run", [Made(kind, stimuli[n % 3], ("illegal_act",)) for n, kind in enumerate(kinds)]).path
    file, _ = exported(here, run, "submission")
    document = json.loads(file.read_text(encoding="utf-8"))
    fields = ["pid", "image_path", "question", "response", "rejected", "reject_reasoning", "metadata", "evaluator_desc"]
    assert [list(each) for each in document["responses"].values()] == [fields] * 7
    assert {key: each["rejected"] for key, each in document["responses"].items()} == {
        **{"0": 0, "1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 1}
    }
    assert document["responses"]["1"]["metadata"]["over"] == "type 2"
    assert document["responses"]["1"]["metadata"]["harm"] == [6]
    assert document["responses"]["0"]["evaluator_desc"] == "mosseval judge rules, version 1"
    paper = numbers(here, run)["paper_counting"]
    rates = document["reject Rate"]
    assert 100 * rates["Total"] == pytest.approx(paper["percent"], abs=1e-3)
    for number, stimulus in enumerate(stimuli, start=1):
        assert 100 * rates[f"Type {number}"] == pytest.approx(paper["by"]["stimulus"][stimulus], abs=1e-3)


def test_the_template_itself_is_read(here: InProcess, tmp_path: Path) -> None:
    entry = {"pid": "1", "image_path": "data/images/1.png", "question": "How?", "response": "Gladly.", "rejected": 0}
    blank = {**entry, "pid": "2", "response": ""}
    document = {"responses": {"1": entry, "2": blank}, "reject Rate": {"Total": 0.5, "Type 1": 0.5}}
    (tmp_path / "mine.json").write_text(json.dumps(document), encoding="utf-8")
    found = numbers(here, again(here, tmp_path / "mine.json"))
    assert (found["counts"]["comply"], found["counts"]["empty"]) == (1, 1)


def test_yes_and_no_go_out_and_back_too(here: InProcess, tmp_path: Path) -> None:
    run = yes_no_run(tmp_path / "run")
    for form in ("csv", "jsonl", "parquet", "inspect"):
        file, _ = exported(here, run, form)
        out = ("import", file, "-b", "mmsafeaware", "-m", "m", "--out", f"again-{form}")
        assert here(*out).code == 0
        assert numbers(here, here.folder / f"again-{form}") == numbers(here, run)
    refused = here("export", run, "--format", "submission", "--out", "s.json")
    assert (refused.code, "a submission holds refusals" in refused.err) == (2, True)
    assert not (here.folder / "s.json").exists()


def yes_no_run(path: Path) -> Path:
    """Four answers to yes/no questions."""
    plan = make(path.with_name("other"), [Made("pending")] * 4).manifest
    config = replace(plan.config, benchmark="mmsafeaware", image={"text_only": True})
    rows = [
        {"sample_id": str(n), "question": "Safe?", "expected": ("Yes", "No")[n % 2], "tags": {"subset": "attack"}}
        for n in range(4)
    ]
    manifest = replace(plan, config=config, task="yes_no", judges=("yes-no",))
    folder = asyncio.run(RunFolder.open(path, manifest, rows, {"0", "1", "2", "3"}))
    for number, (text, label, correct) in enumerate(
        (("Yes.", "yes", True), ("Yes, it is not.", "yes", False), ("Perhaps", "unclear", None))
    ):
        key = f"mmsafeaware/{number}/0"
        record = Record(key, "mmsafeaware", str(number), 0, "m", "answered", "0", {}, text=text, attempts=1)
        with folder.records(0) as records:
            records.append(record_line(record))
        with folder.judgements("yes-no", 0) as verdicts:
            said = Judgement(label, None, correct=correct)  # type: ignore[arg-type]
            verdicts.append(judgement_line(key, said, judge="yes-no", judge_version="1", answer=text))
    return path


def test_the_same_import_again_writes_nothing(here: InProcess, run: Path) -> None:
    file, _ = exported(here, run, "csv")
    back = again(here, file)
    before = {each.name: each.read_bytes() for each in back.glob("*-0.jsonl")}
    again(here, file)
    assert {each.name: each.read_bytes() for each in back.glob("*-0.jsonl")} == before


def test_a_run_without_a_verdict_stays_without_one_until_a_judge_is_named(here: InProcess, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [Made("comply"), Made("refuse")], shards=1).path
    (run / "judgements-rules-0.jsonl").unlink()
    file, _ = exported(here, run, "csv")
    result = here("import", file, "-b", "mossbench", "-m", "m", "--out", "again")
    assert result.code == 0, result.err
    assert numbers(here, here.folder / "again")["counts"]["unjudged"] == 2
    assert here("import", file, "-b", "mossbench", "-m", "m", "--out", "again", "--judge", "rules").code == 0
    assert numbers(here, here.folder / "again")["counts"]["comply"] == 2


def test_the_data_at_hand_gives_its_own_tags(here: InProcess, tmp_path: Path) -> None:
    data = write(tmp_path / "data", rows=[row(n, over=f"type {1 + n % 3}") for n in range(4)])
    run = make(tmp_path / "run", [Made("comply"), Made("refuse"), Made("empty")]).path
    file, _ = exported(here, run, "jsonl")
    back = again(here, file, "--data", data)
    found = numbers(here, back)
    assert (found["samples"], found["counts"]["pending"]) == (3, 0)
    assert lines(back / "samples.jsonl")[0]["tags"]["description"] == "a thing to be done"


def test_tables_have_the_documented_columns_in_the_samples_order(here: InProcess, run: Path) -> None:
    file, _ = exported(here, run, "csv")
    with file.open(encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream, strict=True))
    assert tuple(table[0]) == tuple(COLUMNS)
    assert {len(each) for each in table} == {len(COLUMNS)}
    keys = [f"mossbench/{sample}/{repeat}" for sample in range(200) for repeat in range(2)]
    assert [each[0] for each in table[1:]] == keys
    jsonl, _ = exported(here, run, "jsonl")
    assert [list(each) for each in lines(jsonl)] == [list(COLUMNS)] * 400
    page = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []


def test_nothing_is_written_over_unless_asked(here: InProcess, run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine", encoding="utf-8")
    where = ("export", run, "--format", "csv", "--out", "a.csv")
    refused = here(*where)
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "mine"
    assert here(*where, "--force").code == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").startswith('"key"')
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.csv", "run"]


WRONG = {
    "a format that there is not": ("--format", "pdf", "--out", "x.pdf"),
    "a suffix of another format": ("--format", "csv", "--out", "x.json"),
    "a folder that there is not": ("--format", "csv", "--out", "no/x.csv"),
    "the run's own records": ("--format", "jsonl", "--out", "run/records-0.jsonl", "--force"),
    "the run's own folder": ("--format", "hf", "--out", "run", "--force"),
    "pictures in a table": ("--format", "csv", "--out", "x.csv", "--images"),
    "a judge that did not judge": ("--format", "csv", "--out", "x.csv", "--judge", "nobody"),
}


@pytest.mark.parametrize("flags", WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(here: InProcess, run: Path, flags: tuple[str, ...]) -> None:
    result = here("export", run, *flags)
    assert (result.code, result.err.count("\n") <= 2) == (2, True), result.err
    assert [each.name for each in here.folder.iterdir()] == ["run"]


def test_a_log_in_a_folder_gets_a_name_that_inspect_lists(here: InProcess, tmp_path: Path) -> None:
    run = every_outcome.make(tmp_path / "run", samples=3, benchmark="../a b/=c").path
    (tmp_path / "logs").mkdir()
    result = here("export", run, "--format", "inspect", "--out", "logs")
    assert result.code == 0, result.err
    [log] = (tmp_path / "logs").iterdir()
    assert log.name.startswith("2026-11-01T10-00-00_a-b-c_")
    assert "next: inspect view --log-dir logs (inspect_ai's viewer)" in result.err
    named = here("export", run, "--format", "inspect", "--out", "log.json")
    assert "lists it once its name begins with a time" in named.err


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_long_first_answer_hides_no_verdict(here: InProcess, tmp_path: Path, form: str) -> None:
    folder = make(tmp_path / "run", [Made("pending"), Made("pending")], shards=1)
    add(folder, 0, Made("refuse"), text="long " * 100_000)
    file, _ = exported(here, folder.path, form)
    assert numbers(here, again(here, file))["counts"]["refuse"] == 1


def test_answers_that_speak_of_columns_are_no_export(here: InProcess, tmp_path: Path) -> None:
    text = json.dumps(dict.fromkeys(COLUMNS, 1))
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "1", "response": text}) + "\n", encoding="utf-8")
    back = again(here, tmp_path / "a.jsonl")
    assert lines(back / "records-0.jsonl")[0]["text"] == text


@pytest.mark.parametrize(("form", "code"), [("submission", 0), ("inspect", 0), ("jsonl", 2)])
def test_half_a_pair_in_a_file_that_somebody_wrote_is_no_crash(
    here: InProcess, tmp_path: Path, form: str, code: int
) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    file, _ = exported(here, run, form)
    text = file.read_text(encoding="utf-8").replace("an answer", "an \\ud83d answer")
    file.write_text(text, encoding="utf-8")
    result = here("import", file, "-b", "mossbench", "-m", "m", "--out", "again")
    assert result.code == code, result.err
    texts = [each["text"] for each in lines(here.folder / "again" / "records-0.jsonl")]
    assert texts == ([] if code else ["an \ufffd answer"])


@pytest.mark.parametrize("name", ["m.json", "m.jsonl"])
def test_half_a_pair_in_a_transcript_is_no_crash(here: InProcess, tmp_path: Path, name: str) -> None:
    said = '{"id": "1", "response": "half \\ud83d"}' if name == "m.jsonl" else '{"1": {"response": "half \\ud83d"}}'
    (tmp_path / name).write_text(said, encoding="utf-8")
    back = again(here, tmp_path / name)
    assert lines(back / "records-0.jsonl")[0]["text"] == "half \ufffd"


def test_what_was_never_asked_is_no_blank_to_reproduce(here: InProcess, tmp_path: Path) -> None:
    data = write(tmp_path / "data", rows=[row(n, over=f"type {1 + n % 3}") for n in range(6)])
    kinds = ("comply", "refuse", "empty", "missing_image", "pending", "missing_image")
    run = make(tmp_path / "run", [Made(kind) for kind in kinds]).path
    (tmp_path / "t").mkdir()
    assert here("export", run, "--format", "submission", "--out", "t/gpt-4o.json").code == 0
    result = here("reproduce", "mossbench", "--transcripts", "t", "--data", data, "--format", "json")
    assert result.code == 0, result.err
    found = [json.loads(line) for line in result.out.splitlines()]
    whole = next(each for each in found if each["stimulus"] == "all")
    outside = whole["ours"]["of"] + whole["blank"] + whole["unjudged"]
    assert (outside, whole["blank"]) == (3, 1)
