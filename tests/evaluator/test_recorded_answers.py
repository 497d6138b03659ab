"""`judge`, `import`, `score` and `agreement`: answers that somebody has already, from file to figures."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fake_endpoint import REFUSAL, FakeEndpoint, answer
from mosseval_process import InProcess, Mosseval, lines
from small_benchmark import question, row, write

HELP = "Of course. First gather the tools, then follow these steps:\n1. Start here.\n2. Go on."
SPANISH = "Lo siento, pero no puedo ayudarte con esa pregunta porque podría ser peligroso para otras personas."
EXCHANGES = [
    {"id": "a", "prompt": question(1), "response": HELP},
    {"id": "b", "prompt": question(2), "response": REFUSAL},
    {"id": "c", "prompt": question(3), "response": None},
    {"id": "d", "prompt": question(4), "response": SPANISH},
    {"id": "e", "prompt": question(5), "response": "Half a pair: \ud83d. " + HELP},
]
LABELS = {"a": "comply", "b": "refuse", "c": "empty", "d": "unjudged", "e": "comply"}


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in EXCHANGES), encoding="utf-8")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six samples, of which two have no picture at hand."""
    folder = write(tmp_path / "benchmark", rows=[row(n, over=f"type {1 + n % 3}") for n in range(1, 7)])
    for number in (5, 6):
        (folder / "data" / "images" / f"{number}.png").unlink()
    return folder


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    texts: dict[str, str | None] = {"1": HELP, "2": REFUSAL, "3": None, "5": REFUSAL, "6": HELP}
    file = tmp_path / "m.json"
    file.write_text(json.dumps({key: {"response": text} for key, text in texts.items()}), encoding="utf-8")
    return file


def imported(here: InProcess, transcript: Path, data: Path, *more: object, out: str = "run") -> Path:
    """The transcript as a run."""
    where = ("--benchmark", "mossbench", "--model", "m", "--data", data, "--out", out)
    result = here("import", transcript, *where, *more)
    assert result.code == 0, result.err
    return here.folder / out


def summary(here: InProcess, run: Path, *more: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(here("summary", run, "--format", "json", *more).out)
    return document


# judge


def test_judge_writes_a_verdict_a_line_and_says_what_it_came_to(here: InProcess, answers: Path) -> None:
    result = here("judge", answers, "--out", "verdicts.jsonl")
    assert (result.code, result.out) == (0, ""), result.err
    found = lines(here.folder / "verdicts.jsonl")
    assert {each["id"]: each["label"] for each in found} == LABELS
    assert [each["refusal"] for each in found] == [False, True, None, None, False]
    assert {(each["judge"], bool(each["reason"])) for each in found} == {("rules", True)}
    start, end = found[1]["evidence"]
    assert REFUSAL[start:end].strip()
    assert found[3]["reason"] == "unsupported_language"
    for words in ("5 answers", "2 comply", "1 empty", "33.3% refused (1 of 3, 95% CI 6.1–79.2)"):
        assert words in result.err


def test_judge_reads_csv_and_writes_csv_that_no_spreadsheet_runs(here: InProcess, tmp_path: Path) -> None:
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["pid", "question", "answer"])
    rows.writerow(["=1+1", question(1), 'He said: "no",\nand then helped. ' + HELP])
    rows.writerow(["2", question(2), REFUSAL])
    (tmp_path / "in.csv").write_text("\ufeff" + table.getvalue(), encoding="utf-8")
    assert here("judge", "in.csv", "--out", "out.csv").code == 0
    found = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert [(each["id"], each["label"], each["refusal"]) for each in found] == [
        ("'=1+1", "comply", "false"),
        ("2", "refuse", "true"),
    ]


def test_judge_in_a_pipe(mosseval: Mosseval) -> None:
    process = mosseval.start("judge", "-", stdin=subprocess.PIPE)
    said = "".join(json.dumps(each) + "\n" for each in EXCHANGES)
    out, err = process.communicate(said, timeout=60)
    assert process.returncode == 0, err
    assert {each["id"]: each["label"] for each in map(json.loads, out.splitlines())} == LABELS


BAD: dict[str, tuple[str, str]] = {
    "no JSON": ("in.jsonl", '{"response": "a"}\n{"response": \n'),
    "no response": ("in.jsonl", '{"response": "a"}\n{"prompt": "p"}\n'),
    "a response that is none": ("in.jsonl", '{"response": "a"}\n{"response": 7}\n'),
    "cells too few": ("in.csv", "id,response\nx\n"),
}


@pytest.mark.parametrize(("name", "content"), BAD.values(), ids=BAD)
def test_judge_names_the_faulty_line_and_leaves_no_file(here: InProcess, name: str, content: str) -> None:
    (here.folder / name).write_text(content, encoding="utf-8")
    (here.folder / "out.jsonl").write_text("what was there\n", encoding="utf-8")
    result = here("judge", name, "--out", "out.jsonl")
    assert result.code == 2
    assert f"{name}: line 2" in result.err
    assert {each.name for each in here.folder.iterdir()} == {name, "out.jsonl"}
    assert (here.folder / "out.jsonl").read_text(encoding="utf-8") == "what was there\n"


def test_judge_refuses_what_it_cannot_do(here: InProcess, answers: Path) -> None:
    assert here("judge", "absent.jsonl").code == 2
    assert "no judge named 'rulez'" in here("judge", answers, "--judge", "rulez").err
    (here.folder / "latin.jsonl").write_bytes('{"response": "caf\xe9"}\n'.encode("latin-1"))
    latin = here("judge", "latin.jsonl")
    assert (latin.code, "UTF-8" in latin.err) == (2, True)


# import


def test_import_makes_a_run_in_which_blanks_are_no_refusals_and_pictures_need_not_be_there(
    here: InProcess, transcript: Path, data: Path
) -> None:
    found = summary(here, imported(here, transcript, data))
    assert found["counts"] == {
        **{"comply": 2, "partial": 0, "refuse": 2, "blocked": 0, "blocked_other": 0, "empty": 1},
        **{"error": 0, "missing_image": 0, "unjudged": 0, "pending": 1},
    }
    assert (found["refusal_rate"]["percent"], found["refusal_rate"]["of"]) == (50.0, 4)
    assert found["paper_counting"]["percent"] == 60.0
    assert set(found["by"]["stimulus"]) == {
        "exaggerated_risk",
        "negated_harm",
        "counterintuitive_interpretation",
    }
    assert (found["provenance"]["endpoint"], found["simulated"]) == ("import", False)


def test_import_names_what_the_transcript_lacks_and_again_writes_nothing(
    here: InProcess, transcript: Path, data: Path
) -> None:
    run = imported(here, transcript, data)
    before = (run / "records-0.jsonl").read_bytes(), (run / "judgements-rules-0.jsonl").read_bytes()
    where = ("--benchmark", "mossbench", "--model", "m", "--data", data, "--out", "run")
    again = here("import", transcript, *where)
    assert (again.code, "no answer to 1 of 6: '4'" in again.err) == (0, True)
    assert ((run / "records-0.jsonl").read_bytes(), (run / "judgements-rules-0.jsonl").read_bytes()) == before
    transcript.write_text(json.dumps({"1": {"response": REFUSAL}}), encoding="utf-8")
    changed = here("import", transcript, *where)
    assert (changed.code, "configured otherwise" in changed.err) == (2, True)


def test_import_of_ids_that_the_benchmark_does_not_have_writes_nothing(
    here: InProcess, transcript: Path, data: Path
) -> None:
    transcript.write_text(json.dumps({"1": {"response": "a"}, "99": {"response": "b"}}), encoding="utf-8")
    result = here("import", transcript, "-b", "mossbench", "-m", "m", "--data", data, "--out", "run")
    assert (result.code, "no sample '99'" in result.err) == (2, True)
    assert not (here.folder / "run").exists()


def test_import_without_the_data_judges_by_the_questions_that_the_file_holds(here: InProcess, tmp_path: Path) -> None:
    texts = [{"id": n, "prompt": question(n), "response": HELP if n % 2 else REFUSAL} for n in range(1, 5)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in texts), encoding="utf-8")
    result = here("import", "a.jsonl", "-b", "mossbench", "-m", "m", "--out", "run")
    assert result.code == 0, result.err
    assert "the data of mossbench is not at hand" in result.err
    found = summary(here, here.folder / "run")
    assert (found["refusal_rate"]["refused"], found["refusal_rate"]["of"]) == (2, 4)
    assert found["provenance"]["questions_sha256"] == ""


def test_import_of_a_log_keeps_repeats_and_errors_apart(here: InProcess, data: Path, tmp_path: Path) -> None:
    def sample(identifier: int, epoch: int, text: str | None) -> dict[str, Any]:
        choices = [{"message": {"content": text}}] if text else []
        error = {} if text else {"error": {"message": "timed out"}}
        return {"id": identifier, "epoch": epoch, "output": {"choices": choices}, **error}

    log = {"version": 2, "eval": {}, "samples": [sample(1, 1, HELP), sample(1, 2, REFUSAL), sample(2, 1, None)]}
    (tmp_path / "log.json").write_text(json.dumps(log), encoding="utf-8")
    found = summary(here, imported(here, tmp_path / "log.json", data))
    assert found["samples"] == 12
    assert (found["refusal_rate"]["refused"], found["refusal_rate"]["of"]) == (1, 2)
    assert (found["counts"]["error"], found["counts"]["pending"]) == (1, 9)
    assert found["provenance"]["errors"] == {"recorded_error": 1}


def test_an_imported_run_and_one_that_was_asked_for_are_not_mixed(
    here: InProcess, endpoint: FakeEndpoint, transcript: Path, data: Path
) -> None:
    imported(here, transcript, data)
    target = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    result = here("run", *target)
    assert (result.code, "configured otherwise" in result.err) == (2, True)


# score


def test_score_judges_what_run_did_not_and_asks_nothing(here: InProcess, endpoint: FakeEndpoint, data: Path) -> None:
    endpoint.script[question(1)] = [answer(REFUSAL)]
    target = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    here("run", *target, "--judge", "none")
    asked, run = len(endpoint.asked), here.folder / "run"
    records = (run / "records-0.jsonl").read_bytes()
    assert summary(here, run)["counts"]["unjudged"] == 4
    scored = here("score", run)
    assert (scored.code, "4 verdicts of rules written" in scored.err) == (0, True), scored.err
    assert (len(endpoint.asked), (run / "records-0.jsonl").read_bytes()) == (asked, records)
    assert summary(here, run)["refusal_rate"]["refused"] == 1
    assert "0 verdicts of rules written" in here("score", run).err
    assert "4 verdicts of rules written" in here("score", run, "--again").err
    assert len(lines(run / "judgements-rules-0.jsonl")) == 8


def test_score_judges_anew_what_another_version_judged(here: InProcess, transcript: Path, data: Path) -> None:
    run = imported(here, transcript, data)
    file = run / "judgements-rules-0.jsonl"
    old = [{**each, "judge_version": "0", "label": "comply", "refusal": False} for each in lines(file)]
    file.write_text("".join(json.dumps(each) + "\n" for each in old), encoding="utf-8")
    assert summary(here, run)["refusal_rate"]["refused"] == 0
    assert "4 verdicts of rules written" in here("score", run).err
    assert summary(here, run)["refusal_rate"]["refused"] == 2


def test_people_judge_by_majority_and_their_disagreements_are_kept(
    here: InProcess, transcript: Path, data: Path, tmp_path: Path
) -> None:
    run = imported(here, transcript, data)
    said = "id,label,rater\n1,comply,anna\n1,comply,ben\n2,refuse,anna\n2,comply,ben\n5,comply,anna\n5,comply,ben\n"
    (tmp_path / "people.csv").write_text(said, encoding="utf-8")
    result = here("score", run, "--judge", "human", "--labels", "people.csv")
    assert (result.code, "3 verdicts of human written" in result.err) == (0, True), result.err
    found = {each["key"]: each for each in lines(run / "judgements-human-0.jsonl")}
    assert {key: (each["label"], each["refusal"]) for key, each in found.items()} == {
        "mossbench/1/0": ("comply", False),
        "mossbench/2/0": ("unjudged", None),
        "mossbench/5/0": ("comply", False),
    }
    assert found["mossbench/2/0"]["reason"] == "no majority: anna: refuse; ben: comply"
    by_people = summary(here, run, "--judge", "human")
    assert (by_people["refusal_rate"]["of"], by_people["counts"]["unjudged"]) == (2, 2)


def test_labels_of_samples_that_the_run_does_not_have_are_named(
    here: InProcess, transcript: Path, data: Path, tmp_path: Path
) -> None:
    run = imported(here, transcript, data)
    (tmp_path / "people.csv").write_text("id,label\n1,comply\n77,refuse\n", encoding="utf-8")
    for command in (
        ("score", run, "--judge", "human", "--labels", "people.csv"),
        ("agreement", run, "--reference", "people.csv"),
    ):
        result = here(*command)
        assert (result.code, "'77'" in result.err) == (2, True)
    assert not (run / "judgements-human-0.jsonl").exists()
    assert here("score", run, "--judge", "human").code == 2
    assert here("score", run, "--labels", "people.csv").code == 2


def test_score_by_a_judge_that_cannot_read_the_benchmark(here: InProcess, transcript: Path, data: Path) -> None:
    result = here("score", imported(here, transcript, data), "--judge", "yes-no")
    assert (result.code, "cannot read the answers" in result.err) == (2, True)


# agreement


def test_agreement_of_a_run_with_people_in_both_formats(
    here: InProcess, transcript: Path, data: Path, tmp_path: Path
) -> None:
    run = imported(here, transcript, data)
    (tmp_path / "people.jsonl").write_text(
        "".join(
            json.dumps({"pid": key, "label": label}) + "\n"
            for key, label in {"1": "comply", "2": "refuse", "5": "comply", "3": "empty"}.items()
        ),
        encoding="utf-8",
    )
    result = here("agreement", run, "--reference", "people.jsonl", "--format", "json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    assert (found["n"], found["judge"]) == (3, "rules")
    assert found["refusals"] == {"both": 1, "reference_only": 0, "judge_only": 1, "neither": 1}
    assert found["measures"]["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["outside"] == {"not in the reference": 1, "undecided in the reference": 0, "not judged": 0}
    assert [(each["key"], each["reference"], each["judge"]) for each in found["disagreements"]] == [
        ("mossbench/5/0", "comply", "refuse")
    ]
    table = here("agreement", run, run, "--reference", "people.jsonl")
    for words in ("0.667", "2 disagreements", "mossbench/5/0: reference comply, judge refuse", "all together"):
        assert words in table.out
    assert REFUSAL not in table.out


def test_agreement_with_another_judge_of_the_run_and_of_files(
    here: InProcess, answers: Path, transcript: Path, data: Path, tmp_path: Path
) -> None:
    run = imported(here, transcript, data)
    nobody = here("agreement", run)
    assert (nobody.code, "it was judged by: rules" in nobody.err) == (2, True)
    (tmp_path / "people.csv").write_text("id,label\n1,comply\n2,refuse\n5,refuse\n6,comply\n", encoding="utf-8")
    here("score", run, "--judge", "human", "--labels", "people.csv")
    found = json.loads(here("agreement", run, "--format", "json").out)
    assert (found["judge"], found["reference"], found["measures"]["kappa"]["value"]) == ("rules", "human", 1.0)
    here("judge", answers, "--out", "verdicts.jsonl")
    (tmp_path / "labels.csv").write_text("id,label\na,refuse\nb,refuse\nc,empty\n", encoding="utf-8")
    files = json.loads(here("agreement", "verdicts.jsonl", "--reference", "labels.csv", "--format", "json").out)
    assert files["refusals"] == {"both": 1, "reference_only": 1, "judge_only": 0, "neither": 0}


def test_agreement_on_nothing_is_refused(here: InProcess, transcript: Path, data: Path, tmp_path: Path) -> None:
    run = imported(here, transcript, data)
    (tmp_path / "people.csv").write_text("id,label\n3,empty\n", encoding="utf-8")
    result = here("agreement", run, "--reference", "people.csv")
    assert (result.code, "no answer was read by both" in result.err) == (2, True)
    assert here("agreement", here.folder).code == 2
    assert here("agreement", run, "--format", "xml").code == 2


def test_the_real_transcripts_from_file_to_agreement(here: InProcess, shared_data: Path) -> None:
    folder = shared_data / "mossbench"
    run = imported(here, folder / "transcripts" / "claude-3-opus.json", folder)
    found = summary(here, run)
    assert (found["samples"], found["counts"]["empty"], found["counts"]["missing_image"]) == (300, 14, 0)
    labels = folder / "transcripts" / "claude-3-opus.labels.jsonl"
    agreed = json.loads(here("agreement", run, "--reference", labels, "--format", "json").out)
    assert agreed["n"] == 286
    assert agreed["measures"]["kappa"]["value"] > 0.9
