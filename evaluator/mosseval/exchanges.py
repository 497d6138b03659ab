"""Lines of `{"id", "prompt", "response"}`, as JSON lines or CSV: what `mosseval judge` reads and adds verdicts to.

Read one at a time, so that a file may be larger than memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from mosseval.errors import DataError
from mosseval.tables.cells import by_column

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "pid", "sample_id", "key"),
    "prompt": ("prompt", "question", "query", "instruction", "input"),
    "response": ("response", "completion", "answer", "output", "text"),
}
"""What each is called in the wild; the first name that a line has counts."""
FORMATS = ("jsonl", "csv")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One prompt and what came back; `response` is None where nothing did."""

    id: str
    prompt: str
    response: str | None


def read(stream: TextIO, format: str, source: str) -> Iterator[Exchange]:
    """The exchanges of a stream. Raises DataError at the first line that is none, naming it."""
    rows = _json_rows(stream, source) if format == "jsonl" else by_column(stream, source)
    try:
        for line, row in rows:
            yield _exchange(line, row, source)
    except UnicodeDecodeError as error:
        raise DataError(f"{source} is no UTF-8 text: byte {error.start} is wrong", hint="save it as UTF-8") from None


def writer(stream: TextIO, format: str, fields: Sequence[str]) -> Callable[[Mapping[str, Any]], None]:
    """A function that writes one row after the other."""
    if format == "jsonl":
        return lambda row: print(json.dumps(row), file=stream)
    table = csv.DictWriter(stream, fieldnames=fields, lineterminator="\n")
    table.writeheader()
    return lambda row: table.writerow({name: _cell(value) for name, value in row.items()})


def _exchange(line: int, row: Mapping[str, Any], source: str) -> Exchange:
    names = {role: next((name for name in known if name in row), None) for role, known in COLUMNS.items()}
    if names["response"] is None:
        raise DataError(
            f"{source}: line {line}: no response among {', '.join(map(repr, list(row)[:8])) or 'nothing'}",
            hint='a line is {"id": …, "prompt": …, "response": …}; '
            f"the answer may also be called {', '.join(COLUMNS['response'][1:])}",
        )
    identifier = row[names["id"]] if names["id"] else line
    prompt = row[names["prompt"]] if names["prompt"] else ""
    response = row[names["response"]]
    if isinstance(identifier, bool) or not isinstance(identifier, str | int):
        raise DataError(f"{source}: line {line}: the id is neither text nor a whole number")
    for role, value in (("prompt", prompt), ("response", response)):
        if not (value is None or isinstance(value, str)):
            raise DataError(f"{source}: line {line}: the {role} is no text but {type(value).__name__}")
    return Exchange(str(identifier), prompt or "", response)


def _json_rows(stream: Iterable[str], source: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, text in enumerate(stream, start=1):
        line = text.removeprefix("\ufeff").strip() if number == 1 else text.strip()
        if not line:
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{source}: line {number} is no JSON: {str(error)[:120]}") from None
        if not isinstance(row, dict):
            raise DataError(f"{source}: line {number} is no JSON object")
        yield number, row


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return json.dumps(value) if isinstance(value, list | tuple | bool) else value
