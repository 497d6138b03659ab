"""Simulated: one evaluator in a pod, on its shard. Its pace is the evaluator's own code (`mosseval.pace.Concurrency`),
its patience that of `mosseval.client`, its segments those of `mosseval.store.Bounds`; time is virtual.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal

from mosseval.client import BACKOFF_S, Patience
from mosseval.pace import Concurrency
from mosseval.runner import FAILURES_IN_A_ROW
from mosseval.store import Bounds
from scale_clock import Clock
from scale_endpoint import Endpoint

End = Literal["complete", "gaps", "stopped", "killed"]


@dataclass(slots=True)
class Shard:
    """Samples by number: those that are owed, and how often each was answered and stored."""

    index: int
    owed: deque[int]
    stored: dict[int, int] = field(default_factory=dict)
    free_at: float = 0.0
    """When the lease of whoever held it before is over."""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Habits:
    """What all pods have in common. `pace_rpm`: `--rpm` of each, None: none."""

    bounds: Bounds = field(default_factory=Bounds)
    patience: Patience = field(default_factory=Patience)
    pace_rpm: float | None = None
    fixed: int | None = None


class Pod:
    """Asks what its shard owes; `ended` is told how it ended."""

    def __init__(
        self, clock: Clock, endpoint: Endpoint, shard: Shard, habits: Habits, ended: Callable[[Pod, End], None]
    ) -> None:
        self.shard = shard
        self.pace = Concurrency(habits.fixed, clock.read)
        self.answered = 0
        self.began = clock.now
        self.alive = False
        self._clock = clock
        self._endpoint = endpoint
        self._habits = habits
        self._ended = ended
        self._flying: dict[int, float] = {}
        self._failed: list[int] = []
        self._open: list[int] = []
        self._segment = 0
        self._alone = True
        self._in_a_row = 0
        self._next_at = 0.0

    def begin(self) -> None:
        """Starts asking; the shard is free."""
        self.began, self.alive = self._clock.now, True
        self._fill()

    def kill(self) -> None:
        """The machine is gone: what is in flight, and what is not stored, is owed again."""
        if self.alive:
            self.shard.owed.extend((*self._flying, *self._open, *self._failed))
            self.shard.free_at = self._clock.now + self._habits.bounds.lease_s
            self._leave("killed")

    def _fill(self) -> None:
        owed = self.shard.owed
        while self.alive and owed and self.pace.in_flight < self.pace.limit and not (self._alone and self._flying):
            sample = owed.popleft()
            self.pace.in_flight += 1
            self._flying[sample] = self._clock.now
            self._send(sample, 1)
        if self.alive and not owed and not self._flying:
            self._close_segment()
            self.shard.owed.extend(self._failed)
            self._leave("gaps" if self._failed else "complete")

    def _send(self, sample: int, attempt: int) -> None:
        """Sends when `--rpm` lets it, and the gateway has read it."""
        wait_s = 0.0
        if self._habits.pace_rpm:
            at = max(self._clock.now, self._next_at)
            self._next_at = at + 60 / self._habits.pace_rpm
            wait_s = at - self._clock.now
            # What is waited for the rate is outside the deadline.
            self._flying[sample] += wait_s
        if wait_s:
            self._clock.after(wait_s, self._sent, sample, attempt)
        else:
            self._sent(sample, attempt)

    def _sent(self, sample: int, attempt: int) -> None:
        if not self.alive:
            return
        until_read_s = self._endpoint.reach()
        if until_read_s:
            self._clock.after(until_read_s, self._read, sample, attempt)
        else:
            self._read(sample, attempt)

    def _read(self, sample: int, attempt: int) -> None:
        if not self.alive:
            return
        passed, seconds = self._endpoint.ask()
        if passed:
            self._clock.after(seconds, self._settle, sample, seconds if attempt == 1 else None)
            return
        self.pace.throttled()
        wait_s = max(BACKOFF_S(SimpleNamespace(attempt_number=attempt)), seconds)  # type: ignore[arg-type]
        left_s = self._flying[sample] + self._habits.patience.deadline_s - self._clock.now
        if attempt >= self._habits.patience.max_attempts or left_s <= wait_s:
            self._fail(sample)
        else:
            self._clock.after(wait_s, self._again, sample, attempt + 1)

    def _again(self, sample: int, attempt: int) -> None:
        if self.alive:
            self._send(sample, attempt)

    def _settle(self, sample: int, latency_s: float | None) -> None:
        if not self.alive:
            return
        del self._flying[sample]
        self.pace.done(latency_s)
        self.answered += 1
        self._alone, self._in_a_row = False, 0
        if not self._open:
            self._clock.after(self._habits.bounds.seconds, self._aged, self._segment)
        self._open.append(sample)
        if len(self._open) >= self._habits.bounds.records // 2:
            self._close_segment()
        self._fill()

    def _fail(self, sample: int) -> None:
        del self._flying[sample]
        self.pace.done(None)
        self._failed.append(sample)
        self._in_a_row += 1
        if self._alone or self._in_a_row >= FAILURES_IN_A_ROW:
            self._close_segment()
            self.shard.owed.extend((*self._flying, *self._failed))
            self._leave("stopped")
        else:
            self._clock.after(0.0, self._fill)

    def _aged(self, segment: int) -> None:
        if self.alive and segment == self._segment:
            self._close_segment()

    def _close_segment(self) -> None:
        for sample in self._open:
            self.shard.stored[sample] = self.shard.stored.get(sample, 0) + 1
        self._open = []
        self._segment += 1

    def _leave(self, end: End) -> None:
        self.alive = False
        self._ended(self, end)


def seeded(seed: int) -> random.Random:
    """The source of chance of one simulation; the client's backoff draws from `random` itself."""
    random.seed(seed)
    return random.Random(seed)
