"""Limits counted in this process: gone with it, and not known to others."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from mosseval_proxy.limits.leases import Taken
from mosseval_proxy.limits.rules import Check, Refusal

WINDOW_S = 60
RETRY_IN_FLIGHT_S = 1.0


class MemoryStore:
    """Implements `Store`; every step is O(1) on average."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._in_flight: dict[str, int] = {}
        self.spent_usd: dict[str, float] = {}
        """By a check's name."""

    async def take(self, wanted: tuple[Check, ...], lease: str) -> Taken | Refusal:
        """Takes all that is wanted, or nothing."""
        now = self._clock()
        for check in wanted:
            wait = self._wait(check, now)
            if wait is not None:
                return Refusal(check, None if check.kind == "budget" else wait)
        for check in wanted:
            if check.kind == "in_flight":
                self._in_flight[check.name] = self._in_flight.get(check.name, 0) + 1
            elif check.kind != "budget":
                self._windows[check.name].add(int(now), check.amount)
        return Taken(wanted, lease, int(now))

    async def settle(self, taken: Taken, tokens: int | None, cost_usd: float) -> None:
        """Ends a lease."""
        now = int(self._clock())
        self.spend(taken.checks, cost_usd)
        for check in taken.checks:
            if check.kind == "in_flight":
                self._in_flight[check.name] -= 1
            elif check.kind == "tokens" and tokens is not None:
                self._windows[check.name].correct(taken.second, now, tokens - check.amount)

    def spend(self, checks: tuple[Check, ...], cost_usd: float) -> None:
        """Books dollars on the budgets among these checks."""
        for check in checks:
            if check.kind == "budget":
                self.spent_usd[check.name] = self.spent_usd.get(check.name, 0.0) + cost_usd

    async def aclose(self) -> None:
        """Holds no connections."""

    def _wait(self, check: Check, now: float) -> float | None:
        """How long until a check may go better, None where it passes."""
        if check.kind == "budget":
            return 0.0 if self.spent_usd.get(check.name, 0.0) >= check.limit else None
        if check.kind == "in_flight":
            return RETRY_IN_FLIGHT_S if self._in_flight.get(check.name, 0) >= check.limit else None
        window = self._windows.setdefault(check.name, _Window())
        return window.wait(now, check.limit, check.amount)


class _Window:
    """Amounts by second. A second counts until every moment of it lies more than `WINDOW_S` back."""

    __slots__ = ("_cells", "_total")

    def __init__(self) -> None:
        self._cells: deque[list[int]] = deque()
        self._total = 0

    def wait(self, now: float, limit: float, amount: int) -> float | None:
        """None where the amount fits; otherwise how long until enough has passed."""
        while self._cells and self._cells[0][0] < int(now) - WINDOW_S:
            self._total -= self._cells.popleft()[1]
        over = self._total + amount - limit
        if over <= 0:
            return None
        for second, held in self._cells:
            over -= held
            if over <= 0:
                return second + WINDOW_S + 1 - now
        return float(WINDOW_S)

    def add(self, second: int, amount: int) -> None:
        """Counts an amount."""
        if self._cells and self._cells[-1][0] == second:
            self._cells[-1][1] += amount
        else:
            self._cells.append([second, amount])
        self._total += amount

    def correct(self, taken: int, now: int, difference: int) -> None:
        """Puts a guess right: what came on top counts now, what was too much is taken back from where it stands."""
        if difference >= 0:
            self.add(now, difference)
            return
        for cell in self._cells:
            if cell[0] == taken:
                cell[1] += difference
                self._total += difference
                return
