"""What is killed in a round, and when: drawn from a seed, and dealt by the count of requests that the model has had."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

SHARD_KILLS, GATEWAYS = 3, 2
EARLIEST, LATEST = 0.05, 0.85
"""Of the samples: a round's blows fall when so many requests were sent."""
SIGNALS = ("KILL", "KILL", "TERM")
"""A lost node or no memory, twice as often as a pod that is told to end."""


@dataclass(frozen=True)
class Blow:
    """`draw` in [0, 1) picks one of those that run by then."""

    at: int
    kind: Literal["shard", "gateway"]
    signal: str
    draw: float


@dataclass(frozen=True)
class Dealt:
    """A blow that hit: whom, at which request, and how many seconds after the round's start."""

    blow: Blow
    victim: int
    requests: int
    seconds: float

    def __str__(self) -> str:
        signal = "" if self.blow.signal == "KILL" else f" {self.blow.signal}"
        return f"{self.blow.kind} {self.victim}{signal} at {self.requests} ({self.seconds:.0f} s)"


def planned(seed: int, samples: int) -> list[Blow]:
    """Three shards and one gateway, in the order of their moments."""
    drawn = random.Random(seed)

    def blow(kind: Literal["shard", "gateway"], signal: str) -> Blow:
        return Blow(round(samples * drawn.uniform(EARLIEST, LATEST)), kind, signal, drawn.random())

    found = [blow("shard", drawn.choice(SIGNALS)) for _ in range(SHARD_KILLS)]
    found.append(blow("gateway", "KILL"))
    return sorted(found, key=lambda each: each.at)


class Striker:
    """Deals the blows of a plan, each to one that has not had any; `kill` says whether the victim still ran."""

    def __init__(self, plan: list[Blow], kill: Callable[[str, str], bool]) -> None:
        self.left, self.kill = list(plan), kill
        self.dealt: list[Dealt] = []

    def look(self, requests: int, seconds: float, running: Mapping[str, Mapping[int, str]]) -> None:
        """`running`: by kind, the names of containers by their number."""
        while self.left and requests >= self.left[0].at:
            blow = self.left[0]
            had = {each.victim for each in self.dealt if each.blow.kind == blow.kind}
            able = [number for number in sorted(running[blow.kind]) if number not in had]
            if not able:
                return
            victim = able[int(blow.draw * len(able))]
            if not self.kill(running[blow.kind][victim], blow.signal):
                return
            self.left.pop(0)
            self.dealt.append(Dealt(blow, victim, requests, seconds))
