"""A row of a data file into a sample; whatever is wrong with it is a fault at its line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mosseval.benchmarks.base import is_id, valid_unicode
from mosseval.benchmarks.own.columns import Columns
from mosseval.benchmarks.own.pictures import PictureFault, Pictures
from mosseval.tables.faults import Faults, shown
from mosseval.tables.reading import Table
from mosseval.types import Picture, Sample, TagValue

LONGEST_PROMPT = 1_000_000
"""In characters: beyond that it is a broken file, not a question."""
_NUMBERS = 2**53


def samples_of(name: str, table: Table, columns: Columns, pictures: Pictures, faults: Faults) -> tuple[Sample, ...]:
    """The samples of a table in its order; rows with faults are left out, and their faults noted."""
    pictures.fetch([row.get(column) for _, row in table.rows for column in columns.image])
    seen: dict[str, int] = {}
    found = []
    for number, (place, row) in enumerate(table.rows, start=1):
        reading = _Reading(place, row, faults)
        sample = reading.sample(name, columns, pictures, number)
        first = seen.setdefault(sample.id, place)
        if first != place:
            faults.add(place, f"the id {sample.id!r} occurs twice, first in {faults.unit} {first}")
        found.append(sample)
    return tuple(found)


class _Reading:
    """One row being read."""

    def __init__(self, place: int, row: Mapping[str, Any], faults: Faults) -> None:
        self._place = place
        self._row = row
        self._faults = faults

    def sample(self, name: str, columns: Columns, pictures: Pictures, number: int) -> Sample:
        shots = self._pictures(columns, pictures)
        return Sample(
            benchmark=name,
            id=self._id(columns.id, number),
            question=self._prompt(columns.prompt),
            image=shots[0].path if shots else None,
            image_name=shots[0].name if shots else None,
            expected=self._expected(columns.expected),
            tags=self._tags(columns),
            more_images=shots[1:],
        )

    def _fault(self, message: str) -> None:
        self._faults.add(self._place, message)

    def _id(self, column: str | None, number: int) -> str:
        if column is None:
            return str(number)
        value = self._row.get(column)
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        identifier = str(value).strip() if plain else ""
        if not is_id(identifier):
            self._fault(f"{shown(value)} is no id: 1 to 128 letters, digits, dots, dashes and underscores")
            return f"fault-{number}"
        return identifier

    def _prompt(self, column: str) -> str:
        value = self._row.get(column)
        if not isinstance(value, str):
            self._fault(f"no prompt in {column!r}: found {shown(value)}")
            return ""
        if not value.strip():
            self._fault(f"the prompt in {column!r} is blank")
        elif len(value) > LONGEST_PROMPT:
            self._fault(f"the prompt has {len(value)} characters; at most {LONGEST_PROMPT} are sent")
        elif "\0" in value:
            self._fault("the prompt holds a NUL character")
        elif valid_unicode(value) != value:
            self._fault("the prompt holds lone surrogates, which cannot be sent")
        return value

    def _pictures(self, columns: Columns, pictures: Pictures) -> tuple[Picture, ...]:
        try:
            return pictures.of([self._row.get(column) for column in columns.image])
        except PictureFault as fault:
            self._fault(str(fault))
            return ()

    def _expected(self, column: str | None) -> str | None:
        value = None if column is None else self._row.get(column)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, str):
            self._fault(f"the expected answer in {column!r} is no text: {shown(value)}")
            return None
        return valid_unicode(value.strip())

    def _tags(self, columns: Columns) -> dict[str, TagValue]:
        tags: dict[str, TagValue] = {}
        for column in columns.tags:
            value = self._row.get(column)
            if isinstance(value, Mapping):
                for key, each in value.items():
                    self._tag(tags, str(key), each)
            else:
                self._tag(tags, column, value)
        return tags

    def _tag(self, tags: dict[str, TagValue], name: str, value: object) -> None:
        if value is None or value == "" or value == []:
            return
        listed: list[Any] = value if isinstance(value, list) else [value]
        if not all(_is_plain(each) for each in listed):
            self._fault(f"the tag {name!r} is neither a text, a number nor a list of these: {shown(value)}")
            return
        plain: list[Any] = [valid_unicode(each.strip()) if isinstance(each, str) else each for each in listed]
        tags[valid_unicode(name)] = tuple(map(_in_list, plain)) if isinstance(value, list) else plain[0]


def _is_plain(value: object) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < _NUMBERS
    return isinstance(value, str | bool) or (isinstance(value, float) and math.isfinite(value))


def _in_list(value: Any) -> str | int:
    return value if isinstance(value, str | int) else str(value)
