"""A client's connection: what comes before a request is bounded in time and size, and a client that leaves is noticed.

uvicorn waits for ever for the end of a head, and takes heads and trailers of any size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from mosseval_proxy.protocol.corked import Corked
from mosseval_proxy.protocol.wire import CuttableProtocol

DEPARTURES = "mosseval.departures"
"""The ASGI extension: a `Departures`."""
MAX_HEAD_BYTES = 64 * 1024
MAX_OVERHEAD_BYTES = 4 * 1024 * 1024
"""Of chunk sizes and trailers around a body."""


class Departures:
    """Who is to be told when the client leaves; one who asks after that is told at once."""

    __slots__ = ("_left", "_told")

    def __init__(self) -> None:
        self._told: set[Callable[[], None]] = set()
        self._left = False

    def add(self, leave: Callable[[], None]) -> None:
        """Has this function called, once."""
        self._told.add(leave)
        if self._left:
            leave()

    def discard(self, leave: Callable[[], None]) -> None:
        """Takes that back."""
        self._told.discard(leave)

    def happen(self) -> None:
        """The client has left."""
        self._left = True
        for leave in tuple(self._told):
            leave()


class Connection(CuttableProtocol):
    """uvicorn's HTTP protocol within bounds."""

    patience_s = 60.0
    """For a head to come whole, and for the rest of a body that nobody wants any more."""
    _patience: asyncio.TimerHandle | None = None
    _overhead = 0
    _in_head = True
    _fresh = False
    """Whether a head has just come whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came: it has so long to say what it wants."""
        super().connection_made(cast(asyncio.Transport, Corked(transport, self.loop)))
        self._departures = Departures()
        self._patience = self.loop.call_later(self.patience_s, self._lose_patience)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client left: whoever works for it is told."""
        super().connection_lost(exc)
        self._be_patient()
        self._departures.happen()

    def data_received(self, data: bytes) -> None:
        """Counts what is no body, and watches the clock while no request is in hand."""
        self._overhead += len(data)
        super().data_received(data)
        if self._overhead > (MAX_HEAD_BYTES if self._in_head else MAX_OVERHEAD_BYTES):
            self._lose_patience()
        elif self.cycle is not None and not self.cycle.response_complete:
            self._be_patient()
            if self._fresh and self.cycle.more_body:
                # Until somebody asks for the body (`receive` goes on reading): whoever waits costs one read, not more.
                self.flow.pause_reading()
            self._fresh = False
        elif self._patience is None and not self.transport.is_closing():
            self._patience = self.loop.call_later(self.patience_s, self._lose_patience)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True
        self._overhead = min(self._overhead, 0)

    def on_headers_complete(self) -> None:
        """A head ends."""
        self._in_head, self._fresh = False, True
        super().on_headers_complete()
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[DEPARTURES] = self._departures

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._overhead -= len(body)
        super().on_body(body)

    @classmethod
    def within(cls, patience_s: float) -> type[Connection]:
        """The class with a patience of its own: uvicorn makes the objects."""
        return type("Connection", (cls,), {"patience_s": patience_s})

    def on_message_complete(self) -> None:
        """A body has come whole: nothing more is held back, and only reading shows that a client leaves."""
        super().on_message_complete()
        self.flow.resume_reading()

    def on_response_complete(self) -> None:
        """An answer is out: what came of the body and was not read is not kept."""
        if self.cycle.response_complete:
            self.cycle.body = bytearray()
        super().on_response_complete()

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        self._be_patient()
        self.transport.close()
