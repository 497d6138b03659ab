"""Simulated: an Indexed Job (N indexes, P pods at once) whose pods start, are preempted, fail and are started again.

As Kubernetes does it: an index that failed is tried again after 10 s, 20 s, 40 s … at most 6 min, and a disruption is
no failure (https://kubernetes.io/docs/concepts/workloads/controllers/job/).
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

from scale_clock import Clock
from scale_endpoint import Endpoint, Gateways, Service, most_in_a_minute
from scale_pods import End, Habits, Pod, Shard, seeded

FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10.0, 360.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """`start_s` is the median time from a pod's creation to its first question, lognormal with `start_sigma`.

    `preempted`: kills a pod-hour. `retries`: how often an index may fail. `stealing`: all pods take from one queue, as
    if work were stolen at no cost.
    """

    pods: int
    shards: int
    samples: int
    gateways: Gateways = field(default_factory=Gateways)
    service: Service = field(default_factory=Service)
    habits: Habits = field(default_factory=Habits)
    start_s: float = 10.0
    start_sigma: float = 0.5
    preempted: float = 0.0
    retries: int = 6
    stealing: bool = False
    seed: int = 1

    @property
    def ideal_s(self) -> float:
        """The least time: one start, one answer, and whichever is longest: the limit, the model, the longest shard.

        The limit lets a whole minute's requests through at once at the beginning. Half of all answers behind each other
        is no bound, as pods may ask as many at once as they like.
        """
        bounds = [0.0]
        if self.gateways.rpm:
            bounds.append(60.0 * (self.samples / self.gateways.rpm - 1))
        if self.gateways.at_once:
            bounds.append(self.samples * self.service.mean_s / self.gateways.at_once)
        if not math.isinf(self.gateways.per_s):
            bounds.append(self.samples / self.gateways.per_s)
        return self.start_s + self.service.mean_s + max(bounds)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a scenario. `stored`: how often each sample was answered and kept; `ends`: how pods ended."""

    scenario: Scenario
    makespan_s: float
    sent: int
    rejected: int
    stored: dict[int, int]
    ends: dict[str, int]
    given_up: int
    utilisation: float | None
    fairness: float
    most_in_a_minute: int

    @property
    def over_ideal(self) -> float:
        """Makespan by the ideal one."""
        return self.makespan_s / self.scenario.ideal_s

    @property
    def twice(self) -> float:
        """Of all samples, the share of answers that were asked for beyond one each."""
        return self.sent / len(self.stored) - 1 if self.stored else 0.0

    @property
    def rejected_each(self) -> float:
        """Rejections for each answer."""
        return self.rejected / max(1, self.sent)


class Job:
    """Runs a scenario, once."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._clock = Clock()
        self._chance = seeded(scenario.seed)
        self._endpoint = Endpoint(self._clock, scenario.gateways, scenario.service, self._chance)
        self._shards = _shards(scenario)
        self._waiting = deque(self._shards)
        self._running = 0
        self._finished_at = 0.0
        self._ends: Counter[str] = Counter()
        self._given_up = 0
        self._paces: list[float] = []

    def run(self) -> Result:
        """Lets time pass until every index has ended."""
        self._start()
        self._clock.run()
        stored: dict[int, int] = {}
        for shard in {id(each.stored): each for each in self._shards}.values():
            stored.update(shard.stored)
        rpm, admitted = self._scenario.gateways.rpm, self._endpoint.admitted
        return Result(
            scenario=self._scenario,
            makespan_s=self._finished_at,
            sent=len(admitted),
            rejected=self._endpoint.rejected,
            stored=stored,
            ends=dict(self._ends),
            given_up=self._given_up,
            utilisation=_utilisation(admitted, rpm) if rpm else None,
            fairness=_jain(self._paces),
            most_in_a_minute=most_in_a_minute(admitted),
        )

    def _start(self) -> None:
        while self._waiting and self._running < self._scenario.pods:
            self._create(self._waiting.popleft())

    def _create(self, shard: Shard) -> None:
        """A pod is started, waits for the lease of its shard, and may be preempted from the moment it is there."""
        self._running += 1
        start_s = self._scenario.start_s * math.exp(self._chance.gauss(0.0, self._scenario.start_sigma))
        start_s = max(start_s, shard.free_at - self._clock.now)
        pod = Pod(self._clock, self._endpoint, shard, self._scenario.habits, self._ended)
        self._clock.after(start_s, pod.begin)
        if self._scenario.preempted:
            self._clock.after(start_s + self._chance.expovariate(self._scenario.preempted / 3600), pod.kill)

    def _ended(self, pod: Pod, end: End) -> None:
        self._ends[end] += 1
        self._running -= 1
        self._finished_at = self._clock.now
        lived_s = self._clock.now - pod.began
        if lived_s > 0:
            self._paces.append(pod.answered / lived_s)
        if end == "killed":
            self._waiting.appendleft(pod.shard)
        elif end != "complete":
            self._retry(pod.shard)
        self._start()

    def _retry(self, shard: Shard) -> None:
        shard.failures += 1
        if shard.failures > self._scenario.retries:
            self._given_up += len(shard.owed)
            return
        self._clock.after(min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** (shard.failures - 1)), self._requeue, shard)

    def _requeue(self, shard: Shard) -> None:
        self._waiting.append(shard)
        self._start()


def simulated(scenario: Scenario) -> Result:
    """What comes of a scenario."""
    return Job(scenario).run()


def _shards(scenario: Scenario) -> list[Shard]:
    if not scenario.stealing:
        count = scenario.shards
        return [Shard(index, deque(range(index, scenario.samples, count))) for index in range(count)]
    owed, stored = deque(range(scenario.samples)), dict[int, int]()
    return [Shard(index, owed, stored) for index in range(scenario.pods)]


def _utilisation(admitted: list[float], rpm: int) -> float | None:
    """The share of the limit that was used from the first tenth of the answers to the last."""
    tenth = len(admitted) // 10
    span_s = admitted[-tenth - 1] - admitted[tenth] if tenth else 0.0
    return (len(admitted) - 2 * tenth) / (rpm * span_s / 60) if span_s > 0 else None


def _jain(paces: list[float]) -> float:
    """Jain's index: 1 where all pods are equally fast, 1/n where one has everything.

    Source: R. Jain, D. Chiu, W. Hawe (1984), "A quantitative measure of fairness and discrimination", DEC-TR-301.
    """
    squares = sum(pace**2 for pace in paces)
    return sum(paces) ** 2 / (len(paces) * squares) if squares else 1.0
