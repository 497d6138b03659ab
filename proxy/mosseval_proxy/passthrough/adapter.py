"""Asks OpenAI-speaking servers directly, over pooled connections: an `Upstream` without litellm.

One request a call, no retries, no redirects, no cookies, no proxies from the environment; certificates are checked.
Answers are bounded in size and time and read as hostile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable

from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import ProviderFault, read_fault
from mosseval_proxy.outcomes.chat_form import read_whole, rejection
from mosseval_proxy.outcomes.collected import Collected
from mosseval_proxy.outcomes.events import Events, TooLong
from mosseval_proxy.outcomes.settled import cost, settle
from mosseval_proxy.passthrough.body import body
from mosseval_proxy.passthrough.connection import Broken, Connection
from mosseval_proxy.passthrough.pool import Pool
from mosseval_proxy.passthrough.targets import Target, target
from mosseval_proxy.records import Answer, Call, Delta
from mosseval_proxy.safety import settings_for
from mosseval_proxy.scrub import Scrubber

DRAIN_S = 0.05
"""How long a connection may take to end after a stream's last event; one that takes longer is not used again."""
MAX_REJECTION_BYTES = 64 * 1024
"""Of a rejection's body so much is read."""
REMEMBERED = 10_000
"""Targets that are kept: a wildcard stands for any number of them."""
BREAKS = (Broken, OSError, TooLong)
"""What a connection or an answer can break with."""


class PassThrough:
    """Implements `Upstream` for the entries that it `takes`. `secrets` are stripped from whatever servers say."""

    def __init__(
        self, catalogue: Catalogue, *, timeout_s: float, max_answer_bytes: int, secrets: Iterable[str]
    ) -> None:
        self._catalogue = catalogue
        self._timeout_s = timeout_s
        self._limit = max_answer_bytes
        self._scrubber = Scrubber(secrets)
        self._targets: dict[str, Target | None] = {}
        self._pool = Pool()

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is answered on this path."""
        return self._target(entry) is not None

    async def complete(self, call: Call) -> Answer:
        """Asks once. Raises GatewayError."""
        goal = self._goal(call)
        try:
            async with self._pool.lend(goal.origin, self._seconds(goal)) as connection:
                await _send(connection, call, goal, stream=False)
                outcome = await self._read(connection, goal)
        except BREAKS as error:
            outcome = self._broken(error, goal)
        return self._settle(outcome, call, goal)

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """Deltas as they come, then the whole. A server that ends without a finish reason was cut: GatewayError."""
        goal = self._goal(call)
        collected = Collected(goal.provider, self._limit)
        try:
            async with self._pool.lend(goal.origin, self._seconds(goal)) as connection:
                await _send(connection, call, goal, stream=True)
                async with contextlib.aclosing(self._deltas(connection, collected, goal)) as deltas:
                    async for delta in deltas:
                        yield delta
        except BREAKS as error:
            collected.end(self._broken(error, goal))
        yield self._settle(collected.outcome(), call, goal)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()

    async def _read(self, answer: Connection, goal: Target) -> Answer | GatewayError:
        """A whole answer or a rejection."""
        if answer.headers.get("content-encoding", "identity") != "identity":
            return GatewayError("upstream_unavailable", "the provider sent a compressed answer, unasked")
        if answer.status == 200:
            return read_whole(await _bounded(answer, self._limit, cut=False), goal.provider)
        said = await _bounded(answer, MAX_REJECTION_BYTES, cut=True)
        return read_fault(rejection(goal.provider, answer.status, said, answer.headers.get("retry-after")))

    async def _deltas(self, answer: Connection, collected: Collected, goal: Target) -> AsyncGenerator[Delta]:
        """A stream's pieces; some servers answer whole where a stream was asked for."""
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.status != 200 or kind != "text/event-stream":
            outcome = await self._read(answer, goal)
            collected.end(outcome)
            if isinstance(outcome, Answer) and (outcome.text or outcome.reasoning):
                yield Delta(outcome.text or "", outcome.reasoning or "")
            return
        events = Events(self._limit)
        while piece := await answer.read():
            for data in events.feed(piece):
                delta = collected.add(data)
                if delta is not None:
                    yield delta
            if collected.over:
                await _drain(answer)
                return

    def _broken(self, error: Exception, goal: Target) -> Answer | GatewayError:
        """A failure without the server's words; the exception's own may hold addresses."""
        if isinstance(error, TooLong):
            return GatewayError("upstream_unavailable", f"the provider's answer is over {self._limit} bytes")
        if isinstance(error, TimeoutError):
            waited = f"no answer within {self._seconds(goal):g} s"
            return read_fault(ProviderFault("Timeout", waited, goal.provider))
        return read_fault(ProviderFault("Connection", type(error).__name__, goal.provider))

    def _seconds(self, goal: Target) -> float:
        return goal.timeout_s or self._timeout_s

    def _settle(self, outcome: Answer | GatewayError, call: Call, goal: Target) -> Answer:
        """Completes an answer, or raises the failure."""
        priced = cost(outcome, call.entry) if isinstance(outcome, Answer) else None
        served = outcome.served_model if isinstance(outcome, Answer) else None
        return settle(
            outcome,
            self._scrubber,
            served_model=served or call.entry.deployments[0].model,
            provider=goal.provider,
            cost_usd=priced,
            dropped_params=tuple(sorted(name for name in call.params if not goal.takes(name))),
        )

    def _goal(self, call: Call) -> Target:
        """Where a call goes. Raises GatewayError for what cannot be left out."""
        goal = self._target(call.entry)
        if goal is None:
            raise ValueError(f"{call.entry.id} is not passed through")
        # No server on this path has such switches: raises where one was asked for.
        settings_for(goal.provider, goal.model, asked=call.safety_settings, own=call.entry.own.safety, params={})
        return goal

    def _target(self, entry: Entry) -> Target | None:
        if entry.id not in self._targets:
            if len(self._targets) >= REMEMBERED:
                self._targets.clear()
            self._targets[entry.id] = target(entry, self._catalogue)
        return self._targets[entry.id]


async def _send(connection: Connection, call: Call, goal: Target, *, stream: bool) -> None:
    """Sends the one request of a call, and waits for the head of its answer."""
    params = {name: value for name, value in call.params.items() if goal.takes(name)}
    pieces = body(call, goal.model, params, stream=stream)
    size = sum(map(len, pieces))
    connection.send(b"%s%d\r\n\r\n" % (goal.head, size), pieces, size)
    await connection.head()


async def _bounded(answer: Connection, limit: int, *, cut: bool) -> bytes:
    """The body, or what of it is within `limit` where it may be `cut`; else raises TooLong."""
    pieces, size = [], 0
    while piece := await answer.read():
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            if cut:
                break
            raise TooLong
    return b"".join(pieces)[:limit]


async def _drain(answer: Connection) -> None:
    """Waits for the end of a stream that has said its last, so that its connection can be used again."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while await answer.read():
                pass
