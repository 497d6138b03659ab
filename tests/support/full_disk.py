"""A disk without room."""

from __future__ import annotations

import contextlib
from pathlib import Path


def fill(file: Path) -> None:
    """Writes the file until its disk is full."""
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)
