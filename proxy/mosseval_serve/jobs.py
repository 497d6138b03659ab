"""A request on its way through the engine, and what comes back for it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from mosseval_serve.chat_request import Decoding
from mosseval_serve.conversation import Chat
from mosseval_serve.errors import ServeError


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A generated token with its log-probability, and the likeliest tokens in its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more of an answer."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """The end of an answer. `completion_tokens` counts every token generated, the one that ends it included."""

    finish_reason: Literal["stop", "length"]
    prompt_tokens: int
    completion_tokens: int


Event = Piece | End | ServeError


class Job:
    """One request for the engine's thread; `deliver` takes what comes of it, there.

    `cancelled` may be set from any thread: its row is then freed at the next token.
    """

    def __init__(self, chat: Chat, decoding: Decoding, deliver: Callable[[Event], None], *, streamed: bool) -> None:
        self.chat = chat
        self.decoding = decoding
        self.streamed = streamed
        self.arrived = time.monotonic()
        self.cancelled = False
        self.begun = False
        """Whether anything of the answer has left: then it cannot be started anew."""
        self.finished = False
        self._deliver = deliver

    @property
    def batch_key(self) -> tuple[int, int | None]:
        """Jobs of one key can share a batch: without beams, all; with beams, those of one width and length."""
        beams = self.decoding.num_beams
        return (beams, self.decoding.max_tokens if beams > 1 else None)

    def tell(self, event: Event) -> None:
        """Hands on what came of the job."""
        self.begun = True
        self.finished = self.finished or not isinstance(event, Piece)
        self._deliver(event)


class Mailbox:
    """Where the event loop waits for what the engine's thread says."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    def deliver(self, event: Event) -> None:
        """From the engine's thread. A loop that is closed has nobody left to tell."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._events.put_nowait, event)

    async def events(self) -> AsyncIterator[Piece | End]:
        """The answer as it comes, `End` last. Raises ServeError where it fails."""
        while True:
            event = await self._events.get()
            if isinstance(event, ServeError):
                raise event
            yield event
            if isinstance(event, End):
                return
