"""Simulated: gateways that share one limit, and a model behind them.

The limit is the gateway's own code (`mosseval_proxy.limits.memory`, which counts as `take.lua` does in Redis) on the
virtual clock: of any 60 seconds at most `rpm` requests pass, the others are told when to come again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from mosseval_proxy.limits import MemoryStore
from mosseval_proxy.limits.leases import Taken
from mosseval_proxy.limits.rules import Check, Refusal
from scale_clock import Clock


@dataclass(frozen=True, slots=True)
class Service:
    """How long a model takes, in seconds: lognormal, and for a share of requests `straggler_times` as long.

    `measured` in their place: latencies of a real run, drawn from.
    """

    median_s: float = 2.0
    sigma: float = 0.4
    stragglers: float = 0.01
    straggler_times: float = 10.0
    measured: tuple[float, ...] = ()

    @property
    def mean_s(self) -> float:
        """The mean."""
        if self.measured:
            return sum(self.measured) / len(self.measured)
        plain = self.median_s * math.exp(self.sigma**2 / 2)
        return plain * (1 + self.stragglers * (self.straggler_times - 1))

    def draw(self, chance: random.Random) -> float:
        """One request's."""
        if self.measured:
            return chance.choice(self.measured)
        slow = self.straggler_times if chance.random() < self.stragglers else 1.0
        return slow * self.median_s * math.exp(chance.gauss(0.0, self.sigma))


@dataclass(frozen=True, slots=True)
class Gateways:
    """`rpm` None: no limit. `per_s`: requests a second that all gateways together get through, the rejected ones too.

    `at_once`: how many requests the model serves at full speed; more of them share that speed. None: any number.
    """

    rpm: int | None = None
    per_s: float = math.inf
    at_once: int | None = None


class Endpoint:
    """Answers or rejects; `admitted` holds the moments at which requests passed, in order."""

    def __init__(self, clock: Clock, gateways: Gateways, service: Service, chance: random.Random) -> None:
        self.admitted: list[float] = []
        self.rejected = 0
        self._clock = clock
        self._gateways = gateways
        self._service = service
        self._chance = chance
        self._store = MemoryStore(clock.read)
        self._checks = (Check("model m", "requests", gateways.rpm),) if gateways.rpm else ()
        self._free_at = 0.0
        self._in_flight = 0

    def reach(self) -> float:
        """Seconds until a request that is sent now has been read by a gateway."""
        if math.isinf(self._gateways.per_s):
            return 0.0
        self._free_at = max(self._free_at, self._clock.now) + 1 / self._gateways.per_s
        return self._free_at - self._clock.now

    def ask(self) -> tuple[bool, float]:
        """Whether it is answered, and in how many seconds; or how long to wait, as `Retry-After` says it."""
        outcome = _now(self._store, self._checks) if self._checks else None
        if isinstance(outcome, Refusal):
            self.rejected += 1
            return False, float(math.ceil(outcome.wait_s or 0.0))
        self.admitted.append(self._clock.now)
        latency_s = self._service.draw(self._chance)
        if self._gateways.at_once:
            self._in_flight += 1
            latency_s *= max(1.0, self._in_flight / self._gateways.at_once)
            self._clock.after(latency_s, self._landed)
        return True, latency_s

    def _landed(self) -> None:
        self._in_flight -= 1


def most_in_a_minute(moments: Sequence[float], window_s: float = 60.0) -> int:
    """The most of these moments, which are in order, that any window holds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def _now(store: MemoryStore, checks: tuple[Check, ...]) -> Taken | Refusal:
    """What `take` answers; in memory it waits for nothing, so that no event loop is needed."""
    taking = store.take(checks, "")
    try:
        taking.send(None)
    except StopIteration as done:
        found: Taken | Refusal = done.value
        return found
    raise AssertionError("the store in memory waited for something")
