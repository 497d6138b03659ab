"""The pictures of samples, by sample alone: found as a report finds them, made small elsewhere, remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from mosseval.errors import MossevalError
from mosseval.report.page.pictures import Pictures, Places, places_of
from mosseval.store import Manifest
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

Size = Literal["small", "medium", "large"]
BOUNDS: Mapping[Size, tuple[int, int]] = {"small": (256, 16_000), "medium": (480, 90_000), "large": (1280, 400_000)}
"""Pixels of the longer edge, and bytes."""
MOST_BYTES = 64 * 1024**2
"""Of the pictures that are remembered."""
A_WORKER = 500
"""Pictures that one worker makes: its processor time is bounded."""
Image = Mapping[str, Any]


@dataclass(slots=True)
class _Maker:
    thumbnails: Thumbnails
    lock: Lock
    made: int = 0


class RunPictures:
    """Pictures of every run of an app; threads may ask at once. `data`: where they are looked for, beside what a run
    names."""

    def __init__(self, data: Path | None) -> None:
        self._data = data
        self._lock = Lock()
        self._known: OrderedDict[tuple[object, ...], Thumbnail] = OrderedDict()
        self._bytes = 0
        self._places: dict[tuple[object, ...], Pictures] = {}
        self._makers = {size: _Maker(Thumbnails(*bounds), Lock()) for size, bounds in BOUNDS.items()}

    def at_hand(self, manifest: Manifest, sample: str, image: Image) -> bool:
        """Whether there is a file to make it of."""
        return self._of(manifest, "small").at_hand(sample, image)

    def made(self, manifest: Manifest, sample: str, image: Image, size: Size) -> Thumbnail | NoThumbnail:
        """The picture, or why there is none."""
        roots = manifest.data.roots
        key = (size, manifest.config.benchmark, roots, sample, str(image.get("path")), str(image.get("sha256")))
        with self._lock:
            if (found := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return found
        pictures = self._of(manifest, size)
        maker = self._makers[size]
        with maker.lock:
            maker.made += 1
            if maker.made % A_WORKER == 0:
                maker.thumbnails.close()
            new = pictures.named(sample, image) or NoThumbnail("asked without a picture")
        if isinstance(new, Thumbnail):
            self._keep(key, new)
        return new

    def close(self) -> None:
        """Ends the workers."""
        for maker in self._makers.values():
            maker.thumbnails.close()

    def _keep(self, key: tuple[object, ...], made: Thumbnail) -> None:
        with self._lock:
            self._bytes += len(made.content) - len(self._known[key].content if key in self._known else b"")
            self._known[key] = made
            while self._bytes > MOST_BYTES:
                _, gone = self._known.popitem(last=False)
                self._bytes -= len(gone.content)

    def _of(self, manifest: Manifest, size: Size) -> Pictures:
        key = (manifest.config.benchmark, manifest.data.roots, size)
        with self._lock:
            if key not in self._places:
                self._places[key] = Pictures(self._found(manifest), self._makers[size].thumbnails)
            return self._places[key]

    def _found(self, manifest: Manifest) -> Places:
        """Where the run's pictures may lie; the reader's folder is of another benchmark where it is none of this."""
        try:
            return places_of(manifest, self._data)
        except (MossevalError, OSError):
            return places_of(manifest, None)
