"""Whether the gateway is to end, and what is in hand: the signal sets `ending`, endpoints and guard read it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Life:
    """Of one process; only its event loop and the signal handler touch it."""

    ending: bool = False
    in_hand: int = 0
    """Requests begun and not ended, other than questions for health."""
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        """A request came."""
        self.in_hand += 1
        self._idle.clear()

    def end(self) -> None:
        """A request ended, however it did."""
        self.in_hand -= 1
        if self.in_hand == 0:
            self._idle.set()

    async def idle(self) -> None:
        """Returns once nothing is in hand."""
        while self.in_hand:
            await self._idle.wait()
