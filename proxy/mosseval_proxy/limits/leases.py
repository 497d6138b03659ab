"""What a request holds of its limits, from its beginning to its end."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Protocol

from mosseval_proxy.catalogue import Entry
from mosseval_proxy.keys.ring import Key
from mosseval_proxy.limits.rules import Check, Refusal, checks
from mosseval_proxy.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken, under an id, in a second of the store's own clock."""

    checks: tuple[Check, ...]
    id: str
    second: int


class Store(Protocol):
    """Counts what is taken. `take` makes all checks and takes all, or nothing."""

    async def take(self, wanted: tuple[Check, ...], lease: str) -> Taken | Refusal:
        """Takes what is wanted, or says what stands against it."""
        ...

    async def settle(self, taken: Taken, tokens: int | None, cost_usd: float) -> None:
        """Ends a lease: `tokens` is what it really came to, None where nobody counted."""
        ...

    async def aclose(self) -> None:
        """Gives up connections."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Applies the limits of keys and models."""

    store: Store
    metrics: Metrics

    async def take(self, key: Key, entry: Entry, tokens: int) -> Lease:
        """Raises GatewayError: `rate_limit_exceeded` with the time to wait, `insufficient_quota` for a spent budget."""
        wanted = checks(key, entry, tokens)
        if not wanted:
            return FREE
        outcome = await self.store.take(wanted, secrets.token_hex(8))
        if isinstance(outcome, Refusal):
            self.metrics.limited(outcome.label)
            raise outcome.error()
        return Lease(self.store, outcome)


class Lease:
    """One request's share."""

    __slots__ = ("_settling", "_store", "_taken")

    def __init__(self, store: Store | None = None, taken: Taken | None = None) -> None:
        self._store = store
        self._taken = taken
        self._settling: asyncio.Task[None] | None = None

    async def settle(self, tokens: int | None, cost_usd: float | None) -> None:
        """Gives back what was not used, and books what was. The first call counts, whoever leaves meanwhile."""
        if self._store is None or self._taken is None:
            return
        if self._settling is None:
            self._settling = asyncio.create_task(self._store.settle(self._taken, tokens, cost_usd or 0.0))
        await asyncio.shield(self._settling)


FREE = Lease()
"""Of a request that nothing limits."""
