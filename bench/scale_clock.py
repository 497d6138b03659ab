"""Virtual time: events in the order of their moments, those of one moment in the order in which they were set."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Clock:
    """`now` is in seconds from the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._number = 0

    def read(self) -> float:
        """What `time.monotonic` is to real time."""
        return self.now

    def after(self, seconds: float, what: Callable[..., None], *told: object) -> None:
        """Calls `what(*told)` when so many seconds have passed."""
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, what, told))

    def run(self) -> None:
        """Lets time pass until nothing is left to happen."""
        while self._events:
            self.now, _, what, told = heapq.heappop(self._events)
            what(*told)
