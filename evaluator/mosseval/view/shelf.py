"""What runs say now: read once, and again when their files change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from mosseval.errors import MossevalError
from mosseval.report.page.source import Source
from mosseval.store import RunFolder
from mosseval.view.library import Entry, Stamp

MOST = 64
"""Runs that are kept; the one that was looked at longest ago goes first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A run as it was at `stamp`; `trouble` says why it cannot be read, and then there is no source."""

    stamp: Stamp
    source: Source | None
    trouble: str = ""


@dataclass(slots=True)
class _Place:
    lock: Lock = field(default_factory=Lock)
    reading: Reading | None = None


class Shelf:
    """Readings by run. Threads may ask at once: a run is read by one of them, the others wait for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: OrderedDict[Entry, _Place] = OrderedDict()

    def reading(self, entry: Entry) -> Reading:
        """What the run says now."""
        place = self._place(entry)
        with place.lock:
            stamp = entry.stamp()
            if place.reading is None or place.reading.stamp != stamp:
                place.reading = _read(entry, stamp)
            return place.reading

    def known(self, entry: Entry) -> Reading | None:
        """What it said when it was read, where that still holds; never reads and never waits."""
        place = self._place(entry)
        with _tried(place.lock) as had:
            reading = place.reading if had else None
        return reading if reading is not None and reading.stamp == entry.stamp() else None

    def _place(self, entry: Entry) -> _Place:
        with self._lock:
            place = self._places.setdefault(entry, _Place())
            self._places.move_to_end(entry)
            while len(self._places) > MOST:
                self._places.popitem(last=False)
            return place


@contextmanager
def _tried(lock: Lock) -> Iterator[bool]:
    had = lock.acquire(blocking=False)
    try:
        yield had
    finally:
        if had:
            lock.release()


def _read(entry: Entry, stamp: Stamp) -> Reading:
    try:
        return Reading(stamp, Source.read(RunFolder.read(entry.path), None))
    except (MossevalError, OSError) as error:
        return Reading(stamp, None, str(error))
