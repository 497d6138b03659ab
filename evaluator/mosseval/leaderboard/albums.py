"""Where the pictures of a benchmark are looked for: in the data folders that a reader names, or that its runs name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mosseval import benchmarks
from mosseval.errors import DataError
from mosseval.leaderboard.board import Section
from mosseval.leaderboard.cards import Card
from mosseval.report.page.pictures import Pictures, Places, places
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails


def places_of(sections: Sequence[Section], data: Sequence[Path]) -> dict[str, list[Places]]:
    """The places of each section's pictures, by its slug: those of `data` that are the benchmark's own, else the ones
    that its runs name. Raises DataError where a folder of `data` is no benchmark's.
    """
    found: dict[str, list[Places]] = {section.slug: [] for section in sections}
    for folder in data:
        fits, last = 0, None
        for section in filter(_takes_data, sections):
            try:
                found[section.slug].append(places(section.sources[0], folder))
                fits += 1
            except DataError as error:
                last = error
        if not fits:
            raise last or DataError(
                f"--data {folder}: no run is on a benchmark that needs data", hint="leave --data out"
            )
    for section in sections:
        if not found[section.slug]:
            named = {each.roots: each for source in section.sources for each in (places(source, None),)}
            found[section.slug] = list(named.values())
    return found


class Albums:
    """The thumbnails of a benchmark's samples, from the first place that has the picture."""

    def __init__(self, places: Sequence[Places], thumbnails: Thumbnails) -> None:
        self._albums = [Pictures(each, thumbnails) for each in places]

    def of(self, card: Card) -> Thumbnail | NoThumbnail | None:
        """The picture, or the best word on why there is none; None where the sample has none."""
        found: Thumbnail | NoThumbnail | None = None
        for album in self._albums:
            made = album.of(card.sample, card.row)
            if made is None or isinstance(made, Thumbnail):
                return made
            if found is None or (isinstance(found, NoThumbnail) and found.absent):
                found = made
        return found


def _takes_data(section: Section) -> bool:
    """Whether a benchmark's pictures do not come with the package."""
    benchmark = benchmarks.BENCHMARKS.get(section.benchmark)
    return benchmark is None or benchmark.needs_data
