"""A client's connection: what comes before a request is bounded in time and size, and a client that leaves is noticed.

uvicorn waits for ever for the end of a head, and takes heads and trailers of any size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from mosseval_proxy.protocol.corked import Corked
from mosseval_proxy.protocol.wire import CuttableProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

DEPARTURES = "mosseval.departures"
"""The ASGI extension: a `Departures`."""
ARRIVED = "mosseval.arrived"
"""The ASGI extension: says whether the request's body is there already, so that nobody need watch the clock for it."""
MAX_HEAD_BYTES = 64 * 1024
MAX_OVERHEAD_BYTES = 4 * 1024 * 1024
"""Of chunk sizes and trailers around a body."""
MAX_AHEAD, MAX_BYTES_AHEAD = 16, 1024 * 1024
"""Requests that a client may send before it has the answer to an earlier one, and bytes of their bodies."""


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
    """For a head to come whole, for the rest of a body that nobody wants any more, and for a client that does not read
    what it asked for."""
    _patience: asyncio.TimerHandle | None = None
    _reader: asyncio.TimerHandle | None = None
    """Looks whether a client still reads, while too much is waiting to be sent."""
    _working: RequestResponseCycle | None = None
    """The request that has its turn."""
    _overhead = 0
    _ahead = 0
    """Bytes of bodies that came before their turn."""
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
        if self._working is not None and not self._working.response_complete:
            # uvicorn marks the newest request alone, which may not have had its turn.
            self._working.disconnected = True
            self._working.message_event.set()
        self._be_patient()
        self._stop_watching()
        self._departures.happen()

    def data_received(self, data: bytes) -> None:
        """Counts what is no body, and watches the clock while no request is in hand."""
        self._overhead += len(data)
        super().data_received(data)
        if self._overhead > (MAX_HEAD_BYTES if self._in_head else MAX_OVERHEAD_BYTES):
            self._lose_patience()
        elif self.cycle is not None and not self.cycle.response_complete:
            self._be_patient()
            if self.pipeline:
                # What comes before its turn is bounded; reading goes on, for only that shows that a client leaves.
                self.flow.resume_reading()
            elif self._fresh and self.cycle.more_body:
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
        if len(self.pipeline) > MAX_AHEAD:
            self._lose_patience()
        extensions: dict[str, Any] = self.scope["extensions"]
        extensions[DEPARTURES] = self._departures
        cycle = self.cycle
        extensions[ARRIVED] = lambda: not cycle.more_body

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._overhead -= len(body)
        held: bytes | bytearray = self.cycle.body
        # uvicorn gathers pieces in an array and hands out a copy of it. Of a body that comes in one, as most do,
        # nothing need be copied: bytes added to no bytes are themselves.
        if not held:
            self.cycle.body = b""  # type: ignore[assignment]
        elif isinstance(held, bytes):
            self.cycle.body = bytearray(held)
        super().on_body(body)
        if self.pipeline:
            self._ahead += len(body)
            if self._ahead > MAX_BYTES_AHEAD:
                self._lose_patience()

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
        if not self.pipeline:
            self._ahead = 0

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._working = cycle
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        """Too much is waiting to be sent: who writes waits, and the client has to read on."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It has been sent."""
        super().resume_writing()
        self._stop_watching()

    def _watch(self) -> None:
        waiting = self.transport.get_write_buffer_size()
        self._reader = self.loop.call_later(self.patience_s, self._check_reader, waiting)

    def _check_reader(self, before: int) -> None:
        """Gives up a client that took nothing in all the time: closing would wait for it too."""
        if self.transport.get_write_buffer_size() < before:
            self._watch()
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _lose_patience(self) -> None:
        self._be_patient()
        self.transport.close()
