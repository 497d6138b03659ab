"""The cells of a CSV file, up to a bound that is the same wherever one is read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from mosseval.errors import DataError

if TYPE_CHECKING:
    from _csv import Reader

LONGEST_CELL = 64 * 1024 * 1024
"""Characters: as long as a line of JSON may be. Python's own bound is 128 KiB, which an answer or a picture exceeds."""
GUARD = "'"
GUARDED = frozenset((*"=+-@\t\r\n", *"＝＋－＠", GUARD))
"""What a spreadsheet may take for the start of a formula (OWASP, CSV injection), and the guard itself."""


def reader(lines: Iterable[str]) -> Reader:
    """A strict reader. It raises csv.Error for a longer cell, as for broken quotes."""
    # The bound is the process's, hence one for all readers.
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(lines, strict=True)


def by_column(stream: Iterable[str], source: object) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a stream by column, one at a time, each with the line it ends at; blank lines count for nothing.

    Raises DataError, naming `source` and line, for a row of another length than the header, and for broken CSV.
    """
    lines = reader(stream)
    header: list[str] = []
    try:
        for cells in lines:
            if not header:
                header = [cell.removeprefix("\ufeff").strip() for cell in cells]
            elif cells:
                if len(cells) != len(header):
                    where = f"{source}: line {lines.line_num}"
                    raise DataError(f"{where}: {len(cells)} cells where the header has {len(header)}")
                yield lines.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"{source}: broken CSV near line {lines.line_num}: {error}") from None


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula; `unguarded` gives back exactly the text."""
    return GUARD + text if text[:1] in GUARDED else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made a cell of."""
    return cell.removeprefix(GUARD)
