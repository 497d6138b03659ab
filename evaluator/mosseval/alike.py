"""Samples that ended alike, counted together: a large run's rows without a row for each sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace

import orjson

from mosseval.counting import Row
from mosseval.types import TagValue

Ends = tuple[Hashable, ...]
"""How a sample ended in each of its repeats, in no order, and its tags."""


class Alike:
    """Takes the rows of whole samples; gives back those of one sample for all that ended as it did.

    Its size is the number of different ends, whatever the number of samples.
    """

    def __init__(self) -> None:
        self._found: dict[Ends, list[Row]] = {}
        self._samples: Counter[Ends] = Counter()
        self._names: dict[int, tuple[Mapping[str, TagValue], bytes]] = {}

    def add(self, rows: Iterable[Row]) -> None:
        """Counts rows; all of a sample's are among them."""
        samples: dict[str, list[Row]] = {}
        for row in rows:
            samples.setdefault(row.sample, []).append(row)
        for found in samples.values():
            ends = self._ends(found)
            self._found.setdefault(ends, found)
            self._samples[ends] += 1

    def rows(self) -> Iterator[Row]:
        """A row says by its `times` how many it stands for."""
        for ends, found in self._found.items():
            for row in found:
                yield replace(row, times=self._samples[ends])

    def _ends(self, rows: list[Row]) -> Ends:
        each = Counter((row.kind, row.refusal, row.filtered, row.correct, row.paper_correct) for row in rows)
        return self._name(rows[0].tags), rows[0].expected, frozenset(each.items())

    def _name(self, tags: Mapping[str, TagValue]) -> bytes:
        # The mapping is held beside its name, so that its id is not given to another.
        known = self._names.get(id(tags))
        if known is None:
            known = self._names[id(tags)] = (tags, orjson.dumps(tags, option=orjson.OPT_SORT_KEYS))
        return known[1]
