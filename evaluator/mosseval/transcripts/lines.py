"""Answers a line each, JSON lines or CSV: `id`, `response`, and where there is one `prompt` (see `exchanges`).

What `mosseval export` wrote is known by its columns, and read whole (see `rows`).
"""

from __future__ import annotations

from pathlib import Path

from mosseval import exchanges
from mosseval.errors import DataError
from mosseval.transcripts import rows
from mosseval.transcripts.base import Recorded, Transcript, transcript


def read(file: Path) -> Transcript:
    """The answers of one file. Raises DataError."""
    form = file.suffix.lower().removeprefix(".")
    form = form if form in exchanges.FORMATS else "jsonl"
    try:
        if rows.looks_like(file):
            return rows.read(file)
        with file.open(encoding="utf-8", newline="") as stream:
            found = [
                Recorded(each.id, each.response, question=each.prompt or None)
                for each in exchanges.read(stream, form, str(file))
            ]
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    return transcript(file, form, found)
