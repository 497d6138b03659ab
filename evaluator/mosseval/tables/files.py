"""The files of data sets, read with every fault named: text in UTF-8, JSON without double keys, CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mosseval.errors import DataError
from mosseval.tables.cells import reader

RESTORE = "the file is broken or incomplete: get it anew from the published data set"
LARGEST_FILE = 64 * 1024 * 1024


def text(file: Path) -> str:
    """The file's text, UTF-8 with or without a byte order mark; DataError where it is none or too large."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise DataError(f"{file} is larger than {LARGEST_FILE >> 20} MiB", hint=RESTORE)
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", hint="check the file's permissions") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is no UTF-8 text: byte {error.start} is wrong", hint=RESTORE) from None


def parsed_json(file: Path) -> Any:
    """The JSON document of a file; DataError with line and column, or where a key occurs twice."""
    try:
        return json.loads(text(file), object_pairs_hook=unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{file}: broken JSON at line {error.lineno}, column {error.colno}: {error.msg}", hint=RESTORE
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file}: unusable JSON: {error}", hint=RESTORE) from None


def csv_rows(file: Path, required: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV file by column, each with the line it ends at; DataError where one cannot be read."""
    lines = reader(io.StringIO(text(file), newline=""))
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in required if name not in header]
        if missing:
            raise DataError(f"{file}: no column {', '.join(map(repr, missing))}", hint=RESTORE)
        for cells in lines:
            if cells and len(cells) != len(header):
                raise DataError(
                    f"{file}: line {lines.line_num}: {len(cells)} cells where the header has {len(header)}",
                    hint=RESTORE,
                )
            if cells:
                yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"{file}: broken CSV near line {lines.line_num}: {error}", hint=RESTORE) from None


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its pairs (`object_pairs_hook`); ValueError where a key occurs twice."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:80]!r} occurs twice in one object")
    return fields


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
