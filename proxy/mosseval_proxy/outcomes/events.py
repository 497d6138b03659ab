"""Server-sent events, read as they come and within bounds.

Form: https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

from collections.abc import Iterator

DONE = b"[DONE]"


class TooLong(Exception):
    """An event, or a whole answer, is over its bound."""


class Events:
    """Turns chunks of bytes into the data of events, at most `limit` bytes each; looks at every byte once.

    What no blank line follows is no event: it was cut.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The events that this chunk completes. Raises TooLong."""
        first, *others = chunk.split(b"\n")
        self._begin(first)
        for other in others:
            line = b"".join(self._line).removesuffix(b"\r")
            self._line.clear()
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                self._size = 0
                if self._data:
                    yield b"\n".join(self._data)
                    self._data.clear()
            self._begin(other)

    def _begin(self, piece: bytes) -> None:
        self._line.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLong
