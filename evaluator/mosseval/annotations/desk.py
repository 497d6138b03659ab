"""One or several runs with their journals: what is written to them, and what they say together."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from mosseval.annotations.acts import LONGEST_NOTE, Act
from mosseval.annotations.choices import Choice
from mosseval.annotations.items import Item, items_of
from mosseval.annotations.places import folder_for
from mosseval.annotations.reading import Reading, places_of
from mosseval.annotations.shelf import Shelf
from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.store import Run, read_run
from mosseval.values import mend

ENTRY_BYTES = 8


def new_entry() -> str:
    """A name for an act that nobody else gives: asking again with it writes once."""
    return secrets.token_hex(ENTRY_BYTES)


class Desk:
    """The items of runs, in their order, with the journals that hold what is said of them.

    `shelves` has the shelf of each run: the same one where a folder was named for all.
    """

    def __init__(self, runs: Sequence[Run], shelves: Sequence[Shelf], seed: str) -> None:
        self.runs = tuple(runs)
        self.items = items_of(runs, seed)
        self._shelves = tuple(shelves)
        self._handles = {item.handle: place for place, item in enumerate(self.items)}
        self._places = places_of(self.items)
        self._last: Reading | None = None

    @classmethod
    def of(cls, places: Sequence[Place], *, out: Path | None, seed: str) -> Desk:
        """Opens runs for labelling. Raises UsageError where one is none, or labels on it cannot be written."""
        folders = [folder_for(place, out) for place in places]
        runs = [read_run(place) for place in places]
        shelves = {folder: Shelf(folder, within=out is None) for folder in folders}
        return cls(runs, [shelves[folder] for folder in folders], seed)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where each run's journals lie."""
        return tuple(shelf.path for shelf in self._shelves)

    def place(self, handle: str) -> int | None:
        """The place of an item by its handle."""
        return self._handles.get(handle)

    def read(self) -> Reading:
        """What the journals say now."""
        on = {shelf.path: shelf.standing() for shelf in self._shelves}
        standing = tuple(on[shelf.path] for shelf in self._shelves)
        last = self._last
        # A shelf gives the same object until something was written: what was worked out of it still holds.
        if last is None or any(one is not other for one, other in zip(last.standing, standing, strict=True)):
            last = self._last = Reading(self.items, standing, self._places)
        return last

    def give(
        self,
        item: Item,
        rater: str,
        choice: Choice | None,
        *,
        note: str,
        seen: str | None,
        entry: str,
        final: bool = False,
    ) -> Act:
        """Writes a label, a note, or both; see `Shelf.give`. Raises Overtaken, StorageFailed, RunBusy, UsageError."""
        note = mend(note.strip())
        if len(note) > LONGEST_NOTE:
            raise UsageError(f"the note has {len(note)} characters; at most {LONGEST_NOTE} are kept")
        label, refusal = (choice.label, choice.refusal) if choice else (None, None)
        act = Act(entry, "", rater, item.answer, label, refusal, note=note, final=final)
        return self._shelves[item.run].give(act, seen=seen)

    def undo(self, item: Item, rater: str, entry: str, *, name: str) -> Act | None:
        """Takes a person's act on an item back; see `Shelf.undo`."""
        return self._shelves[item.run].undo(rater, entry, name=name)
