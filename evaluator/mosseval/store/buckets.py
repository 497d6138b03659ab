"""More entries than memory holds, shared out by the hash of their key: each bucket is small, and read by itself.

Time is linear in the number of entries, memory is that of one bucket. (A Grace hash join's first half: M. Kitsuregawa,
H. Tanaka, T. Moto-oka, 1983, "Application of hash to data base machine and its architecture".)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from zlib import crc32

import orjson

from mosseval.store.lines import storage_failed

FEW = 100_000
"""Entries that are held in memory before any is written to a file."""
BUFFER_BYTES = 32 * 1024


class Buckets:
    """Takes JSON arrays by a key, in order; gives them back bucket by bucket, those of one key together and in order.

    A context manager: its files lie in the system's temporary folder (`TMPDIR`), and are gone at its end. Raises
    StorageFailed where there is no room.
    """

    def __init__(self, number: int, few: int = FEW) -> None:
        """`few`: how many entries are held in memory, and are one bucket; 0: each of the `number` is there."""
        self._number = number
        self._few = few
        self._held: list[tuple[str, list[Any]]] = []
        self._files: list[IO[bytes]] = []
        self._folder = Path(tempfile.gettempdir())
        self._stack = ExitStack()

    def __enter__(self) -> Buckets:
        if not self._few:
            self._spill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A file that could not be written cannot be flushed either, and nobody needs it any more.
        with suppress(OSError):
            self._stack.close()

    def put(self, key: str, entry: list[Any]) -> None:
        """Takes one entry."""
        if self._files:
            self._write(key, entry)
            return
        self._held.append((key, entry))
        if len(self._held) > self._few:
            self._spill()

    def each(self) -> Iterator[Iterable[list[Any]]]:
        """The buckets, those of few entries as one."""
        if not self._files:
            yield (entry for _, entry in self._held)
        for file in self._files:
            try:
                file.seek(0)
            except OSError as error:
                raise storage_failed(self._folder, error) from error
            yield map(orjson.loads, file)

    def _spill(self) -> None:
        try:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mosseval-")))
            self._files = [
                self._stack.enter_context((folder / str(number)).open("w+b", BUFFER_BYTES))
                for number in range(self._number)
            ]
        except OSError as error:
            raise storage_failed(self._folder, error) from error
        for key, entry in self._held:
            self._write(key, entry)
        self._held = []

    def _write(self, key: str, entry: list[Any]) -> None:
        file = self._files[bucket_of(key, self._number)]
        try:
            file.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            raise storage_failed(self._folder, error) from error


def bucket_of(key: str, number: int) -> int:
    """Which of so many buckets a key belongs to; the same on every machine."""
    return crc32(key.encode("utf-8", "replace")) % number
