"""What a command holds open, and gives back when it ends."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType


class Held:
    """Async context manager by half: whoever enters puts what is opened on `_stack`; leaving closes it, last first."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
