"""Published transcripts: `{ID: {"response": text or null}}`, as JSON or assigned to a name in `data.js`.

MOSSBench (https://github.com/turningpoint-ai/MOSSBench, `data/results/NAME/data.js`). A submission to its leaderboard,
`{"responses": {PID: {"pid", "response", …}, …}}`, or with a list of these, is read too; one that `mosseval export`
wrote holds all that the template has no place for, and is read whole; so is one that was collected by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mosseval.errors import DataError
from mosseval.transcripts import collected, rows
from mosseval.transcripts.base import Recorded, Transcript, answer_text, content, parsed, transcript
from mosseval.values import items, mapping

ASSIGNMENT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w$.]+\s*=")
SHAPE = 'it is no {ID: {"response": text or null}}'
SUBMITTED = "responses"
OURS = "mosseval"
"""The field in which an export keeps what the template has no place for: beside `responses`, and in a `metadata`."""


def read(file: Path) -> Transcript:
    """The answers of one file. Raises DataError."""
    document = _document(file)
    listed = document.get(SUBMITTED)
    if isinstance(listed, dict) and OURS in document:
        return transcript(file, "submission", _exported(file, listed, document[OURS]), exported=True)
    told = document.get(collected.MARK)
    if isinstance(listed, dict) and isinstance(told, dict):
        return transcript(file, "collected", _collected(file, listed), collected=collected.about(told))
    if isinstance(listed, dict) and all(isinstance(each, dict) and "response" in each for each in listed.values()):
        return transcript(file, "published", _published(file, listed))
    answers = _submitted(file, listed) if isinstance(listed, list) else _published(file, document)
    return transcript(file, "published", answers)


def _document(file: Path) -> Mapping[str, Any]:
    try:
        text = content(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is no UTF-8 text: byte {error.start} is wrong", hint="save it as UTF-8") from None
    assigned = ASSIGNMENT.match(text)
    if assigned is not None:
        text = text[assigned.end() :].strip().removesuffix(";")
    try:
        document = parsed(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{file}: broken JSON at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file}: unusable JSON: {str(error)[:200]}") from None
    if not isinstance(document, dict):
        raise DataError(f"{file}: {SHAPE}")
    return document


def _published(file: Path, document: Mapping[str, Any]) -> Iterator[Recorded]:
    for identifier, entry in document.items():
        if not isinstance(entry, dict) or "response" not in entry:
            raise DataError(f"{file}: sample {identifier[:60]!r} holds no response: {SHAPE}")
        yield Recorded(identifier, answer_text(file, identifier, entry["response"]), question=_text(entry))


def _exported(file: Path, responses: Mapping[str, Any], ours: Any) -> Iterator[Recorded]:
    for identifier, entry in responses.items():
        place = f"{file}: response {identifier[:60]!r}"
        kept = mapping(mapping(mapping(entry).get("metadata")).get(OURS))
        said = {"response": mapping(entry).get("response") or None, "question": mapping(entry).get("question")}
        yield rows.recorded(place, {**kept, **said})
    for each in items(mapping(ours).get("left_out")):
        yield rows.recorded(f"{file}: an answer that the template has no place for", mapping(each))


def _collected(file: Path, responses: Mapping[str, Any]) -> Iterator[Recorded]:
    for identifier, text, question, outcome in collected.outcomes(file, responses):
        yield Recorded(identifier, text, question=question, outcome=outcome)


def _submitted(file: Path, rows: list[Any]) -> Iterator[Recorded]:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or "response" not in row or not isinstance(row.get("pid"), str | int):
            raise DataError(f"{file}: response {number} holds no pid or no response")
        identifier = str(row["pid"])
        yield Recorded(identifier, answer_text(file, identifier, row["response"]), question=_text(row))


def _text(row: Mapping[str, Any]) -> str | None:
    question = row.get("question")
    return question if isinstance(question, str) else None
