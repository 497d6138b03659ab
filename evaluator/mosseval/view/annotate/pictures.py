"""The pictures of answers that are labelled, by number: under names that tell nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval.annotations.items import Item
from mosseval.store import Run
from mosseval.values import items as listed
from mosseval.values import mapping
from mosseval.view.pictures import RunPictures
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

MOST_OF_A_SAMPLE = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page names it, with its pixels, or why there is none."""

    number: int
    width: int = 0
    height: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class ItemPictures:
    """The pictures of items, of those of all runs."""

    pictures: RunPictures

    def of(self, item: Item, run: Run) -> list[Picture]:
        """Every picture of an item, in order."""
        return [_named(number, self._made(item, run, image)) for number, image in enumerate(_images(item.row))]

    def content(self, item: Item, run: Run, number: int) -> bytes | None:
        """One picture's bytes, WebP; None where there is none."""
        images = _images(item.row)
        made = self._made(item, run, images[number]) if 0 <= number < len(images) else None
        return made.content if isinstance(made, Thumbnail) else None

    def _made(self, item: Item, run: Run, image: Mapping[str, Any]) -> Thumbnail | NoThumbnail:
        return self.pictures.made(run.manifest, item.sample_id, image, "large")


def _named(number: int, made: Thumbnail | NoThumbnail) -> Picture:
    if isinstance(made, NoThumbnail):
        return Picture(number, why=made.why)
    return Picture(number, made.width, made.height)


def _images(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = listed(row.get("images")) or [row.get("image")]
    return [mapping(each) for each in found if mapping(each)][:MOST_OF_A_SAMPLE]
