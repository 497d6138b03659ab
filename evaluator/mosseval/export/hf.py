"""A folder for the Hugging Face hub: a card, the answers as Parquet (or JSON lines), the pictures if asked for.

The data of a benchmark is passed on only where its licence says so: else its questions and pictures stay out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from mosseval.answer_rows import AnswerRow
from mosseval.errors import UsageError
from mosseval.export import card, pictures, tables
from mosseval.export.licence import licence_of
from mosseval.export.run import ExportedRun

CARD = "README.md"
TEXTS = ("short_description", "description")
"""Tags that are texts of the benchmark."""


def write(run: ExportedRun, folder: Path, *, images: bool, data: Path | None) -> Counter[str]:
    """Writes the folder's files; what was left out is returned with its number. Raises UsageError, DataError."""
    licence = licence_of(run.manifest.config.benchmark)
    told: Counter[str] = Counter()
    if images and not licence.passed_on:
        raise UsageError(
            f"the licence of {run.manifest.config.benchmark} ({licence.name}) does not let its pictures be passed on",
            hint="leave --images out",
        )
    (folder / "data").mkdir()
    form = "parquet" if find_spec("pyarrow") else "jsonl"
    rows = run.rows() if licence.passed_on else _bare(run, told)
    with (folder / "data" / f"answers.{form}").open("wb") as file:
        (tables.write_parquet if form == "parquet" else tables.write_jsonl)(rows, file)
    if images:
        told.update(pictures.write(run, folder / "pictures", data))
    (folder / CARD).write_text(card.text(run, licence, form, images=images), encoding="utf-8")
    return told


def _bare(run: ExportedRun, told: Counter[str]) -> Iterator[AnswerRow]:
    """The rows without the benchmark's texts."""
    for row in run.rows():
        told["rows without the question, which the benchmark's licence does not let pass"] += 1
        tags = {name: value for name, value in row.tags.items() if name not in TEXTS}
        yield replace(row, question="", tags=tags, pictures=())
