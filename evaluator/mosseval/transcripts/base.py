"""What every form of transcript is read into."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.answer_rows import PENDING, AnswerRow
from mosseval.errors import DataError
from mosseval.tables.files import unique
from mosseval.transcripts.collected import Collected, Outcome
from mosseval.values import mend

MOST_NAMED = 10
LARGEST = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer; `text` is None or blank where nothing came. `question` is None where the form has none."""

    id: str
    text: str | None
    repeat: int = 0
    question: str | None = None
    error: str | None = None
    """What the form says went wrong: then there is no answer."""
    row: AnswerRow | None = None
    """All that was known of the answer, where `mosseval export` wrote it down; its record is None where it is owed."""
    outcome: Outcome | None = None
    """What became of the sample, where it was collected by hand."""

    @property
    def asked(self) -> bool:
        """False for a sample that is pending or whose picture was missing, where the form says so."""
        known = self.row or self.outcome
        return known is None or known.status not in (PENDING, "missing_image")


@dataclass(frozen=True, slots=True)
class Transcript:
    """The answers of one file in its order, no id twice in one repeat.

    `exported`: it is a whole run that `mosseval export` wrote, and every answer has its row. `collected`: what it says
    of itself, where it was collected by hand, and every answer has its outcome.
    """

    form: str
    answers: tuple[Recorded, ...]
    exported: bool = False
    collected: Collected | None = None


def transcript(
    file: Path, form: str, answers: Iterable[Recorded], *, exported: bool = False, collected: Collected | None = None
) -> Transcript:
    """Raises DataError for ids that occur twice, naming them."""
    found = tuple(answers)
    seen: set[tuple[str, int]] = set()
    doubled = []
    for each in found:
        if (each.id, each.repeat) in seen:
            doubled.append(each.id)
        seen.add((each.id, each.repeat))
    if doubled:
        raise DataError(f"{file}: {named(doubled)} occurs twice", hint="keep one answer of each")
    return Transcript(form, found, exported, collected)


def named(ids: list[str]) -> str:
    """Some ids for a message."""
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{', '.join(repr(each[:60]) for each in ids[:MOST_NAMED])}{more}"


def content(file: Path) -> bytes:
    """The file's bytes. Raises DataError."""
    try:
        if file.stat().st_size > LARGEST:
            raise DataError(f"{file} is larger than {LARGEST >> 20} MiB", hint="split it")
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error


def parsed(text: str | bytes) -> Any:
    """A JSON document whose texts can be written as UTF-8, lone surrogates replaced; no object may hold a name twice.

    Raises ValueError or RecursionError.
    """
    document = json.loads(text, object_pairs_hook=unique)
    escaped = b"\\ud" in text.lower() if isinstance(text, bytes) else "\\ud" in text.lower()
    return json.loads(mend(json.dumps(document, ensure_ascii=False))) if escaped else document


def answer_text(file: Path, identifier: str, value: Any) -> str | None:
    """An answer that is text or null. Raises DataError for anything else, without quoting it."""
    if value is None or isinstance(value, str):
        return value
    raise DataError(f"{file}: sample {identifier[:60]!r}: the response is neither text nor null")
