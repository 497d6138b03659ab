"""How much is worked on at once: so many requests, so many bytes of bodies, and a line of bounded length before that.

A request's body is read only once it has a place, so that those who wait cost no more than their connection. The line
is served in the order of arrival; beyond its end, or after too long in it, a request is told to come again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.metrics import Metrics

RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Requests worked on and waiting, bytes of bodies held, seconds in the line."""

    max_in_flight: int
    max_queue: int
    max_bytes: int
    queue_timeout_s: float


class Admission:
    """Gives out places; one object for each process, used from its event loop alone."""

    def __init__(self, bounds: Bounds, metrics: Metrics) -> None:
        self._bounds = bounds
        self._metrics = metrics
        self._line: deque[tuple[asyncio.Future[None], int]] = deque()
        self._in_flight = 0
        self._bytes = 0

    async def enter(self, size: int) -> Place:
        """A place for a request whose body may have `size` bytes. Raises GatewayError `rate_limit_exceeded`."""
        if not self._line and self._fits(size):
            self._take(size)
            return Place(self, size)
        bounds = self._bounds
        if len(self._line) >= bounds.max_queue:
            raise self._full("queue", f"{self._in_flight} requests in flight and {len(self._line)} waiting")
        turn = asyncio.get_running_loop().create_future()
        waiting = (turn, size)
        self._line.append(waiting)
        self._metrics.queue.inc()
        try:
            async with asyncio.timeout(bounds.queue_timeout_s):
                await turn
        except TimeoutError:
            self._give_up(waiting)
            raise self._full("queue", f"no turn within {bounds.queue_timeout_s:g} s") from None
        except BaseException:
            self._give_up(waiting)
            raise
        finally:
            self._metrics.queue.dec()
        return Place(self, size)

    def _give_up(self, waiting: tuple[asyncio.Future[None], int]) -> None:
        """Leaves the line, or the place that came in the same moment."""
        if waiting[0].done() and not waiting[0].cancelled():
            self.release(waiting[1])
            return
        # One that was cancelled may have been passed over already.
        with contextlib.suppress(ValueError):
            self._line.remove(waiting)
        self._call_up()

    def shrink(self, size: int) -> None:
        """Gives bytes back that a request turned out not to need."""
        self._bytes -= size
        self._metrics.body_bytes.dec(size)
        self._call_up()

    def release(self, size: int) -> None:
        """Gives a place back with its bytes."""
        self._in_flight -= 1
        self._metrics.in_flight.dec()
        self.shrink(size)

    def _fits(self, size: int) -> bool:
        return self._in_flight < self._bounds.max_in_flight and self._bytes + size <= self._bounds.max_bytes

    def _take(self, size: int) -> None:
        self._in_flight += 1
        self._bytes += size
        self._metrics.in_flight.inc()
        self._metrics.body_bytes.inc(size)

    def _call_up(self) -> None:
        """Lets in from the line what there is room for. The first waits for its room: nobody overtakes it."""
        while self._line and (self._line[0][0].cancelled() or self._fits(self._line[0][1])):
            turn, size = self._line.popleft()
            if not turn.cancelled():
                self._take(size)
                turn.set_result(None)

    def _full(self, limit: str, what: str) -> GatewayError:
        self._metrics.limited(limit)
        return GatewayError("rate_limit_exceeded", f"the gateway is full: {what}", retry_after_s=RETRY_AFTER_S)


class Place:
    """One request's place."""

    __slots__ = ("_admission", "_size")

    def __init__(self, admission: Admission, size: int) -> None:
        self._admission = admission
        self._size = size

    def holds(self, size: int) -> None:
        """Says how large the body really is, where less was read than was feared."""
        if size < self._size:
            self._admission.shrink(self._size - size)
            self._size = size

    def leave(self) -> None:
        """Gives the place back; once."""
        self._admission.release(self._size)
