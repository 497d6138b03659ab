"""The pictures of a collection: small for the page, and the very file for whoever hands it to the site.

A collection may be a stranger's and can name any folder and file. So a file counts only where its bytes have the hash
that the collection was begun with, and no path comes from a URL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from threading import Lock

from mosseval.collection import Begun, PictureRef, Standing
from mosseval.image_structure import sniff
from mosseval.images import ImageInvalid, candidates, read
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

EDGE, MOST_BYTES = 720, 160_000
"""Pixels and bytes of what the page shows."""
KEPT = 64
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
"""What the file is called by its bytes; anything else is served as bytes alone."""
ABSENT = NoThumbnail("the picture is not at hand", absent=True)


class Pictures:
    """Reads pictures and makes small ones, one at a time; threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thumbnails = Thumbnails(EDGE, MOST_BYTES)
        self._small = lru_cache(KEPT)(self._thumbnails.of_bytes)

    def small(self, begun: Begun, standing: Standing, picture: PictureRef) -> Thumbnail | NoThumbnail:
        """The picture for the page, or why there is none."""
        content = whole(standing, picture)
        if content is None:
            return ABSENT
        with self._lock:
            return self._small(content)


def whole(standing: Standing, picture: PictureRef) -> bytes | None:
    """The file's bytes; None where no file in the collection's folders is the one that it was begun with."""
    if picture.sha256 is None:
        return None
    roots = tuple(_roots(standing.roots))
    for path in candidates(picture.path, roots):
        try:
            content = read(path, roots)
        except (FileNotFoundError, ImageInvalid):
            continue
        if hashlib.sha256(content).hexdigest() == picture.sha256:
            return content
    return None


def file_name(benchmark: str, sample: str, number: int, content: bytes) -> tuple[str, str]:
    """What a downloaded picture is called, in plain characters, and its media type."""
    kind = sniff(content[:32]) or ""
    known = kind if kind in SUFFIXES else "application/octet-stream"
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{benchmark}-{sample}").strip("-")[:120] or "picture"
    return f"{stem}{f'-{number + 1}' if number else ''}.{SUFFIXES.get(kind, 'bin')}", known


def _roots(named: tuple[str, ...]) -> Iterator[Path]:
    for root in named:
        if root and "\0" not in root:
            yield Path(root).resolve()
