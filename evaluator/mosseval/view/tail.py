"""The lines of a file that only grows, each read once; the file may be a stranger's.

Nothing that a run's folder holds is followed out of it: a link, a pipe or a device in the place of a file is refused.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mosseval.errors import UsageError

MOST_OF_A_LINE = 16 * 1024**2
"""Bytes; a longer line is passed over."""
BLOCK = 1 << 20
MARK = 64
"""Bytes before the place up to which was read that must be the same the next time."""


class Replaced(Exception):
    """What was read lies there no more: the file is another one, or was cut or written anew."""


@contextmanager
def regular(path: Path) -> Iterator[int]:
    """A descriptor of the regular file at `path`. Raises UsageError where it is none, OSError where it is not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _foreign(path) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _foreign(path)
        yield descriptor
    finally:
        os.close(descriptor)


def whole(path: Path, most: int) -> bytes:
    """All of a regular file of at most `most` bytes; raises as `regular` does, UsageError also for a larger one."""
    with regular(path) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise UsageError(f"{path.name} has more than {most:,} bytes")
    return content


class Tail:
    """One file, and how far it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity: tuple[int, int] | None = None
        self._end = 0
        self._mark = b""
        self._skipping = False

    def news(self) -> Iterator[tuple[int, bytes]]:
        """Where each whole line begins that was not read yet, and the line; a last one without its end waits.

        Read it to its end. Raises Replaced, and what `regular` does.
        """
        with regular(self.path) as descriptor:
            self._check(descriptor)
            position, held = self._end, b""
            while block := os.pread(descriptor, BLOCK, position + len(held)):
                *lines, held = (held + block).split(b"\n")
                for line in lines:
                    if not self._skipping:
                        yield position, line
                    self._skipping = False
                    position += len(line) + 1
                if len(held) > MOST_OF_A_LINE:
                    position, held, self._skipping = position + len(held), b"", True
            self._end = position
            start = max(0, position - MARK)
            self._mark = os.pread(descriptor, position - start, start)

    def _check(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        identity = status.st_dev, status.st_ino
        if self._identity is None:
            self._identity = identity
        before = os.pread(descriptor, len(self._mark), self._end - len(self._mark))
        if identity != self._identity or status.st_size < self._end or before != self._mark:
            raise Replaced


def _foreign(path: Path) -> UsageError:
    return UsageError(f"{path.name} is no file of its own: nothing that lies outside the run's folder is read")
