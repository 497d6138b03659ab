"""Lines put aside on disk and taken back by name: what does not fit into memory, in an order of one's own."""

from __future__ import annotations

import tempfile
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from mosseval.store.lines import storage_failed


class Spool:
    """JSON objects by name in a file that nobody else sees; the later one stands. Holds 100 bytes or so a name."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `__exit__`
        self._places: dict[Hashable, int] = {}
        self._end = 0
        self._at_end = True

    def put(self, name: Hashable, line: dict[str, Any]) -> None:
        """Puts one object aside. Raises StorageFailed where the temporary folder is full."""
        try:
            self._put(name, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            raise storage_failed(Path(tempfile.gettempdir()), error) from error

    def _put(self, name: Hashable, line: bytes) -> None:
        if not self._at_end:
            self._file.seek(self._end)
            self._at_end = True
        self._places[name] = self._end
        self._end += self._file.write(line)

    def get(self, name: Hashable) -> dict[str, Any] | None:
        """The object that stands under a name; None where there is none."""
        place = self._places.get(name)
        if place is None:
            return None
        self._at_end = False
        self._file.seek(place)
        found: dict[str, Any] = orjson.loads(self._file.readline())
        return found

    def __len__(self) -> int:
        return len(self._places)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # what could not be written is wanted by nobody now
            self._file.close()
