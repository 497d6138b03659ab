"""Recorded answers in the forms that people keep them in, read as one: id, answer, repeat.

Published transcripts (`NAME.json` or MOSSBench's `data.js`), submissions to its leaderboard, inspect's logs, JSON
lines or CSV, and whatever `mosseval export` wrote. A new form is one module with `read`, and its line in `FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mosseval.errors import DataError, UsageError
from mosseval.transcripts import inspect, lines, published, rows
from mosseval.transcripts.base import Recorded, Transcript

__all__ = ["FORMS", "Recorded", "Transcript", "read"]

FORMS: Mapping[str, Callable[[Path], Transcript]] = MappingProxyType(
    {"published": published.read, "inspect": inspect.read, "jsonl": lines.read, "csv": lines.read, "parquet": rows.read}
)
"""Form -> its reader."""
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {".js": "published", ".eval": "inspect", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"}
)


def read(file: Path, form: str | None = None) -> Transcript:
    """The answers of a file, by its suffix or in the form that is named.

    Raises UsageError for an unknown form, DataError where the file is none of it: naming the sample and the fault.
    """
    if not file.is_file():
        raise DataError(
            f"{file} is no file that is there", hint="name a transcript: .json, .js, .jsonl, .csv, .parquet or .eval"
        )
    if form is not None and form not in FORMS:
        raise UsageError(f"there is no form {form!r}", hint=", ".join(FORMS))
    known = form or SUFFIXES.get(file.suffix.lower())
    if known is None and file.suffix.lower() == ".json":
        known = "inspect" if inspect.looks_like(file) else "published"
    if known is None:
        raise UsageError(f"{file}: its suffix says no form", hint=f"--format {'|'.join(FORMS)}")
    transcript = FORMS[known](file)
    if not transcript.answers:
        raise DataError(f"{file} holds no answers")
    return transcript
