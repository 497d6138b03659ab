"""How fast to ask: the number of requests in flight, and requests and tokens a minute.

One asker waits for slots (`slot`), many requests give them back (`done`); everything runs in one event loop.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from statistics import median

from aiolimiter import AsyncLimiter

from mosseval.errors import StoppedEarly

START = 8
CEILING = 256
SLOWER = 2.0
"""A window whose median latency is this many times the best window's counts as an endpoint that does not keep up."""
WINDOW = 16
BURST_S = 1.0
"""429s this close together are one setback; as much may be asked at once after a lull."""
FIRST_TOKEN_GUESS = 1500
"""Tokens of a request before any answer has told: a picture, a question, an answer of middling length."""


class Concurrency:
    """How many requests may be in flight: a fixed number, or one that follows the endpoint.

    Following (additive increase, multiplicative decrease, RFC 5681's idea): doubles a window at first, one more a
    window after the first setback, half on a 429 or where latency doubles. `clock` counts seconds.
    """

    def __init__(self, fixed: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.fixed = fixed
        self._clock = clock
        self.in_flight = 0
        self._freed = asyncio.Event()
        self.forget()

    def forget(self) -> None:
        """Starts low again: another model, another pace."""
        self.limit = self.fixed or START
        self._latencies: deque[float] = deque(maxlen=WINDOW)
        self._best: float | None = None
        self._since_change = 0
        self._probing = True
        self._halved_at = -math.inf

    async def slot(self) -> None:
        """Waits for a free slot and takes it."""
        while self.in_flight >= self.limit:
            self._freed.clear()
            await self._freed.wait()
        self.in_flight += 1

    async def landing(self) -> None:
        """Waits until some request in flight gives its slot back."""
        self._freed.clear()
        await self._freed.wait()

    def done(self, latency_s: float | None) -> None:
        """Gives a slot back; `latency_s` of its successful attempt, None where there was none."""
        self.in_flight -= 1
        self._freed.set()
        if self.fixed is None and latency_s is not None:
            self._learn(latency_s)

    def throttled(self) -> None:
        """The endpoint said 429: half as many; a burst of them counts once, and nothing grows meanwhile."""
        self._since_change = 0
        if self.fixed is None and self._clock() - self._halved_at >= max(BURST_S, self._best or 0.0):
            self._halve()

    def _learn(self, latency_s: float) -> None:
        self._latencies.append(latency_s)
        self._since_change += 1
        if self._since_change < max(self.limit, WINDOW // 4):
            return
        typical = median(self._latencies)
        self._best = typical if self._best is None else min(self._best, typical)
        if typical > SLOWER * self._best + 0.05:
            self._halve()
            return
        self.limit = min(CEILING, self.limit * 2 if self._probing else self.limit + 1)
        self._since_change = 0

    def _halve(self) -> None:
        self.limit = max(1, self.limit // 2)
        self._probing = False
        self._halved_at = self._clock()
        self._since_change = 0
        self._latencies.clear()


class Rate:
    """Requests and tokens a minute, spread evenly: no burst at the start that a provider would punish."""

    def __init__(self, rpm: int | None = None, tpm: int | None = None) -> None:
        self._requests = AsyncLimiter(1, 60 / rpm) if rpm else None
        self._tokens = Tokens(tpm) if tpm else None

    @property
    def limited(self) -> bool:
        """False where nothing ever waits."""
        return self._requests is not None or self._tokens is not None

    async def admit(self) -> float:
        """Waits until one more attempt fits both limits; returns the tokens charged for it, for `learn`."""
        if self._requests is not None:
            await self._requests.acquire()
        return await self._tokens.admit() if self._tokens is not None else 0.0

    def learn(self, charged: float, total_tokens: int | None) -> None:
        """Settles an attempt: what it really cost in place of what `admit` charged.

        0 for one that brought no answer; None where the answer does not tell, and the charge stands.
        """
        if self._tokens is not None and total_tokens is not None:
            self._tokens.settle(charged, total_tokens)


class Tokens:
    """Tokens a minute, paid for afterwards: an attempt may start once those before it are paid off.

    aiolimiter cannot take back what it was told, and here an attempt's cost is known only from its answer.
    """

    def __init__(self, tpm: int) -> None:
        self._tpm = tpm
        self._typical: float | None = None
        self._paid_off_at = -math.inf
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()

    async def admit(self) -> float:
        """Waits for its turn, in the order of asking; charges a guess from the answers so far, and returns it."""
        async with self._turn:
            while (wait_s := self._paid_off_at - time.monotonic()) > 0:
                self._settled.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._settled.wait(), wait_s)
            guess = FIRST_TOKEN_GUESS if self._typical is None else self._typical
            self._paid_off_at = max(self._paid_off_at, time.monotonic() - BURST_S)
            self._owe(guess)
            return guess

    def settle(self, charged: float, cost: int) -> None:
        """Replaces a guess by what it really was; no answer costs more than a minute's tokens, whatever it says."""
        cost = min(cost, self._tpm)
        if cost:
            self._typical = cost if self._typical is None else self._typical + 0.2 * (cost - self._typical)
        self._owe(cost - charged)
        self._settled.set()

    def _owe(self, tokens: float) -> None:
        self._paid_off_at += tokens * 60 / self._tpm


class Budget:
    """Dollars: whether one more request may start, counting the dearest answer so far for each in flight."""

    def __init__(self, max_usd: float | None, spent_usd: float = 0.0, dearest_usd: float = 0.0) -> None:
        self.max_usd = max_usd
        self.spent_usd = spent_usd
        self.dearest_usd = dearest_usd

    def allows(self, in_flight: int) -> bool:
        """True if the limit holds even when all of `in_flight` and one more cost as much as the dearest."""
        if self.max_usd is None:
            return True
        return self.spent_usd + (in_flight + 1) * self.dearest_usd <= self.max_usd

    def exhausted(self) -> StoppedEarly:
        """What a run ends with where one more request is not allowed."""
        return StoppedEarly(
            f"the next answer could pass --max-cost {self.max_usd:g} USD "
            f"(spent {self.spent_usd:.6g}, dearest answer {self.dearest_usd:.6g})",
            hint="a larger --max-cost goes on from here",
        )

    def recall(self, spent_usd: float, dearest_usd: float) -> None:
        """Counts what earlier commands spent on the same run."""
        self.spent_usd += spent_usd
        self.dearest_usd = max(self.dearest_usd, dearest_usd)

    def spend(self, cost_usd: float | None) -> None:
        """Counts an answer's cost."""
        if cost_usd is not None:
            self.spent_usd += cost_usd
            self.dearest_usd = max(self.dearest_usd, cost_usd)
