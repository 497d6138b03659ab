"""Answers as tables: CSV, JSON lines, Parquet. One row a sample and repeat, the columns of `answer_rows`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

import orjson

from mosseval.answer_rows import COLUMNS, AnswerRow, Kind, document
from mosseval.errors import MissingExtra
from mosseval.tables.cells import guarded

BATCH = 1000
"""Rows of Parquet that are held in memory at a time."""


def write_csv(rows: Iterable[AnswerRow], file: IO[bytes]) -> None:
    """UTF-8, every text in quotes, none of it a formula to a spreadsheet (`cells.guarded`)."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="", write_through=True)
    table = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        values = document(row)
        table.writerow([_cell(kind, values[name]) for name, kind in COLUMNS.items()])
    text.flush()
    text.detach()


def write_jsonl(rows: Iterable[AnswerRow], file: IO[bytes]) -> None:
    """One object a line."""
    for row in rows:
        file.write(orjson.dumps(document(row), option=orjson.OPT_APPEND_NEWLINE))


def write_parquet(rows: Iterable[AnswerRow], file: IO[bytes]) -> None:
    """Typed columns, JSON values as text. Raises MissingExtra without pyarrow."""
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("hf", "writing Parquet") from error
    types = {
        "text": pyarrow.string(),
        "json": pyarrow.string(),
        "whole": pyarrow.int64(),
        "number": pyarrow.float64(),
        "flag": pyarrow.bool_(),
    }
    schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    with ParquetWriter(file, schema) as table:
        for batch in _batches(map(_flat, rows)):
            table.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _flat(row: AnswerRow) -> dict[str, Any]:
    values = document(row)
    return {name: _text_of(values[name]) if kind == "json" else values[name] for name, kind in COLUMNS.items()}


def _cell(kind: Kind, value: Any) -> Any:
    if value is None:
        return ""
    if kind == "flag":
        return "true" if value else "false"
    if kind in ("whole", "number"):
        return value
    return guarded(str(_text_of(value)) if kind == "json" else value)


def _text_of(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
