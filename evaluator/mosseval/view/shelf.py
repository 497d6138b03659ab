"""What runs say now: each is read once, and of its files what is added later."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from mosseval.errors import MossevalError
from mosseval.view.followed import Followed
from mosseval.view.library import Entry, Stamp
from mosseval.view.reading import Reading

__all__ = ["Reading", "Shelf"]

MOST = 64
"""Runs that are kept; the one that was looked at longest ago goes first."""
MOST_BYTES = 768 * 1024**2
"""Of memory that they take together, about; the one that was looked at last is kept whatever it takes."""


@dataclass(slots=True)
class _Place:
    lock: Lock = field(default_factory=Lock)
    followed: Followed | None = None
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
                place.followed = place.followed or Followed(entry.path)
                place.reading = _read(place.followed, stamp, place.reading)
            reading = place.reading
        self._make_room(entry)
        return reading

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

    def _make_room(self, kept: Entry) -> None:
        """Lets go of the runs that were looked at longest ago, where all of them are too much for memory."""
        with self._lock:
            room = MOST_BYTES
            for entry in reversed(list(self._places)):
                reading = self._places[entry].reading
                room -= reading.weight if reading is not None else 0
                if room < 0 and entry != kept:
                    del self._places[entry]


@contextmanager
def _tried(lock: Lock) -> Iterator[bool]:
    had = lock.acquire(blocking=False)
    try:
        yield had
    finally:
        if had:
            lock.release()


def _read(followed: Followed, stamp: Stamp, before: Reading | None) -> Reading:
    try:
        return Reading(stamp, followed.read(), before=before)
    except (MossevalError, OSError) as error:
        return Reading(stamp, None, f"{error} ({hint})" if (hint := getattr(error, "hint", "")) else str(error))
