"""Desks of the app: runs to be labelled together, under a URL that does not tell which they are."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from starlette.exceptions import HTTPException

from mosseval.annotations.desk import Desk
from mosseval.errors import MossevalError
from mosseval.view.library import Entry, Library, Stamp

SEED = "0"
"""As `mosseval annotate` without --seed: both show the same order."""
CODE_CHARS = 8
MOST_RUNS = 40
MOST = 8
"""Desks that are kept; the one that was used longest ago goes first."""
REST_S = 5.0
"""A desk over a run that is being written is not made anew more often than that."""


def code_of(entries: Sequence[Entry]) -> str:
    """What a URL calls runs: it stays the same when the app is started again, and hides their names."""
    return "-".join(sorted(_code(entry) for entry in entries))


def _code(entry: Entry) -> str:
    return hashlib.sha256(entry.name.encode()).hexdigest()[:CODE_CHARS]


@dataclass(frozen=True, slots=True)
class Known:
    """A desk, what it was made from, and when (monotonic)."""

    desk: Desk
    entries: tuple[Entry, ...]
    stamps: tuple[Stamp, ...]
    at: float


@dataclass(slots=True)
class Desks:
    """Desks by code. Threads may ask at once."""

    library: Library
    _known: OrderedDict[str, Known] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, code: str) -> Known:
        """The desk of a code. Raises HTTPException where it names no runs, or they cannot be labelled."""
        entries = self._entries(code)
        with self._lock:
            known = self._known.get(code)
            if known is None or self._is_old(known):
                known = self._known[code] = _made(entries)
            self._known.move_to_end(code)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            return known

    def _entries(self, code: str) -> tuple[Entry, ...]:
        by_code = {_code(entry): entry for entry in self.library.entries()}
        wanted = code.split("-")
        found = tuple(by_code[each] for each in dict.fromkeys(wanted) if each in by_code)
        if len(found) != len(wanted) or len(found) > MOST_RUNS:
            raise HTTPException(404, "there are no such runs here; choose them anew under Annotate")
        return found

    def _is_old(self, known: Known) -> bool:
        return time.monotonic() - known.at > REST_S and _stamps(known.entries) != known.stamps


def _made(entries: tuple[Entry, ...]) -> Known:
    stamps = _stamps(entries)
    try:
        desk = Desk.of([entry.path for entry in entries], out=None, seed=SEED)
    except MossevalError as error:
        raise HTTPException(409, f"{error}; or label at the terminal: mosseval annotate RUN --out DIR") from error
    if not desk.items:
        raise HTTPException(409, "these runs hold no answer yet")
    return Known(desk, entries, stamps, time.monotonic())


def _stamps(entries: Sequence[Entry]) -> tuple[Stamp, ...]:
    return tuple(entry.stamp() for entry in entries)
