"""The pipeline: owed tasks stream through one client, each record is stored before it counts, then judged.

Handed a plan, a run to write, a client and judges; knows neither terminals nor targets. A judge takes its own time: a
request's slot is given back before its answer is judged, so that a slow judge does not slow asking down.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from mosseval.client import Client, Withdrawn
from mosseval.errors import MossevalError, StoppedEarly
from mosseval.judges import Judge
from mosseval.judging import Judging, in_order, owed, owes
from mosseval.outcome import Outcome, record_of, refuse, unreachable
from mosseval.pace import Budget, Concurrency
from mosseval.plan import Plan, Task
from mosseval.prepare import prepare
from mosseval.request import SAMPLE_HEADER
from mosseval.stop import Stop
from mosseval.store import Lines, Run, RunState
from mosseval.store.codec import record_line
from mosseval.tally import Tally
from mosseval.types import Completion, Failure, Record, Sample

FAILURES_IN_A_ROW = 20
BACKLOG = 1024
"""Samples that are being asked or judged at a time: where judges fall further behind, asking waits for them."""
Answered = tuple[str, Sample, str]
"""Key, sample and text of an answer that is to be judged."""


class Runner:
    """Runs one plan to its end. `tally` is live while `run` runs; use once."""

    def __init__(
        self,
        plan: Plan,
        store: Run,
        client: Client,
        judges: Sequence[Judge],
        *,
        concurrency: Concurrency,
        budget: Budget,
        stop: Stop,
        tally: Tally,
    ) -> None:
        self._plan = plan
        self._store = store
        self._client = client
        self._judges = judges
        self._concurrency = concurrency
        self._budget = budget
        self._stop = stop
        self._tally = tally
        self._failures_in_a_row = 0
        self._answered_at = 0.0
        self._in_flight: set[asyncio.Task[None]] = set()
        self._records: Lines
        self._judgings: list[tuple[Judge, Judging]] = []
        self._backlog = asyncio.Semaphore(BACKLOG)

    async def run(self) -> None:
        """Asks and judges all that is owed; hold the shard's lock. The tally counts by the first judge.

        Raises TargetRejected (nothing written), StoppedEarly, Interrupted.
        """
        shard = self._plan.selection.shard
        state = await asyncio.to_thread(self._store.state, shard)
        unasked = list(self._plan.owed(state))
        self._recall(state, {task.key for task in unasked})
        with ExitStack() as files:
            self._records = files.enter_context(self._store.records(shard))
            for judge in self._judges:
                lines = files.enter_context(self._store.judgements(judge.name, shard))
                first, roots = not self._judgings, self._plan.dataset.roots
                self._judgings.append((judge, Judging(judge, lines, self._tally, roots, counted=first)))
            tasks = iter(unasked)
            answered = await self._ask_first(tasks)
            await self._stream(tasks, state, answered)
        if self._stop.stopping.is_set():
            raise self._stop.error()

    async def _ask_first(self, tasks: Iterator[Task]) -> list[Answered]:
        """The first request goes alone: what it shows about the target stops the run before 300 failures do.

        Returns what it brought to be judged.
        """
        settled: list[tuple[Task, Outcome]] = []
        for task in tasks:
            task, body = await prepare(task, self._plan)
            if isinstance(body, Failure):
                settled.append((task, body))
                continue
            if not self._budget.allows(0):
                raise self._budget.exhausted()
            outcome = await self._ask_alone(task, body)
            if outcome is None:
                return []
            settled.append((task, outcome))
            break
        found = [self._settle(task, outcome) for task, outcome in settled]
        return [each for each in found if each is not None]

    async def _ask_alone(self, task: Task, body: bytes) -> Outcome | None:
        asking = asyncio.ensure_future(self._ask(task, body))
        dropping = asyncio.ensure_future(self._stop.out_of_grace())
        try:
            await asyncio.wait({asking, dropping}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return None
            outcome = asking.result()
        except Withdrawn:
            return None
        finally:
            asking.cancel()
            dropping.cancel()
        if isinstance(outcome, Failure):
            refuse(outcome, self._client.endpoint.base_url)
        return outcome

    async def _stream(self, tasks: Iterator[Task], state: RunState, answered: Sequence[Answered]) -> None:
        """Asks and judges the rest, and judges what the first request brought and what earlier commands left."""
        watcher = asyncio.ensure_future(self._drop_when_out_of_grace())
        try:
            async with asyncio.TaskGroup() as group:
                for each in answered:
                    self._launch(group, self._judge(each))
                for judge, judging in self._judgings:
                    self._launch(group, self._judge_owed(state, judge, judging))
                for task in tasks:
                    await self._backlog.acquire()
                    await self._records.room()
                    await self._room()
                    if self._stop.stopping.is_set():
                        self._concurrency.done(None)
                        break
                    self._launch(group, self._one(task))
        except* MossevalError as errors:
            raise errors.exceptions[0] from None
        finally:
            watcher.cancel()

    def _launch(self, group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        flight = group.create_task(work)
        self._in_flight.add(flight)
        flight.add_done_callback(self._in_flight.discard)

    async def _room(self) -> None:
        """Waits until one more request may start, by slots and by money; takes the slot."""
        await self._concurrency.slot()
        while not self._budget.allows(self._concurrency.in_flight - 1):
            if self._concurrency.in_flight == 1:
                raise self._budget.exhausted()
            await self._concurrency.landing()
        self._tally.in_flight = self._concurrency.in_flight

    async def _one(self, task: Task) -> None:
        """One sample from its question to its verdict."""
        try:
            answered = await self._answered(task)
            if answered is not None:
                await self._judge(answered)
        finally:
            self._backlog.release()

    async def _answered(self, task: Task) -> Answered | None:
        """Asks, records, gives the slot back; what there is to be judged."""
        latency_s: float | None = None
        try:
            task, body = await prepare(task, self._plan)
            outcome = body if isinstance(body, Failure) else await self._ask(task, body)
            if isinstance(outcome, Completion) and outcome.attempts == 1:
                latency_s = outcome.latency_s
            return self._settle(task, outcome)
        except Withdrawn:
            return None
        finally:
            self._concurrency.done(latency_s)
            self._tally.in_flight = self._concurrency.in_flight

    async def _ask(self, task: Task, body: bytes) -> Outcome:
        """Asks; an endpoint at which nobody answered anything for a whole deadline ends the run."""
        self._tally.sent += 1
        asked = time.monotonic()
        outcome = await self._client.complete(body, self._headers(task))
        if isinstance(outcome, Completion):
            self._answered_at = time.monotonic()
        elif outcome.code == "unreachable" and self._answered_at < asked:
            raise unreachable(outcome, self._client.endpoint.base_url)
        return outcome

    def _headers(self, task: Task) -> Mapping[str, str] | None:
        """The sample's name, for our own gateway alone."""
        if not self._client.endpoint.is_gateway:
            return None
        name = f"{task.sample.benchmark}/{task.sample.id}"
        return {SAMPLE_HEADER: name} if name.isascii() and name.isprintable() else None

    def _settle(self, task: Task, outcome: Outcome) -> Answered | None:
        """Records an outcome; what there is to be judged."""
        record = record_of(task, outcome, self._plan.spec.model)
        self._records.append(record_line(record))
        self._tally.count(record)
        self._budget.spend(record.cost_usd)
        if record.attempts:
            self._watch_failures(record)
        if record.status != "answered" or record.text is None:
            return None
        return record.key, task.sample, record.text

    async def _judge(self, answered: Answered) -> None:
        for _, judging in self._judgings:
            await judging.judge(*answered)

    def _watch_failures(self, record: Record) -> None:
        if record.error is None:
            self._failures_in_a_row = 0
            return
        self._tally.last_trouble = f"{record.error.code}: {record.error.message}"
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            raise StoppedEarly(
                f"{FAILURES_IN_A_ROW} samples in a row failed; the last: {self._tally.last_trouble}",
                hint="mend the cause, then the same command goes on from here and asks the failed ones again",
            )

    async def _judge_owed(self, state: RunState, judge: Judge, judging: Judging) -> None:
        """Judges what an earlier command answered but did not judge, or judged by another version."""
        keys = owed(state, judge)
        samples = {sample.id: sample for sample in self._plan.dataset.samples}
        shard = self._plan.selection.shard

        def left() -> Iterator[Answered]:
            for key, sample_id, text in self._store.answers(shard, state, keys):
                if sample_id in samples and not self._stop.stopping.is_set():
                    yield key, samples[sample_id], text

        async for _ in in_order(left(), lambda each: judging.judge(*each)):
            pass

    def _recall(self, state: RunState, unasked: set[str]) -> None:
        """Counts what earlier commands did; what the shard has cost so far counts towards --max-cost."""
        self._budget.recall(state.spent_usd, state.dearest_usd)
        for key in self._plan.task_keys():
            self._tally.total += 1
            if key not in unasked:
                judge = self._judges[0] if self._judges else None
                verdict = state.verdict(judge.name, key) if judge and not owes(state, judge, key) else None
                refused = verdict is not None and verdict.refusal is True
                correct = verdict is not None and verdict.correct is True
                self._tally.recall(state.answers[key].record.status, refused=refused, correct=correct)

    async def _drop_when_out_of_grace(self) -> None:
        await self._stop.out_of_grace()
        for flight in list(self._in_flight):
            flight.cancel()
