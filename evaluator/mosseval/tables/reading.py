"""The rows of a data file of one's own: JSON lines, CSV, Parquet, or a data set of the Hugging Face library.

Everything about such a file is hostile: encodings, NUL bytes, broken lines, lines without end. A row that cannot be
read is a fault at its place; the others go on.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.errors import DataError, MissingExtra, UsageError
from mosseval.tables.cells import reader
from mosseval.tables.faults import Faults, shown
from mosseval.tables.files import unique

LONGEST_LINE = 64 * 1024 * 1024
"""A line of JSON may hold pictures as base64."""
LARGEST_CSV = 256 * 1024 * 1024
MOST_ROWS = 1_000_000
SUFFIXES = (".jsonl", ".csv", ".parquet")
_UTF8_HINT = "save the file as UTF-8"
Row = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows with their lines or row numbers, from 1; `columns` in their order."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(file: Path, faults: Faults) -> Table:
    """The rows of a file by its suffix; what cannot be read is added to `faults`."""
    reader = {".jsonl": _json_rows, ".csv": _csv_rows, ".parquet": _parquet_rows}[file.suffix.lower()]
    try:
        rows = tuple(_bounded(reader(file, faults), file))
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", hint="check its path and permissions") from error
    return table_of(rows)


def table_of(rows: Sequence[Row]) -> Table:
    """A table with every column that any row has."""
    return Table(tuple(dict.fromkeys(name for _, row in rows for name in row)), tuple(rows))


def _bounded(rows: Iterator[Row], file: Path) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise DataError(f"{file} has more than {MOST_ROWS} rows", hint="split it")
        yield row


def _json_rows(file: Path, faults: Faults) -> Iterator[Row]:
    with file.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE + 1), b""), start=1):
            if number == 1:
                line = _without_mark(file, line)
            if len(line) > LONGEST_LINE:
                faults.add(number, f"it is longer than {LONGEST_LINE >> 20} MiB; nothing after it was read")
                return
            if line.strip():
                row = _json_row(line, number, faults)
                if row is not None:
                    yield number, row


def _json_row(line: bytes, number: int, faults: Faults) -> Mapping[str, Any] | None:
    try:
        row = json.loads(line.decode("utf-8"), object_pairs_hook=unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        faults.add(number, f"no UTF-8 text: byte {error.start} of the line is wrong; {_UTF8_HINT}")
    except json.JSONDecodeError as error:
        faults.add(number, f"broken JSON at column {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:
        faults.add(number, f"unusable JSON: {str(error)[:200]}")
    else:
        if isinstance(row, dict):
            return row
        faults.add(number, f"expected a JSON object, found {shown(row)}")
    return None


def _csv_rows(file: Path, faults: Faults) -> Iterator[Row]:
    lines = reader(io.StringIO(_text(file, faults), newline=""))
    header: list[str] = []
    start = 1
    try:
        for cells in lines:
            if not header:
                header = _header(cells, start, faults)
            elif any(cells):
                if len(cells) == len(header):
                    yield start, dict(zip(header, cells, strict=True))
                else:
                    faults.add(start, f"{len(cells)} cells where the header has {len(header)}")
            start = lines.line_num + 1
    except csv.Error as error:
        faults.add(start, f"broken CSV: {error}; nothing after it was read")


def _header(cells: Sequence[str], line: int, faults: Faults) -> list[str]:
    names = [name.strip() for name in cells]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        faults.add(line, f"columns that occur twice: {', '.join(map(shown, doubled))}")
    return names


def _text(file: Path, faults: Faults) -> str:
    with file.open("rb") as opened:
        content = opened.read(LARGEST_CSV + 1)
    if len(content) > LARGEST_CSV:
        raise DataError(f"{file} is larger than {LARGEST_CSV >> 20} MiB", hint="use JSON lines or Parquet")
    content = _without_mark(file, content)
    if b"\0" in content:
        faults.add(content[: content.index(b"\0")].count(b"\n") + 1, "a NUL byte; nothing after it was read")
        content = content[: content.index(b"\0")].rpartition(b"\n")[0]
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.add(line, f"no UTF-8 text: byte {error.start} of the file is wrong; {_UTF8_HINT}")
        return content[: error.start].decode("utf-8").rpartition("\n")[0]


def _without_mark(file: Path, content: bytes) -> bytes:
    """The content without UTF-8's byte order mark; DataError where the mark is another encoding's."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        raise DataError(f"{file} is UTF-16 or UTF-32 text", hint=_UTF8_HINT)
    return content.removeprefix(codecs.BOM_UTF8)


def _parquet_rows(file: Path, _faults: Faults) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException  # type: ignore[import-untyped]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("hf", "reading Parquet") from error
    try:
        number = 0
        with ParquetFile(file) as table:
            for batch in table.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except ArrowException as error:
        raise DataError(
            f"{file} is no Parquet file that can be read: {str(error)[:200]}", hint="write it anew"
        ) from error


def hub_rows(name: str, revision: str | None, config: str | None, split: str | None) -> Table:
    """The rows of a data set of the `datasets` library, from the hub or a local folder; pictures stay as they are.

    Code of a data set is never run. Raises MissingExtra without the extra 'hf', UsageError where a split has to be
    named, DataError where it cannot be loaded.
    """
    try:
        import datasets  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("hf", f"loading hf:{name}") from error
    try:
        # With a path in it, a local folder is read; the revision of one on the hub should be a full commit.
        loaded = datasets.load_dataset(name, config, revision=revision, split=split)
    except Exception as error:  # the library lets errors of several file and HTTP stacks through
        reason = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise DataError(
            f"hf:{name} could not be loaded: {reason}", hint="check name, revision, config and split"
        ) from error
    if isinstance(loaded, datasets.DatasetDict):
        if len(loaded) != 1:
            raise UsageError(f"hf:{name} has the splits {', '.join(loaded)}", hint=f"name one: hf:{name}:SPLIT")
        loaded = next(iter(loaded.values()))
    if not isinstance(loaded, datasets.Dataset):
        raise DataError(f"hf:{name} is not a plain data set", hint="name a split")
    if len(loaded) > MOST_ROWS:
        raise DataError(f"hf:{name} has more than {MOST_ROWS} rows", hint="split it")
    return table_of(tuple(enumerate(_undecoded(loaded), start=1)))


def _undecoded(loaded: Any) -> Iterator[Mapping[str, Any]]:
    from datasets import Image
    from datasets.features import List  # type: ignore[import-untyped]

    for column, feature in dict(loaded.features).items():
        if isinstance(feature, Image):
            loaded = loaded.cast_column(column, Image(decode=False))
        elif isinstance(feature, List) and isinstance(feature.feature, Image):
            loaded = loaded.cast_column(column, List(Image(decode=False)))
    yield from loaded


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
