"""Small pictures for pages, made of hostile files: found safely, typed by their bytes, decoded in another process."""

from __future__ import annotations

import base64
import hashlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from mosseval.image_structure import WEBP, announced_size, sniff, walk
from mosseval.images import ImageInvalid, read
from mosseval.web.thumbnail_worker import HEAD, MAX_PIXELS, TYPES

TIMEOUT_S = 20.0
PASSED_ON = frozenset({"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TZ"})
"""Of the environment what the worker gets: keys may be in the rest."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A WebP picture: its file, and its pixels."""

    content: bytes
    width: int
    height: int

    @property
    def url(self) -> str:
        """As a `data:` URL."""
        return f"data:image/webp;base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class NoThumbnail:
    """Why there is none, in words for the page. `absent`: there is no file."""

    why: str
    absent: bool = False


class Thumbnails:
    """Makes thumbnails with one worker process, started when first needed. A context manager.

    `edge` bounds width and height in pixels, `max_bytes` the file that is put into the page.
    """

    def __init__(self, edge: int, max_bytes: int) -> None:
        self._bounds = edge, max_bytes
        self._worker: subprocess.Popen[bytes] | None = None

    def of_file(self, path: Path, roots: Sequence[Path], sha256: str | None) -> Thumbnail | NoThumbnail:
        """Of the file at `path`, which must lie in one of `roots` (resolved folders).

        With `sha256` only of the very file that has it: a run's folder can name any path, and must not bring a
        picture into a page that its writer did not have.
        """
        try:
            content = read(path, roots)
        except FileNotFoundError:
            return NoThumbnail("the picture is not at hand", absent=True)
        except ImageInvalid as invalid:
            return NoThumbnail(f"the picture cannot be shown: {invalid}")
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            return NoThumbnail("another picture lies there than the one that was sent")
        return self.of_bytes(content)

    def of_bytes(self, content: bytes) -> Thumbnail | NoThumbnail:
        """Of a picture's bytes: PNG, JPEG, GIF or WebP."""
        if sniff(content[:32]) not in TYPES:
            return NoThumbnail("the picture cannot be shown: its bytes are no PNG, JPEG, GIF or WebP")
        width, height = announced_size(content) or (0, 0)
        if width * height > MAX_PIXELS:
            return NoThumbnail(f"the picture cannot be shown: {width} x {height} pixels are too many")
        made = self._made(content)
        shape = walk(made) if made else None
        if made is None or shape is None or shape.type != WEBP:
            return NoThumbnail("the picture cannot be shown: it cannot be decoded")
        return Thumbnail(made, shape.width, shape.height)

    def close(self) -> None:
        """Ends the worker."""
        if self._worker is None:
            return
        self._worker.kill()
        self._worker.wait()
        for pipe in (self._worker.stdin, self._worker.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._worker = None

    def __enter__(self) -> Thumbnails:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _made(self, content: bytes) -> bytes | None:
        """What the worker makes of it; None where it cannot, or where it died or hung over it."""
        worker = self._worker = self._worker or self._start()
        assert worker.stdin is not None
        assert worker.stdout is not None
        end = time.monotonic() + TIMEOUT_S
        try:
            worker.stdin.write(HEAD.pack(*self._bounds, len(content)) + content)
            worker.stdin.flush()
            _, _, length = HEAD.unpack(_exactly(worker.stdout, HEAD.size, end))
            return _exactly(worker.stdout, min(length, self._bounds[1]), end) or None
        except (OSError, EOFError):
            self.close()
            return None

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        return subprocess.Popen(
            [sys.executable, "-m", "mosseval.web.thumbnail_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip


def _exactly(stream: object, length: int, end: float) -> bytes:
    """So many bytes of the worker's answer. Raises EOFError where it ends before, OSError at the deadline."""
    descriptor = stream.fileno()  # type: ignore[attr-defined]
    found = bytearray()
    while len(found) < length:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError
        block = os.read(descriptor, length - len(found))
        if not block:
            raise EOFError
        found += block
    return bytes(found)
