"""The body of a request, with the pictures put in as the bytes that came: no JSON encoder sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from mosseval_proxy.records import Call
from mosseval_proxy.skeleton import MARK

MARKED = re.compile(f"{MARK}(\\d+)".encode())
WHOLE = 256 * 1024
"""Up to so many bytes a body is sent in one write, which is one system call; larger ones slice by slice."""


class Body(Payload):
    """Pieces of bytes, written one after the other; `size` is their sum."""

    def __init__(self, pieces: list[bytes | memoryview]) -> None:
        super().__init__(pieces, content_type="application/json")
        self._length = sum(map(len, pieces))
        self._size = self._length

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The whole as text."""
        return b"".join(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Writes all pieces."""
        pieces = self._value if self._length > WHOLE else [b"".join(self._value)]
        for piece in pieces:
            for start in range(0, len(piece), WHOLE):
                await writer.write(piece[start : start + WHOLE])

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """The same: the length is known and stands in the head."""
        assert content_length in (None, self._length)
        await self.write(writer)


def body(call: Call, model: str, params: Mapping[str, Any], *, stream: bool) -> Body:
    """The request in OpenAI's form; of a stream the usage is asked for too."""
    document = {"model": model, "messages": call.messages, **params}
    if stream:
        document.update(stream=True, stream_options={"include_usage": True})
    # With one group in the pattern, every second piece is a picture's number.
    texts = MARKED.split(orjson.dumps(document))
    pieces: list[bytes | memoryview] = [texts[0]]
    for number, text in zip(texts[1::2], texts[2::2], strict=True):
        picture = call.pictures[int(number)]
        pieces += [b"data:%s;base64," % picture.media_type.encode(), picture.payload, text]
    return Body(pieces)
