"""What the page of one collection shows: the sample at hand, how far it is, what stands, and what to do next."""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from mosseval.collection import Collection, Entry, Item, Standing
from mosseval.terminal import program
from mosseval.view.collect.pictures import Pictures
from mosseval.view.collect.shelf import left
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

KINDS = {
    **{"answered": "answered", "blank": "blank", "blocked": "blocked", "failed": "failed", "skipped": "skipped"},
    **{"owed": "not asked yet", "unusable": "cannot be asked"},
}
"""What a sample's state is called."""
MOST_IDS, MOST_MISSING = 60, 15
"""Samples that a command names, and that a replay may lack without giving up."""
BADGES = {"answered": "comply", "blank": "empty", "blocked": "blocked", "failed": "error", "skipped": "pending"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One sample among all."""

    id: str
    kind: str
    here: bool


@dataclass(frozen=True, slots=True)
class Work:
    """One view of a collection. `item` is None where nothing is left and no sample is asked for; `text` is what stands
    in the field, `note` what is to be said first. `seen` is the number of the entry that the page knows of."""

    name: str
    collection: Collection
    standing: Standing
    cells: tuple[Cell, ...]
    item: Item | None
    entry: Entry | None
    pictures: tuple[Thumbnail | NoThumbnail, ...]
    text: str
    note: str
    before: str
    after: str
    nonce: str
    seen: int

    @property
    def counts(self) -> dict[str, int]:
        """How many samples are in which state."""
        kinds = [cell.kind for cell in self.cells]
        return {kind: kinds.count(kind) for kind in KINDS}

    @property
    def askable(self) -> int:
        """How many samples can be asked."""
        return len(self.cells) - self.counts["unusable"]

    @property
    def done(self) -> int:
        """How many of these have an entry."""
        return self.askable - self.counts["owed"]

    @property
    def latest(self) -> Entry | None:
        """What an undo takes back."""
        return self.standing.latest


def work_of(
    collection: Collection, pictures: Pictures, sample: str, *, text: str | None = None, note: str = ""
) -> Work | None:
    """The view of a collection at a sample, '' for the first that is left; None where there is no such sample.

    `text` and `note` are what a refused write brought back.
    """
    standing, items = collection.standing(), collection.begun.items
    owed = left(collection, standing)
    wanted = sample or (owed[0] if owed else "")
    here = next((number for number, item in enumerate(items) if item.id == wanted), None)
    if here is None and sample:
        return None
    item = items[here] if here is not None else None
    entry = standing.of(item.id) if item else None
    return Work(
        collection.name,
        collection,
        standing,
        tuple(_cell(each, standing, wanted) for each in items),
        item,
        entry,
        tuple(pictures.small(collection.begun, standing, each) for each in item.pictures) if item else (),
        text if text is not None else entry.said.text if entry else "",
        note,
        items[here - 1].id if here else "",
        items[here + 1].id if here is not None and here + 1 < len(items) else "",
        secrets.token_hex(16),
        entry.number if entry else 0,
    )


def next_of(collection: Collection, sample: str) -> str:
    """The sample to go on with after one: the next that is left, else the first; '' where none is."""
    owed, ids = set(left(collection, collection.standing())), [item.id for item in collection.begun.items]
    here = ids.index(sample) + 1 if sample in ids else 0
    return next((each for each in (*ids[here:], *ids[:here]) if each in owed), "")


def exact(text: str) -> Markup:
    """A text as it is, escaped and nothing else: for what is copied or sent again, never for what is read."""
    return Markup(escape(text))  # noqa: S704 - it is escaped


def commands(collection: Collection, standing: Standing, transcript: Path, runs: Path) -> list[str]:
    """What to do with the transcript, as it can be pasted into a shell in the folder that the app was started in.

    A replay of what is not recorded fails, and a run gives up after many failures in a row: where much is missing it
    is asked for what is there, and not at all where that is too much for a line.
    """
    begun = collection.begun
    asked = ["--benchmark", begun.named or begun.benchmark, "--model", begun.model]
    data = ["--data", begun.data] if begun.data else []
    imported, replayed = runs / collection.name, runs / f"{collection.name}-replayed"
    found = [_line(program(), "import", str(transcript), *asked, *data, "--out", str(imported))]
    there = [item.id for item in begun.items if (entry := standing.of(item.id)) and entry.said.kind != "skipped"]
    whole = sum(item.unusable is None for item in begun.items) - len(there) <= MOST_MISSING
    if there and (whole or len(there) <= MOST_IDS):
        named = [] if whole else ["--ids", ",".join(there)]
        replay = ("run", "--replay", str(transcript.parent), *asked, *data, *named)
        found.append(_line(program(), *replay, "--out", str(replayed)))
    return found


def _line(*words: str) -> str:
    return shlex.join(words)


def _cell(item: Item, standing: Standing, here: str) -> Cell:
    entry = standing.of(item.id)
    kind = "unusable" if item.unusable else entry.said.kind if entry else "owed"
    return Cell(item.id, kind, item.id == here)
