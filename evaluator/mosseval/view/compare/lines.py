"""Where in a run's files the lines stand that count for a key, so that one sample is read without the others."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from mosseval.store.codec import answer_sha256
from mosseval.view.library import Entry, Stamp

MOST = 12
"""Runs that are kept."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a file."""

    file: Path
    start: int
    length: int

    def read(self) -> dict[str, Any]:
        """The object that stands there; empty where the file has changed meanwhile."""
        try:
            with self.file.open("rb") as opened:
                opened.seek(self.start)
                found = orjson.loads(opened.read(self.length))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Index:
    """The lines of one run: records by key, judgements by key and judge; the later one stands."""

    records: dict[str, Spot] = field(default_factory=dict)
    judgements: dict[str, dict[str, Spot]] = field(default_factory=dict)

    def record(self, key: str) -> dict[str, Any]:
        """The record of a key, whole; empty where there is none."""
        spot = self.records.get(key)
        return spot.read() if spot else {}

    def verdicts(self, key: str, text: str | None) -> list[dict[str, Any]]:
        """What each judge says of exactly this answer, by the judges' names."""
        if text is None:
            return []
        named, spots = answer_sha256(text), self.judgements.get(key, {})
        read = (spots[judge].read() for judge in sorted(spots))
        return [line for line in read if line.get("answer_sha256") == named]


class Indices:
    """Indices by run, made anew when its files change; threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[Entry, tuple[Stamp, Index]] = OrderedDict()

    def of(self, entry: Entry) -> Index:
        """The index of a run as its files are now."""
        stamp = entry.stamp()
        with self._lock:
            known = self._found.get(entry)
            if known is None or known[0] != stamp:
                known = stamp, _index(entry.path)
            self._found[entry] = known
            self._found.move_to_end(entry)
            while len(self._found) > MOST:
                self._found.popitem(last=False)
            return known[1]


def _index(folder: Path) -> Index:
    found = Index()
    for line, spot in _lines(folder, "records-*.jsonl"):
        if isinstance(line.get("key"), str):
            found.records[line["key"]] = spot
    for line, spot in _lines(folder, "judgements-*.jsonl"):
        key, judge = line.get("key"), line.get("judge")
        if isinstance(key, str) and isinstance(judge, str):
            found.judgements.setdefault(key, {})[judge] = spot
    return found


def _lines(folder: Path, pattern: str) -> Iterator[tuple[dict[str, Any], Spot]]:
    """The objects of the files in the order in which they count, and where they stand."""
    for file in sorted(folder.glob(pattern)):
        start = 0
        with file.open("rb") as lines:
            for line in lines:
                try:
                    document = orjson.loads(line)
                except orjson.JSONDecodeError:
                    document = None
                if isinstance(document, dict):
                    yield document, Spot(file, start, len(line))
                start += len(line)
