"""Every form of transcript, what is read from it, and what makes it none."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mosseval import transcripts
from mosseval.errors import DataError, UsageError
from mosseval.transcripts import Recorded

ANSWERS = {"1": "Gladly.", "2": None, "3": "  "}
PUBLISHED = {key: {"response": text} for key, text in ANSWERS.items()}


def logged(identifier: str | int, content: Any, epoch: int = 1, **more: Any) -> dict[str, Any]:
    """A sample as inspect_ai logs it."""
    choices = [] if content is None else [{"message": {"role": "assistant", "content": content}, "stop_reason": "stop"}]
    asked = [{"role": "system", "content": "s"}, {"role": "user", "content": [{"type": "text", "text": "How?"}]}]
    return {"id": identifier, "epoch": epoch, "input": asked, "output": {"choices": choices}, **more}


LOG = {
    "version": 2,
    "status": "success",
    "eval": {"task": "t"},
    "samples": [logged(1, "Gladly."), logged("2", None), logged(3, [{"type": "text", "text": "  "}])],
}


def write(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


def zipped(folder: Path, samples: list[dict[str, Any]]) -> Path:
    """A log as `.eval`."""
    file = folder / "log.eval"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"version": 2}))
        for sample in samples:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        archive.writestr("summaries.json", "[]")
    return file


FORMS: dict[str, tuple[str, str]] = {
    "published JSON": ("model.json", json.dumps(PUBLISHED)),
    "data.js": ("data.js", f"const data = {json.dumps(PUBLISHED)};\n"),
    "data.js with a mark and a property": ("data.js", f"\ufeffwindow.data =\n{json.dumps(PUBLISHED)}"),
    "submission": (
        "mine.json",
        json.dumps({"responses": [{"pid": int(key), "response": text} for key, text in ANSWERS.items()]}),
    ),
    "JSON lines": (
        "a.jsonl",
        "".join(json.dumps({"pid": key, "question": "How?", "answer": text}) + "\n" for key, text in ANSWERS.items()),
    ),
    "CSV": ("a.csv", 'id,prompt,response\n1,How?,Gladly.\n2,How?,\n3,How?,"  "\n'),
    "inspect's JSON": ("log.json", json.dumps(LOG)),
}


@pytest.mark.parametrize(("name", "content"), FORMS.values(), ids=FORMS)
def test_every_form_says_the_same(tmp_path: Path, name: str, content: str) -> None:
    found = transcripts.read(write(tmp_path, name, content)).answers
    assert [(each.id, each.text or None, each.repeat) for each in found] == [
        ("1", "Gladly.", 0),
        ("2", None, 0),
        ("3", "  ", 0),
    ]


def test_a_zipped_log_with_epochs_and_an_error(tmp_path: Path) -> None:
    samples = [logged(1, "Yes.", 1), logged(1, "No.", 2), logged(7, None, error={"message": "timed out"})]
    found = transcripts.read(zipped(tmp_path, samples))
    assert found.form == "inspect"
    assert set(found.answers) == {
        Recorded("1", "Yes.", 0, "How?"),
        Recorded("1", "No.", 1, "How?"),
        Recorded("7", None, 0, "How?", "timed out"),
    }


def test_a_long_text_stands_beside_its_sample(tmp_path: Path) -> None:
    long, lost = logged(1, "attachment://abc", attachments={"abc": "Gladly."}), logged(2, "attachment://gone")
    file = write(tmp_path, "log.json", json.dumps({**LOG, "samples": [long, lost]}))
    found = transcripts.read(file).answers
    assert [(each.text, each.error) for each in found] == [
        ("Gladly.", None),
        (None, "the log lacks the answer's text"),
    ]


def test_a_zip_that_this_python_cannot_unpack_says_what_to_do(tmp_path: Path) -> None:
    file = zipped(tmp_path, [logged(1, "Yes.")])
    content = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset : at + offset + 2] = (93).to_bytes(2, "little")
            at = content.find(mark, at + 1)
    file.write_bytes(content)
    with pytest.raises(DataError, match="zstd") as told:
        transcripts.read(file)
    assert "inspect log convert --to json" in told.value.hint


def test_a_question_beside_an_answer_is_kept(tmp_path: Path) -> None:
    file = write(tmp_path, "m.json", json.dumps({"1": {"question": "How?", "response": "So."}}))
    assert transcripts.read(file).answers == (Recorded("1", "So.", question="How?"),)


BAD: dict[str, tuple[str, str, str]] = {
    "an id twice in JSON": ("m.json", '{"1": {"response": "a"}, "1": {"response": "b"}}', "'1' occurs twice"),
    "an id twice in lines": (
        "m.jsonl",
        '{"id": 1, "response": "a"}\n{"id": "1", "response": "b"}\n',
        "'1' occurs twice",
    ),
    "no response": ("m.json", '{"1": {"answer": "a"}}', "sample '1' holds no response"),
    "a response that is a number": ("m.json", '{"1": {"response": 7}}', "neither text nor null"),
    "a list": ("m.json", "[1]", "it is no"),
    "broken JSON": ("m.json", '{"1": ', "line 1, column"),
    "nested beyond measure": ("m.json", "[" * 100_000, "unusable JSON"),
    "not text": ("m.json", "\udcff", "no UTF-8"),
    "nothing": ("m.json", "{}", "holds no answers"),
    "lines without answers": ("m.jsonl", '{"id": 1, "prompt": "p"}\n', "line 1: no response"),
    "a line that is none": ("m.jsonl", '{"id": 1, "response": "a"}\nx\n', "line 2 is no JSON"),
    "cells too few": ("m.csv", "id,response\n1\n", "line 2: 1 cells"),
    "a broken zip": ("m.eval", "PK\x03\x04", "unusable JSON"),
    "a log without samples": ("m.json", '{"version": 2, "eval": {}}', "holds no samples"),
    "a log with an odd epoch": (
        "m.json",
        json.dumps({"version": 2, "eval": {}, "samples": [{"id": 1, "epoch": 0}]}),
        "epoch",
    ),
}


@pytest.mark.parametrize(("name", "content", "words"), BAD.values(), ids=BAD)
def test_what_is_no_transcript_is_refused_with_the_fault(tmp_path: Path, name: str, content: str, words: str) -> None:
    file = tmp_path / name
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=words) as told:
        transcripts.read(file)
    assert str(file) in str(told.value)


def test_a_form_or_file_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file"):
        transcripts.read(tmp_path / "absent.json")
    file = write(tmp_path, "answers.txt", "{}")
    with pytest.raises(UsageError, match="says no form"):
        transcripts.read(file)
    with pytest.raises(UsageError, match="no form 'pdf'"):
        transcripts.read(file, "pdf")
