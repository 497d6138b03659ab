"""Transcripts that were collected by hand on a web page (`mosseval view`): answers, blocks, blanks and failures.

`{"collected": {"benchmark", "model", …}, "responses": {ID: {"response", "status", "block", "error", …}}}`; see
`collection.transcript`, which writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from mosseval.answer_rows import Category, Where
from mosseval.errors import DataError
from mosseval.types import Block, Failure, Status
from mosseval.values import mapping, string

MARK = "collected"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collected transcript says of itself; empty where it does not say."""

    benchmark: str
    model: str
    questions_sha256: str
    by: str
    site: str
    shown_as: str
    note: str
    begun_at: str
    first_at: str
    last_at: str

    def note_of(self) -> str:
        """One line for the notes of the run."""
        when = " to ".join(dict.fromkeys(each for each in (self.first_at, self.last_at) if each))
        told = (("by", self.by), ("on", self.site), ("shown there as", self.shown_as), ("from", when))
        words = " ".join(f"{word} {value}" for word, value in told if value)
        return f"collected by hand {words}{f' ({self.note})' if self.note else ''}".strip()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one collected sample."""

    status: Status
    block: Block | None = None
    error: Failure | None = None
    served_model: str | None = None
    pictures: tuple[Mapping[str, Any], ...] = ()


def about(document: Mapping[str, Any]) -> Collected:
    """What the document says of itself."""
    return Collected(**{name: string(document.get(name)) or "" for name in Collected.__dataclass_fields__})


def outcomes(file: Path, responses: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None, Outcome]]:
    """Id, answer, question and outcome of each response. Raises DataError naming the first that contradicts itself."""
    for identifier, value in responses.items():
        entry = mapping(value)
        status, text = entry.get("status"), entry.get("response")
        place = f"{file}: response {identifier[:60]!r}"
        if status not in get_args(Status):
            raise DataError(f"{place}: its status is none of {', '.join(get_args(Status))}")
        if not (text is None or isinstance(text, str)):
            raise DataError(f"{place} is neither text nor null")
        said = bool(text and text.strip())
        if said is not (status == "answered") and not (said and status == "blocked"):
            raise DataError(f"{place} is {status} {'and has an' if said else 'without an'} answer")
        yield identifier, text, string(entry.get("question")), _outcome(place, cast(Status, status), entry)


def _outcome(place: str, status: Status, entry: Mapping[str, Any]) -> Outcome:
    block, error = mapping(entry.get("block")), mapping(entry.get("error"))
    if status == "blocked" and not (
        block.get("where") in get_args(Where) and block.get("category") in get_args(Category)
    ):
        raise DataError(f"{place} is blocked, and does not say where and why in contract 1's words")
    code = string(error.get("code"))
    if status == "error" and code is None:
        raise DataError(f"{place} is an error without a code")
    pictures = entry.get("images")
    return Outcome(
        status,
        _block(block) if status == "blocked" else None,
        Failure(code, string(error.get("message")) or "", attempts=0) if status == "error" and code else None,
        string(entry.get("served_model")),
        tuple(mapping(each) for each in pictures) if isinstance(pictures, list) else (),
    )


def _block(block: Mapping[str, Any]) -> Block:
    return Block(block["where"], block["category"], string(block.get("provider")), string(block.get("reason")))
