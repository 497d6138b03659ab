"""Answers a line each, JSON lines or CSV: `id`, `response`, and where there is one `prompt` (see `exchanges`).

What `mosseval export` wrote is known by its columns, and read whole (see `rows`).
"""

from __future__ import annotations

from pathlib import Path

from mosseval import exchanges
from mosseval.errors import DataError
from mosseval.transcripts import rows
from mosseval.transcripts.base import Recorded, Transcript, transcript
from mosseval.values import mend


def read(file: Path) -> Transcript:
    """The answers of one file. Raises DataError."""
    form = file.suffix.lower().removeprefix(".")
    form = form if form in exchanges.FORMATS else "jsonl"
    try:
        if rows.looks_like(file):
            return rows.read(file)
        with file.open(encoding="utf-8", newline="") as stream:
            found = [
                Recorded(mend(each.id), _mended(each.response), question=_mended(each.prompt) or None)
                for each in exchanges.read(stream, form, str(file))
            ]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    return transcript(file, form, found)


def _mended(text: str | None) -> str | None:
    return None if text is None else mend(text)
