"""What goes over the wire beneath litellm: one request a call, and the answer to it as the provider wrote it.

litellm's mapping loses much of what a provider says (the reason of a block, a status, the words of an error), follows
redirects with the body and the key, asks again after a broken connection, and bounds no answer. All of its clients
get their connections from one function; `install` puts a watch on what that hands out.
"""

from __future__ import annotations

import asyncio
import math
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import httpx

from mosseval_proxy.upstream.outgoing import Outgoing, check_whole, read
from mosseval_proxy.upstream.splicing import Lost, Payload, spliced

MAX_REJECTION_BYTES = 64 * 1024
"""Of a rejection's body so much is read; what is over is left."""


class AnswerTooLong(httpx.ReadError):
    """The provider sent more than the bound."""


class Exchange:
    """One call to a provider: its request's path, and status, headers and body of the answer as they came.

    `payloads` are the call's pictures, which must be in the request; `apart`: stand-ins are in it in their place.
    `timeout_s` bounds the time for which the provider's body is waited, none that a slow client takes among it.
    `sent` is what the request says beside its words (see `outgoing`), `lost` that a picture was not in it.
    `body` is None until the answer's head has come; iterating over it yields at most `limit` bytes, then raises
    AnswerTooLong. What was read of it is kept, unless it comes in pieces as was asked for (`streamed`); `whole` says
    that its end has come.
    """

    def __init__(self, limit: int, *, streamed: bool, payloads: Sequence[Payload] = (), apart: bool = False) -> None:
        self.limit = limit
        self.timeout_s = math.inf
        self.payloads = payloads
        self.apart = apart
        self.path = ""
        self.sent = Outgoing()
        self.lost = False
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.body: Body | None = None
        self.too_long = False
        self.whole = False
        self._streamed = streamed
        self._kept: list[bytes] = []

    @property
    def keeps(self) -> bool:
        """Whether the body is kept as it is read."""
        return self.rejected or not (self._streamed and self.is_event_stream)

    @property
    def rejected(self) -> bool:
        """Whether the provider answered with an error's status."""
        return self.status is not None and not 200 <= self.status < 300

    @property
    def is_event_stream(self) -> bool:
        """Whether the answer comes in pieces."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json"

    @property
    def data(self) -> bytes:
        """What was kept of the body."""
        return b"".join(self._kept)

    def keep(self, piece: bytes) -> None:
        """Notes a piece of the body."""
        self._kept.append(piece)

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The body as it comes, past litellm."""
        if self.body is not None:
            async for piece in self.body:
                yield piece

    async def read(self) -> None:
        """Reads the body to its end, if litellm has not: some answer whole where a stream was asked for."""
        if not self.whole:
            async for _ in self.pieces():
                pass

    async def aclose(self) -> None:
        """Gives the connection back, or up where the body was not read to its end."""
        if self.body is not None:
            await self.body.aclose()


_CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def begin(limit: int, *, streamed: bool, payloads: Sequence[Payload], apart: bool, timeout_s: float) -> Exchange:
    """The exchange of the call that this task is about to make."""
    exchange = Exchange(limit, streamed=streamed, payloads=payloads, apart=apart)
    exchange.timeout_s = timeout_s
    _CURRENT.set(exchange)
    return exchange


class Body(httpx.AsyncByteStream):
    """An answer's body on its way to whoever reads it: counted, and unpacked if it came packed."""

    def __init__(self, inner: httpx.AsyncByteStream, exchange: Exchange, packing: str) -> None:
        self._inner = inner
        self._exchange = exchange
        self._unpack = zlib.decompressobj(wbits=47) if packing else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes. Raises AnswerTooLong, httpx.ReadTimeout."""
        exchange = self._exchange
        loop, waited = asyncio.get_running_loop(), 0.0
        asked_at = loop.time()
        left = MAX_REJECTION_BYTES if exchange.rejected else exchange.limit
        async for packed in self._inner:
            waited += loop.time() - asked_at
            if waited > exchange.timeout_s:
                raise httpx.ReadTimeout("the answer takes too long")
            piece = self._unpack.decompress(packed, left + 1) if self._unpack else packed
            left -= len(piece)
            if left < 0 and exchange.rejected:
                break
            if left < 0:
                exchange.too_long = True
                raise AnswerTooLong(f"the answer is over {exchange.limit} bytes")
            if exchange.keeps:
                exchange.keep(piece)
            yield piece
            asked_at = loop.time()
        exchange.whole = True

    async def aclose(self) -> None:
        """Gives the connection back, or up where the body was not read to its end."""
        await self._inner.aclose()


class _Watched(httpx.AsyncBaseTransport):
    """Notes one request and its answer in the task's exchange, and lets no second one go out."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it. Raises httpx.ReadError for a second request of one call: no retries, no redirects."""
        exchange = _CURRENT.get()
        if exchange is None:
            return await self._inner.handle_async_request(request)
        if exchange.path:
            raise httpx.ReadError("one request a call")
        exchange.path = request.url.path
        request.headers["Accept-Encoding"] = "identity"
        request = _with_pictures(request, exchange)
        response = await self._inner.handle_async_request(request)
        exchange.status, exchange.headers = response.status_code, response.headers
        packing = response.headers.get("content-encoding", "identity").lower()
        if packing not in ("identity", "gzip", "deflate"):
            raise httpx.ReadError("the answer is packed in a way that was not asked for")
        assert isinstance(response.stream, httpx.AsyncByteStream)
        exchange.body = Body(response.stream, exchange, "" if packing == "identity" else packing)
        kept = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
        return httpx.Response(response.status_code, headers=kept, stream=exchange.body, request=request)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


class _WatchedBlocking(httpx.BaseTransport):
    """Holds a request of litellm's few blocking providers back where a picture is not in it."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends it. Raises Lost, and httpx.ReadError for a second request of one call."""
        exchange = _CURRENT.get()
        if exchange is not None:
            if exchange.path:
                raise httpx.ReadError("one request a call")
            exchange.path = request.url.path
            request = _with_pictures(request, exchange)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


def _with_pictures(request: httpx.Request, exchange: Exchange) -> httpx.Request:
    """The request as it is sent. Raises Lost."""
    try:
        content = _content(request)
        if not exchange.apart:
            check_whole(content, exchange.payloads)
        exchange.sent = read(content)
        return spliced(request, exchange.payloads) if exchange.apart and exchange.payloads else request
    except Lost:
        exchange.lost = True
        raise


def _content(request: httpx.Request) -> bytes:
    """The body; empty where it is sent in pieces, so that no picture is seen in it."""
    try:
        return request.content
    except httpx.RequestNotRead:
        return b""


def install(litellm: Any) -> None:
    """Puts the watch on every client that this litellm will make."""
    handlers = litellm.llms.custom_httpx.http_handler
    handler, blocking = handlers.AsyncHTTPHandler, handlers.HTTPHandler
    make, make_blocking = handler.create_async_transport, blocking.create_client

    def watched(*arguments: Any, **named: Any) -> _Watched:
        return _Watched(make(*arguments, **named) or httpx.AsyncHTTPTransport())

    def watched_blocking(self: Any) -> httpx.Client:
        # A transport of one's own would leave out certificates and proxies: those that httpx makes are wrapped.
        client: httpx.Client = make_blocking(self)
        client._transport = _WatchedBlocking(client._transport)
        client._mounts = {url: each and _WatchedBlocking(each) for url, each in client._mounts.items()}
        return client

    handler.create_async_transport = staticmethod(watched)
    blocking.create_client = watched_blocking
