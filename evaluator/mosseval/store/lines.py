"""Append-only JSON lines: written whole or not at all, read past whatever a crash left."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from mosseval.errors import StorageFailed


class Appender:
    """Appends lines to one file; each is with the operating system when `append` returns.

    Hold the shard's lock: opening mends a torn last line (a whole one without its newline is kept, a cut one is
    dropped: its sample is owed again). A full disk raises `StorageFailed` and leaves no half line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _mend_tail(path)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._size = os.fstat(self._fd).st_size
        except OSError as error:
            raise storage_failed(path, error) from error

    def append(self, document: Any) -> None:
        """Writes one document as one line."""
        line = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
        try:
            self._write(line)
        except OSError as error:
            os.ftruncate(self._fd, self._size)
            raise storage_failed(self.path, error) from error
        self._size += len(line)

    def sync(self) -> None:
        """Returns when what was appended is on the disk, and would outlast the machine. Raises StorageFailed."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise storage_failed(self.path, error) from error

    async def room(self) -> None:
        """There always is: a line is safe when `append` returns."""

    def _write(self, line: bytes) -> None:
        written = os.write(self._fd, line)
        while written < len(line):
            written += os.write(self._fd, line[written:])

    def close(self) -> None:
        """Closes the file."""
        os.close(self._fd)

    def __enter__(self) -> Appender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole JSON objects of a file, in order; lines that are none (torn by a crash) are passed over."""
    if not path.exists():
        return
    with path.open("rb") as file:
        yield from objects_in(file)


def objects_in(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON objects among lines."""
    for line in lines:
        document = _object(line)
        if document is not None:
            yield document


def joined(documents: Iterable[Any]) -> bytes:
    """Documents as lines. Not kept one by one until they are joined: orjson's results take more than their length."""
    content = bytearray()
    for document in documents:
        content += orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    return bytes(content)


def write_whole(path: Path, content: Iterable[bytes]) -> None:
    """Replaces a file in one step: a reader sees the old or the new, never a part. `content` comes in pieces."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.writelines(content)
        os.replace(draft, path)
    except OSError as error:
        raise storage_failed(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Returns when the names in a folder are on the disk: those of new files are once it is. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _mend_tail(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb+") as file:
        tail, start = _tail(file)
        if tail.endswith(b"\n"):
            return
        if _object(tail) is not None:
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
        else:
            file.truncate(start)


def _tail(file: Any) -> tuple[bytes, int]:
    """The last line (or a lone newline) and where it starts."""
    end = file.seek(0, os.SEEK_END)
    size = 4096
    while True:
        start = max(0, end - size)
        file.seek(start)
        block = file.read(end - start)
        if block.endswith(b"\n"):
            return b"\n", end - 1
        newline = block.rfind(b"\n")
        if newline >= 0:
            return block[newline + 1 :], start + newline + 1
        if start == 0:
            return block, 0
        size *= 4


def storage_failed(path: Path, error: OSError) -> StorageFailed:
    """What a file that could not be written means for the run."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    hint = "make room" if full else "check the disk and the folder's permissions"
    return StorageFailed(
        f"cannot write {path}: {error.strerror}",
        hint=f"{hint}, then run the same command again: all that was written is kept",
    )
