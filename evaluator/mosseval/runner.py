"""The pipeline: owed tasks stream through one client, each record is on disk before it counts, then judged.

Handed a plan, a folder, a client and a judge; knows neither terminals nor targets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from mosseval.client import Client, Withdrawn
from mosseval.errors import MossevalError, StoppedEarly
from mosseval.judges import Judge
from mosseval.judging import Judging
from mosseval.outcome import Outcome, record_of, refuse, unreachable
from mosseval.pace import Budget, Concurrency
from mosseval.plan import Plan, Task
from mosseval.prepare import prepare
from mosseval.request import SAMPLE_HEADER
from mosseval.stop import Stop
from mosseval.store import RunFolder, RunState
from mosseval.store.codec import record_line
from mosseval.store.lines import Appender
from mosseval.store.state import answers_in
from mosseval.tally import Tally
from mosseval.types import Completion, Failure, Record

FAILURES_IN_A_ROW = 20


class Runner:
    """Runs one plan to its end. `tally` is live while `run` runs; use once."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        client: Client,
        judge: Judge | None,
        *,
        concurrency: Concurrency,
        budget: Budget,
        stop: Stop,
        tally: Tally,
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._client = client
        self._judge = judge
        self._concurrency = concurrency
        self._budget = budget
        self._stop = stop
        self._tally = tally
        self._failures_in_a_row = 0
        self._answered_at = 0.0
        self._in_flight: set[asyncio.Task[None]] = set()
        self._records: Appender
        self._judging: Judging | None = None

    async def run(self) -> None:
        """Asks and judges all that is owed; hold the shard's lock.

        Raises TargetRejected (nothing written), StoppedEarly, Interrupted.
        """
        shard = self._plan.selection.shard
        state = self._folder.state(shard)
        owed = list(self._plan.owed(state))
        self._recall(state, {task.key for task in owed})
        with ExitStack() as files:
            self._records = files.enter_context(self._folder.records(shard))
            if self._judge is not None:
                lines = files.enter_context(self._folder.judgements(self._judge.name, shard))
                self._judging = Judging(self._judge, lines, self._tally)
                await self._judge_owed(state, self._judging)
            tasks = iter(owed)
            await self._ask_first(tasks)
            await self._stream(tasks)
        if self._stop.stopping.is_set():
            raise self._stop.error()

    async def _ask_first(self, tasks: Iterator[Task]) -> None:
        """The first request goes alone: what it shows about the target stops the run before 300 failures do."""
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
                return
            settled.append((task, outcome))
            break
        for task, outcome in settled:
            await self._settle(task, outcome)

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

    async def _stream(self, tasks: Iterator[Task]) -> None:
        watcher = asyncio.ensure_future(self._drop_when_out_of_grace())
        try:
            async with asyncio.TaskGroup() as group:
                for task in tasks:
                    await self._room()
                    if self._stop.stopping.is_set():
                        self._concurrency.done(None)
                        break
                    flight = group.create_task(self._one(task))
                    self._in_flight.add(flight)
                    flight.add_done_callback(self._in_flight.discard)
        except* MossevalError as errors:
            raise errors.exceptions[0] from None
        finally:
            watcher.cancel()

    async def _room(self) -> None:
        """Waits until one more request may start, by slots and by money; takes the slot."""
        await self._concurrency.slot()
        while not self._budget.allows(self._concurrency.in_flight - 1):
            if self._concurrency.in_flight == 1:
                raise self._budget.exhausted()
            await self._concurrency.landing()
        self._tally.in_flight = self._concurrency.in_flight

    async def _one(self, task: Task) -> None:
        latency_s: float | None = None
        try:
            task, body = await prepare(task, self._plan)
            outcome = body if isinstance(body, Failure) else await self._ask(task, body)
            if isinstance(outcome, Completion) and outcome.attempts == 1:
                latency_s = outcome.latency_s
            await self._settle(task, outcome)
        except Withdrawn:
            return
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

    async def _settle(self, task: Task, outcome: Outcome) -> None:
        record = record_of(task, outcome, self._plan.spec.model)
        self._records.append(record_line(record))
        self._tally.count(record)
        self._budget.spend(record.cost_usd)
        if record.status == "answered" and record.text is not None and self._judging is not None:
            await self._judging.judge(record.key, task.sample, record.text)
        if record.attempts:
            self._watch_failures(record)

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

    async def _judge_owed(self, state: RunState, judging: Judging) -> None:
        """Judges what an earlier command answered but did not judge."""
        owed = judging.owed(state)
        samples = {sample.id: sample for sample in self._plan.dataset.samples}
        shard = self._plan.selection.shard
        for key, sample_id, text in answers_in(self._folder.path, shard, state, owed) if owed else ():
            if sample_id in samples and not self._stop.stopping.is_set():
                await judging.judge(key, samples[sample_id], text)

    def _recall(self, state: RunState, owed: set[str]) -> None:
        """Counts what earlier commands did; what the shard has cost so far counts towards --max-cost."""
        self._budget.recall(state.spent_usd, state.dearest_usd)
        for key in self._plan.task_keys():
            self._tally.total += 1
            if key not in owed:
                verdict = state.verdict(self._judge.name, key) if self._judge else None
                refused = verdict is not None and verdict.refusal is True
                correct = verdict is not None and verdict.correct is True
                self._tally.recall(state.answers[key].record.status, refused=refused, correct=correct)

    async def _drop_when_out_of_grace(self) -> None:
        await self._stop.out_of_grace()
        for flight in list(self._in_flight):
            flight.cancel()
