"""The pictures of answers that are labelled: made small in another process, under names that tell nothing."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from mosseval.annotations.items import Item
from mosseval.report.page.pictures import Pictures, Places
from mosseval.store import Run
from mosseval.values import items as listed
from mosseval.values import mapping
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

EDGE = 1024
MAX_BYTES = 400_000
MOST = 64
"""Pictures that are kept."""
MOST_OF_A_SAMPLE = 8
Made = tuple[bytes, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page names it, with its pixels, or why there is none."""

    number: int
    width: int = 0
    height: int = 0
    why: str = ""


@dataclass(slots=True)
class ItemPictures:
    """Pictures by their run, sample and number. Threads may ask at once; they are made one at a time."""

    _thumbnails: Thumbnails = field(default_factory=lambda: Thumbnails(EDGE, MAX_BYTES))
    _made: OrderedDict[tuple[str, str, int], Made | str] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, item: Item, run: Run) -> list[Picture]:
        """Every picture of an item, in order."""
        found = []
        for number in range(len(_rows(item.row))):
            made = self._picture(item, run, number)
            found.append(
                Picture(number, why=made) if isinstance(made, str) else Picture(number, width=made[1], height=made[2])
            )
        return found

    def content(self, item: Item, run: Run, number: int) -> bytes | None:
        """One picture's bytes, WebP; None where there is none."""
        if not 0 <= number < len(_rows(item.row)):
            return None
        made = self._picture(item, run, number)
        return None if isinstance(made, str) else made[0]

    def _picture(self, item: Item, run: Run, number: int) -> Made | str:
        key = run.name, item.sample_id, number
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(item, run, number)
            self._made.move_to_end(key)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
            return self._made[key]

    def _make(self, item: Item, run: Run, number: int) -> Made | str:
        pictures = Pictures(Places(_roots(run)), self._thumbnails)
        found = pictures.of(item.sample_id, {"image": _rows(item.row)[number]})
        if isinstance(found, Thumbnail):
            return base64.b64decode(found.url.partition(",")[2]), found.width, found.height
        return found.why if isinstance(found, NoThumbnail) else "the picture has no name"


def _roots(run: Run) -> tuple[Path, ...]:
    """The folders that a run names, which may be anything."""
    return tuple(Path(root).resolve() for root in run.manifest.data.roots if isinstance(root, str) and "\0" not in root)


def _rows(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = listed(row.get("images")) or [row.get("image")]
    return [mapping(each) for each in found if mapping(each)][:MOST_OF_A_SAMPLE]
