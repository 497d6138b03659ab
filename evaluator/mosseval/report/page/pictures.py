"""Where a sample's picture lies now: in the data folder that the run names, or in the one that the reader names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval import benchmarks
from mosseval.images import candidates
from mosseval.report.page.source import Source
from mosseval.store import Manifest
from mosseval.types import Picture
from mosseval.values import mapping
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

UNNAMED = "the run does not say which picture it was asked with; name its data folder with --data"


@dataclass(frozen=True, slots=True)
class Places:
    """Where pictures may lie. `named`: by the reader, by sample id; such a picture is taken for the sample's where the
    run knows no hash of it. Without a name of the reader's only the very file counts that was sent (its hash)."""

    roots: tuple[Path, ...]
    named: Mapping[str, Picture] | None = None


def places(source: Source, data: Path | None) -> Places:
    """The places of a run's pictures; see `places_of`."""
    return places_of(source.folder.manifest, data)


def places_of(manifest: Manifest, data: Path | None) -> Places:
    """The places of the pictures of a run; `data` is not for a benchmark that comes with the package.

    Raises DataError where it is no folder of the run's benchmark.
    """
    benchmark = benchmarks.BENCHMARKS.get(manifest.config.benchmark)
    if data is None or (benchmark is not None and not benchmark.needs_data):
        return Places(tuple(_roots(manifest.data.roots)))
    if benchmark is None:
        return Places((data.resolve(),), {})
    dataset = benchmark.load(data)
    return Places(dataset.roots, {each.id: each.pictures[0] for each in dataset.samples if each.pictures})


def _roots(named: Sequence[object]) -> Iterator[Path]:
    """The folders that a run names, which may be anything; what is none is left out."""
    for root in named:
        if isinstance(root, str) and "\0" not in root:
            yield Path(root).resolve()


class Pictures:
    """The thumbnails of a run's samples, each made once."""

    def __init__(self, places: Places, thumbnails: Thumbnails) -> None:
        self._places = places
        self._thumbnails = thumbnails

    def of(self, sample: str, row: Mapping[str, Any]) -> Thumbnail | NoThumbnail | None:
        """The picture of a sample (its first one), by its row of `samples.jsonl`; None where it has none."""
        return self.named(sample, mapping(row.get("image")))

    def named(self, sample: str, image: Mapping[str, Any]) -> Thumbnail | NoThumbnail | None:
        """One of a sample's pictures, by what `samples.jsonl` says of it."""
        name, sha256 = image.get("path"), image.get("sha256")
        if not isinstance(name, str) or not name:
            return None
        if not isinstance(sha256, str):
            if self._places.named is None:
                return NoThumbnail(UNNAMED)
            sha256 = None
        found: Thumbnail | NoThumbnail = NoThumbnail("the picture is not at hand")
        for path in self._candidates(sample, name):
            made = self._thumbnails.of_file(path, self._places.roots, sha256)
            if isinstance(made, Thumbnail):
                return made
            if not made.absent:
                found = made
        return found

    def at_hand(self, sample: str, image: Mapping[str, Any]) -> bool:
        """Whether a file lies where the picture should; it is not looked into."""
        name = image.get("path")
        return isinstance(name, str) and any(map(_is_file, self._candidates(sample, name)))

    def _candidates(self, sample: str, name: str) -> Iterator[Path]:
        if self._places.named and sample in self._places.named:
            yield self._places.named[sample].path
        yield from candidates(name, self._places.roots)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
