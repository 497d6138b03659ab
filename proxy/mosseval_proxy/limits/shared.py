"""Limits counted in Redis, for every gateway that is given the same one. The clock is the server's.

While Redis cannot be reached each process goes on with limits of its own, which start empty but for what is known to
be spent, and tries again every second: an evaluation that runs for hours is worth more than an exact count of a
minute. That is said once in the log when it begins and when it ends, and in the metric `mosseval_limits_redis_up`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from importlib import resources

import orjson
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry as PlainRetry

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.limits.leases import Taken
from mosseval_proxy.limits.memory import MemoryStore
from mosseval_proxy.limits.rules import Check, Refusal
from mosseval_proxy.metrics import Metrics

PREFIX = "{mosseval}:"
"""Of every name in Redis; the braces keep them on one node of a cluster, as the scripts need it."""
LEASE_S = 30.0
"""A request in flight counts so long after its process was last heard of."""
RENEW_S = 10.0
TRY_AGAIN_S = 1.0
TIMEOUT_S = 2.0
START_TIMEOUT_S = 5.0
CONNECTIONS = 32
FAILURES = (RedisError, OSError, TimeoutError)


class SharedStore:
    """Implements `Store` over Redis."""

    def __init__(self, url: str, metrics: Metrics) -> None:
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = redis.asyncio.Redis.from_pool(pool)
        self._take, self._settle, self._renew = (
            self._redis.register_script(_script(name)) for name in ("take", "settle", "renew")
        )
        self._metrics = metrics
        self._log = structlog.get_logger("mosseval_proxy")
        self._own = MemoryStore()
        self._away_until = 0.0
        self._up = True
        self._owed: dict[str, float] = {}
        self._live: dict[str, list[str]] = {}
        self._renewal: asyncio.Task[None] | None = None
        metrics.redis_up.set(1)

    async def take(self, wanted: tuple[Check, ...], lease: str) -> Taken | Refusal:
        """Takes all that is wanted, or nothing."""
        if time.monotonic() < self._away_until:
            return await self._own.take(wanted, lease)
        if not self._up:
            # One request tries whether it is back; the others do not wait for that.
            self._away_until = time.monotonic() + TRY_AGAIN_S
        try:
            await self._pay()
            failed, second, *spent = await self._take(_names(wanted), [_document(wanted), lease, LEASE_S])
        except FAILURES as error:
            self._lost(error)
            return await self._own.take(wanted, lease)
        self._found()
        if failed:
            check = wanted[failed - 1]
            return Refusal(check, None if check.kind == "budget" else float(second))
        self._remember(wanted, spent)
        self._watch(wanted, lease)
        return Taken(wanted, f"{PREFIX}{lease}", int(second))

    async def settle(self, taken: Taken, tokens: int | None, cost_usd: float) -> None:
        """Ends a lease, where it was taken."""
        lease = taken.id.removeprefix(PREFIX)
        self._live.pop(lease, None)
        if lease == taken.id:
            await self._own.settle(taken, tokens, cost_usd)
            self._owe(taken.checks, cost_usd)
            return
        words: list[bytes | str | int] = [
            _document(taken.checks),
            lease,
            taken.second,
            "" if tokens is None else tokens,
            repr(cost_usd),
        ]
        try:
            self._remember(taken.checks, await self._settle(_names(taken.checks), words))
        except FAILURES as error:
            self._lost(error)
            self._owe(taken.checks, cost_usd)
            self._own.spend(taken.checks, cost_usd)

    async def aclose(self) -> None:
        """Lets go of what is held, and closes connections."""
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal
        with contextlib.suppress(*FAILURES):
            await self._pay()
        with contextlib.suppress(*FAILURES):
            await self._redis.aclose()

    def _watch(self, wanted: tuple[Check, ...], lease: str) -> None:
        """Notes what has to be kept alive while its request lasts."""
        names = [PREFIX + check.name for check in wanted if check.kind == "in_flight"]
        if not names:
            return
        self._live[lease] = names
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._keep_alive())

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            held = [(name, lease) for lease, names in self._live.items() for name in names]
            if held:
                with contextlib.suppress(*FAILURES):
                    await self._renew([name for name, _ in held], [LEASE_S, *(lease for _, lease in held)])

    def _remember(self, checks: tuple[Check, ...], spent: Sequence[bytes]) -> None:
        """What budgets have been spent, for the time without Redis."""
        budgets = [check.name for check in checks if check.kind == "budget"]
        self._own.spent_usd.update({name: float(value) for name, value in zip(budgets, spent, strict=True)})

    def _owe(self, checks: tuple[Check, ...], cost_usd: float) -> None:
        for check in checks:
            if check.kind == "budget":
                self._owed[check.name] = self._owed.get(check.name, 0.0) + cost_usd

    async def _pay(self) -> None:
        """Books what was spent while Redis was away."""
        while self._owed:
            name, dollars = self._owed.popitem()
            try:
                await self._redis.incrbyfloat(PREFIX + name, dollars)
            except FAILURES:
                self._owed[name] = self._owed.get(name, 0.0) + dollars
                raise

    def _lost(self, error: BaseException) -> None:
        self._away_until = time.monotonic() + TRY_AGAIN_S
        if self._up:
            self._up = False
            self._metrics.redis_up.set(0)
            # Its words may hold the address with its password.
            self._log.error("redis is lost: each process keeps limits of its own", error=type(error).__name__)

    def _found(self) -> None:
        self._away_until = 0.0
        if not self._up:
            self._up = True
            self._metrics.redis_up.set(1)
            self._log.warning("redis is back: limits are shared again")


def check_redis(url: str) -> None:
    """Raises ConfigError, without the URL, where Redis cannot be reached or used."""
    try:
        with redis.Redis.from_url(
            url,
            socket_timeout=START_TIMEOUT_S,
            socket_connect_timeout=START_TIMEOUT_S,
            retry=PlainRetry(NoBackoff(), 0),
        ) as client:
            client.ping()
    except (*FAILURES, ValueError) as error:
        raise ConfigError(f"REDIS_URL: Redis cannot be used: {type(error).__name__}") from None


def _script(name: str) -> str:
    return resources.files("mosseval_proxy.limits").joinpath(f"{name}.lua").read_text(encoding="utf-8")


def _names(checks: tuple[Check, ...]) -> list[str]:
    return [PREFIX + check.name for check in checks]


def _document(checks: tuple[Check, ...]) -> bytes:
    return orjson.dumps([{"kind": check.kind, "limit": check.limit, "amount": check.amount} for check in checks])
