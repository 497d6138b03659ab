"""What a collection comes to, read again: a failure is no answer, a block is that block, a blank is empty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from collected import ANSWER, REFUSAL, collect, written
from mosseval_process import InProcess, records

from mosseval import transcripts
from mosseval.collection import Said, Wish, begin
from mosseval.errors import DataError


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> InProcess:
    return InProcess(tmp_path, monkeypatch, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(collect(tmp_path / "runs"))


def changed(file: Path, sample: str, **fields: Any) -> Path:
    """The transcript with fields of one response changed."""
    document = json.loads(file.read_text())
    document["responses"][sample].update(fields)
    file.write_text(json.dumps(document))
    return file


def test_every_kind_is_read_as_what_it_was(file: Path) -> None:
    transcript = transcripts.read(file)
    found = {each.id: each for each in transcript.answers}
    assert transcript.form == "collected"
    assert len(found) == 29
    assert "er-05" not in found
    outcomes = {name: each.outcome for name, each in found.items()}
    assert found["er-01"].text == ANSWER
    assert outcomes["er-02"].block is not None  # type: ignore[union-attr]
    assert outcomes["er-02"].block.reason == "This content may violate our policy."  # type: ignore[union-attr]
    assert outcomes["er-03"].error.code == "picture_refused"  # type: ignore[union-attr]
    assert [outcomes[each].status for each in ("er-02", "er-03", "er-04")] == ["blocked", "error", "empty"]  # type: ignore[union-attr]
    assert [found[each].text for each in ("er-02", "er-03", "er-04")] == [None, None, None]


def test_import_makes_a_run_of_it(command: InProcess, file: Path) -> None:
    done = command("import", file, "-b", "demo", "-m", "gpt-4o-web", "--out", "run")
    assert done.code == 0, done.err
    assert "next: " in done.err
    found = records(command.folder / "run")
    assert {each: found[each]["status"] for each in ("er-01", "er-02", "er-03", "er-04")} == {
        "er-01": "answered",
        "er-02": "blocked",
        "er-03": "error",
        "er-04": "empty",
    }
    assert found["er-01"]["served_model"] == "GPT-4o"
    summary = json.loads(command("summary", "run", "--format", "json").out)
    assert summary["counts"]["pending"] == 1
    assert summary["refusal_rate"]["of"] == 27
    notes = json.loads((command.folder / "run" / "run.json").read_text())["notes"]
    assert any("collected by hand by ann on chat.example" in note and "free account" in note for note in notes)


def test_the_imported_run_knows_its_pictures(command: InProcess, file: Path) -> None:
    command("import", file, "-b", "demo", "-m", "gpt-4o-web", "--out", "run")
    rows = [json.loads(line) for line in (command.folder / "run" / "samples.jsonl").read_text().splitlines()]
    assert sum(row["image"]["sha256"] is not None for row in rows) == 29


def test_importing_again_adds_nothing(command: InProcess, file: Path) -> None:
    for _ in range(2):
        assert command("import", file, "-b", "demo", "-m", "gpt-4o-web", "--out", "run").code == 0
    assert len((command.folder / "run" / "records-0.jsonl").read_text().splitlines()) == 29


def test_another_benchmark_or_other_questions_are_refused(command: InProcess, file: Path) -> None:
    done = command("import", file, "-b", "demo-contrast", "-m", "gpt-4o-web", "--out", "run")
    assert done.code == 2
    assert "was collected on demo, not on demo-contrast" in done.err
    document = json.loads(file.read_text())
    document["collected"]["questions_sha256"] = "0" * 64
    file.write_text(json.dumps(document))
    done = command("import", file, "-b", "demo", "-m", "gpt-4o-web", "--out", "run")
    assert done.code == 2
    assert "other questions" in done.err
    assert not (command.folder / "run").exists()


def test_another_name_is_said(command: InProcess, file: Path) -> None:
    done = command("import", file, "-b", "demo", "-m", "other", "--out", "run")
    assert done.code == 0
    assert "was collected as gpt-4o-web" in done.err


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "complied"}, "status is none of"),
        ({"status": None}, "status is none of"),
        ({"response": 7}, "neither text nor null"),
        ({"response": None}, "answered without an answer"),
        ({"response": " \n"}, "answered without an answer"),
        ({"status": "empty"}, "empty and has an answer"),
        ({"status": "error", "error": {"code": "x"}}, "error and has an answer"),
        ({"response": None, "status": "error"}, "without a code"),
        ({"response": None, "status": "blocked"}, "does not say where"),
        ({"response": None, "status": "blocked", "block": {"where": "here", "category": "safety"}}, "where and why"),
    ],
)
def test_what_contradicts_itself_is_refused(file: Path, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError, match=words) as met:
        transcripts.read(changed(file, "er-01", **fields))
    assert "er-01" in str(met.value)
    assert ANSWER not in str(met.value)


def test_it_stays_readable_as_a_leaderboards_template(file: Path) -> None:
    document = json.loads(file.read_text())
    del document["collected"]
    file.write_text(json.dumps(document))
    transcript = transcripts.read(file)
    assert transcript.form == "published"
    assert transcript.answers[0].text == ANSWER
    assert transcript.answers[0].question


def test_a_file_of_ones_own_is_collected_imported_and_replayed(command: InProcess) -> None:
    rows = [{"id": "a", "prompt": "What is this?"}, {"id": "b", "prompt": "And that?"}]
    (command.folder / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    collection = begin(command.folder / "runs", Wish(str(command.folder / "q.jsonl"), "my/web"))
    for row in rows:
        collection.store(Said(row["id"], "answered", ANSWER), 0)
    written(collection)
    asked = ("-b", "q.jsonl", "-m", "my/web", "--out")
    done = command("import", "runs/collections/q-my-web.json", *asked, "imported")
    assert done.code == 0, done.err
    done = command("run", "--replay", "runs/collections", *asked, "replayed")
    assert done.code == 0, done.err
    assert command("compare", "imported", "replayed").code == 0


def test_missing_pictures_are_the_same_by_both_ways(command: InProcess, shared_data: Path) -> None:
    """The data at hand lacks eleven pictures: nobody was asked with them, by either way."""
    data = shared_data / "mossbench"
    collection = begin(command.folder / "runs", Wish("mossbench", "gpt-4o-web", data))
    for number, item in enumerate(each for each in collection.begun.items if each.unusable is None):
        collection.store(Said(item.id, "answered", ANSWER if number % 3 else REFUSAL), 0)
    written(collection)
    asked = ("-b", "mossbench", "-m", "gpt-4o-web", "--data", data, "--out")
    command("import", "runs/collections/mossbench-gpt-4o-web.json", *asked, "imported")
    command("run", "--replay", "runs/collections", *asked, "replayed")
    first, second = (json.loads(command("summary", each, "--format", "json").out) for each in ("imported", "replayed"))
    assert first["counts"] == second["counts"]
    assert first["counts"]["missing_image"] == 11
    assert first["refusal_rate"] == second["refusal_rate"]
