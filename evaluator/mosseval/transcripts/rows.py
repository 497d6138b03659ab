"""What `mosseval export` wrote, as CSV, JSON lines or Parquet: answers with all that was said of them, whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from mosseval.answer_rows import COLUMNS, MARKS, AnswerRow, Kind, parse
from mosseval.errors import DataError, MissingExtra
from mosseval.tables.cells import LONGEST_CELL, by_column, unguarded
from mosseval.transcripts.base import Recorded, Transcript, transcript

Place = tuple[str, Mapping[str, Any]]
"""Where a row stands, for messages, and its columns."""


def looks_like(file: Path) -> bool:
    """Whether a file of lines is one of `export`, by a CSV file's header or the names in the first object."""
    with file.open("rb") as opened:
        line = opened.readline(LONGEST_CELL).removeprefix(b"\xef\xbb\xbf")
    if file.suffix.lower() == ".csv":
        return {name.strip().strip('"') for name in line.decode("utf-8", "replace").split(",")} >= MARKS
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and first.keys() >= MARKS


def read(file: Path) -> Transcript:
    """The rows of one file. Raises DataError at the first that is none, MissingExtra where Parquet cannot be read."""
    form = file.suffix.lower().removeprefix(".")
    rows = _READERS.get(form, _json_rows)(file)
    return transcript(file, form, (recorded(f"{file}: {place}", values) for place, values in rows), exported=True)


def recorded(place: str, values: Mapping[str, Any]) -> Recorded:
    """The recorded answer of a row. Raises DataError naming the place and the column."""
    try:
        row = parse(values)
    except ValueError as error:
        raise DataError(f"{place}: {error}", hint="export the run anew, or mend the row") from None
    return of_row(row)


def of_row(row: AnswerRow) -> Recorded:
    """The recorded answer that holds a row."""
    text = row.record.text if row.record else None
    return Recorded(row.sample_id, text, row.repeat, row.question or None, row=row)


def _csv_rows(file: Path) -> Iterator[Place]:
    with _text(file) as stream:
        try:
            for line, cells in by_column(stream, file):
                yield f"line {line}", _values(file, line, cells)
        except UnicodeDecodeError as error:
            raise DataError(f"{file} is no UTF-8 text: byte {error.start} is wrong", hint="save it as UTF-8") from None


def _values(file: Path, line: int, cells: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, kind in COLUMNS.items():
        try:
            found[name] = _CELLS[kind](cells[name]) if cells.get(name) else None
        except ValueError:
            raise DataError(f"{file}: line {line}: column {name!r} holds no {kind}") from None
    return found


def _json_rows(file: Path) -> Iterator[Place]:
    with _text(file) as stream:
        try:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield f"line {number}", _object(file, number, line)
        except UnicodeDecodeError as error:
            raise DataError(f"{file} is no UTF-8 text: byte {error.start} is wrong", hint="save it as UTF-8") from None


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        values = orjson.loads(line.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise DataError(f"{file}: line {number} is no JSON: {str(error)[:120]}") from None
    if not isinstance(values, dict):
        raise DataError(f"{file}: line {number} is no JSON object")
    return values


def _parquet_rows(file: Path) -> Iterator[Place]:
    try:
        from pyarrow import ArrowException  # type: ignore[import-untyped]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("hf", "reading Parquet") from error
    try:
        with ParquetFile(file) as table:
            number = 0
            for batch in table.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield f"row {number}", {name: _from_parquet(name, value) for name, value in row.items()}
    except (ArrowException, OSError) as error:
        raise DataError(f"{file} is no Parquet file that can be read: {str(error)[:200]}") from None


def _from_parquet(name: str, value: Any) -> Any:
    if COLUMNS.get(name) != "json" or not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


def _text(file: Path) -> Any:
    try:
        return file.open(encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error


def _flag(cell: str) -> bool:
    return {"true": True, "false": False}[cell.lower()] if cell.lower() in ("true", "false") else bool(int(cell))


_CELLS: Mapping[Kind, Callable[[str], Any]] = MappingProxyType(
    {
        "text": unguarded,
        "json": lambda cell: orjson.loads(unguarded(cell)),
        "whole": int,
        "number": float,
        "flag": _flag,
    }
)
_READERS: Mapping[str, Callable[[Path], Iterator[Place]]] = MappingProxyType(
    {"csv": _csv_rows, "jsonl": _json_rows, "parquet": _parquet_rows}
)
