"""One HTTP/1.1 connection to a server: a request goes out in one write, its answer comes in within bounds.

aiohttp's client does the same and more at about three times the cost, which was half of what the gateway took for a
request (`make bench-gateway`). The parser is Node's llhttp, by way of httptools.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

import httptools

MAX_OVERHEAD_BYTES = 64 * 1024
"""Of an answer's head, and of whatever else comes without a byte of its body (trailers, words on the way)."""
MAX_HELD_BYTES = 256 * 1024
"""Of a body, before the server is made to wait until somebody reads on."""
ONE_WRITE = 256 * 1024
"""Up to so many bytes a request is sent as one piece, which is one system call; larger ones are not copied."""
FIRST_FINAL = 200
"""Below it a status says that the answer is still to come."""

Piece = bytes | memoryview


class Broken(Exception):
    """The connection ended too early, or what came is no HTTP/1.1; the message says which, in words of our own."""


class Connection(asyncio.Protocol):
    """Serves one request at a time: `send`, `head`, then `read` until its end. `status` and `headers` are the head's.

    Header names are in lower case; of one that comes twice the last stands.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.patience_s = 0.0
        """Seconds that the server is still waited for in all: none of them are those that a slow client takes."""
        self._parser = httptools.HttpResponseParser(self)
        self._loop = asyncio.get_running_loop()
        self._idle_since = 0.0
        self._waiter: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._held = self._overhead = 0
        self._has_head = self._complete = self._asked = self._paused = self._reusable = False
        self._fault: Exception | None = None

    @property
    def reusable(self) -> bool:
        """Whether the answer has come whole, the request has gone whole, and another may follow."""
        done = self._complete and self._reusable and self._fault is None and not self._pieces
        return done and not self._transport.is_closing() and not self._transport.get_write_buffer_size()

    @property
    def idle_s(self) -> float:
        """Seconds since the last answer came whole."""
        return self._loop.time() - self._idle_since

    def send(self, head: bytes, pieces: Sequence[Piece], size: int) -> None:
        """Sends a request: `head` as it is, a body of `size` bytes in pieces."""
        self.status, self.headers = 0, {}
        self._overhead = 0
        self._has_head = self._complete = self._reusable = False
        self._asked = True
        if size > ONE_WRITE:
            self._transport.writelines([head, *pieces])
        else:
            self._transport.write(b"".join([head, *pieces]))

    async def head(self) -> None:
        """Waits for the answer's head. Raises Broken, TimeoutError, OSError."""
        while not self._has_head:
            await self._more()

    async def read(self) -> bytes:
        """The next bytes of the body, empty at its end. Raises Broken, TimeoutError, OSError."""
        while not self._pieces:
            if self._complete:
                return b""
            await self._more()
        pieces, self._pieces, self._held = self._pieces, [], 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def abort(self) -> None:
        """Ends the connection at once, whatever is on the way."""
        self._transport.abort()

    async def _more(self) -> None:
        if self._fault is not None:
            raise self._fault
        loop = self._loop
        asked_at, self._waiter = loop.time(), loop.create_future()
        # A timer of the loop's own: asyncio.timeout would be felt in each request.
        end = loop.call_later(self.patience_s, self._break, TimeoutError())
        try:
            await self._waiter
        finally:
            end.cancel()
            self._waiter = None
            self.patience_s -= loop.time() - asked_at

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _break(self, fault: Exception) -> None:
        if self._fault is None and not self._complete:
            self._fault = fault
        self._wake()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The server is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; bytes that nobody asked for end the connection."""
        if not self._asked or self._complete:
            self._reusable = False
            self._transport.abort()
            return
        self._overhead += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._break(Broken("what came is no HTTP/1.1"))
            self._transport.abort()
        if self._overhead > MAX_OVERHEAD_BYTES and not self._complete:
            self._break(Broken("too much came beside the body"))
            self._transport.abort()
        if self._held > MAX_HELD_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended; so has a body of which the head gave no other end."""
        framed = "content-length" in self.headers or "transfer-encoding" in self.headers
        if self._has_head and not framed and exc is None:
            self._complete = True
        self._break(exc or Broken("the connection ended before the answer did"))

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins; one behind the answer that was asked for makes the connection unfit for more."""
        self._reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; a trailer counts for nothing."""
        if not self._has_head:  # which stays so for whatever comes behind the answer
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """The head has come whole."""
        if self._has_head:
            return
        self.status = self._parser.get_status_code()
        self._has_head = self.status >= FIRST_FINAL
        if not self._has_head:
            self.headers = {}

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if not self._complete:
            self._overhead = 0
            self._held += len(body)
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer, or of a word on the way to it."""
        if self._has_head and not self._complete:
            self._complete = True
            self._reusable = self._parser.should_keep_alive()
            self._idle_since = self._loop.time()
