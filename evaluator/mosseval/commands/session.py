"""One open target, and the runs that a command makes against it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from mosseval.benchmarks.base import Dataset
from mosseval.catalogue import GatewayCard, ModelEntry, gateway_card, model_entry, nearest_names
from mosseval.client import Client, Endpoint, Patience
from mosseval.commands import recipe
from mosseval.commands.held import Held
from mosseval.commands.judge_options import names
from mosseval.commands.jury import Jury, judge_target
from mosseval.commands.options import RunOptions
from mosseval.errors import Interrupted, StoppedEarly, TargetRejected, UsageError
from mosseval.judges import Spec
from mosseval.pace import Budget, Concurrency, Rate
from mosseval.place import Place
from mosseval.plan import Digests, Plan, Selection
from mosseval.progress import Progress
from mosseval.runner import Runner
from mosseval.stop import Stop
from mosseval.store import Bounds, Manifest, Run, keep_old, open_run
from mosseval.store.state import Answer, RunState
from mosseval.tally import Tally
from mosseval.targets import OpenTarget, Target
from mosseval.types import Failure


@dataclass(slots=True)
class Job:
    """One model on one benchmark: what is planned, and, once it was opened, its run."""

    title: str
    plan: Plan
    path: Place
    manifest: Manifest
    judges: tuple[Spec, ...]
    folder: Run | None = None
    tally: Tally = field(default_factory=Tally)

    @property
    def judged_by(self) -> str | None:
        """Whose verdicts the run's summary counts; None where this command judges nothing."""
        return self.judges[0].name if self.judges else None

    @property
    def shard_alone(self) -> int | None:
        """The shard that this command reads at its end, None for all: in an object store each is read by itself."""
        selection = self.plan.selection
        return selection.shard if selection.shards > 1 and not isinstance(self.path, Path) else None

    def exit_code(self, state: RunState, *, allow_gaps: bool) -> int:
        """0 if every task of this command is answered or blocked, and judged; 1 if there are gaps."""
        gaps = [self._gap(key, state) for key in self.plan.task_keys()]
        passed = ("", "final") if allow_gaps else ("",)
        return 0 if all(gap in passed for gap in gaps) else 1

    def _gap(self, key: str, state: RunState) -> str:
        """'' for no gap, 'final' for one that the same command cannot close, 'open' for any other."""
        answer = state.answers.get(key)
        if answer is None or not answer.final:
            return "open"
        if answer.record.status == "blocked":
            return ""
        if answer.record.status != "answered":
            return "final"
        return self._judging_gap(key, answer, state)

    def _judging_gap(self, key: str, answer: Answer, state: RunState) -> str:
        verdicts = [state.verdict(name, key) for name in names(self.judges)]
        if any(verdict is None or verdict.owed for verdict in verdicts):
            return "open"
        unjudged = any(verdict is not None and verdict.label in ("unjudged", "empty") for verdict in verdicts)
        return "final" if unjudged else ""


class Session(Held):
    """Async context manager: the target is open, signals are heard, one client serves every run."""

    def __init__(self, options: RunOptions, target: Target, errors: Console) -> None:
        super().__init__()
        self._options = options
        self._target = target
        self._judges_at = judge_target(options.judging, target)
        self._errors = errors
        self._stop = Stop()
        self._concurrency = Concurrency(options.concurrency)
        self._budget = Budget(options.max_cost)
        self._gateway: GatewayCard | None = None
        self._tally = Tally()
        self._open: OpenTarget

    async def __aenter__(self) -> Session:
        self._stop.listen()
        try:
            opening = self._stack.enter_async_context(self._target.opened())
            self._open = await self._stop.unless_asked(opening)
            self.client = await self._stack.enter_async_context(self._client(self._open.endpoint))
            if self._target.is_gateway:
                card = gateway_card(self.client, self._options.deadline, self._say)
                self._gateway = await self._stop.unless_asked(card)
            self._jury = await self._stop.unless_asked(self._stack.enter_async_context(self._seated()))
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    def _client(self, endpoint: Endpoint) -> Client:
        options = self._options
        return Client(
            endpoint,
            patience=Patience(options.timeout, options.max_attempts, options.deadline),
            concurrency=self._concurrency,
            rate=Rate(options.rpm, options.tpm),
            stopping=self._stop.stopping,
            on_retry=self._retried,
        )

    def _seated(self) -> Jury:
        return Jury(
            self._options.judging,
            self._judges_at,
            shared=(self._target.name, self._open.endpoint),
            stopping=self._stop.stopping,
            spend=self._budget.spend,
        )

    def _retried(self, failure: Failure, wait_s: float) -> None:
        self._open.check()
        self._tally.retries += 1
        self._tally.last_trouble = f"{failure.code}: {failure.message} (again in {wait_s:.1f} s)"

    async def card(self, model: str) -> ModelEntry:
        """What is known of a model before it is asked; raises what makes the run impossible."""
        if not self._target.is_gateway:
            return ModelEntry(model)
        entry = await self._stop.unless_asked(model_entry(self.client, model))
        if self._options.max_cost is not None and not entry.priced:
            raise UsageError(
                f"--max-cost: the gateway knows no price of {model}",
                hint="give it one in the model list: model_info: input_cost_per_token, output_cost_per_token",
            )
        if self._options.preset and self._options.preset not in entry.presets:
            raise UsageError(f"the gateway has no preset {self._options.preset!r} for {model}")
        return entry

    def job(
        self,
        card: ModelEntry,
        dataset: Dataset,
        digests: Mapping[str, Digests],
        selection: Selection,
        path: Place,
    ) -> Job:
        """The run of one model on one data set."""
        spec = recipe.request_spec(self._options, card)
        plan = Plan(dataset, selection, spec, digests)
        title = f"{dataset.name} · {card.id}"
        judges = self._options.judging.for_task(dataset.task, dataset.name)
        manifest = recipe.manifest(plan, card, endpoint=self._target.name, gateway=self._gateway, judges=names(judges))
        return Job(title, plan, path, manifest, judges, tally=Tally(task=dataset.task))

    async def run(self, job: Job) -> None:
        """Opens the folder, takes the shard, runs what is owed."""
        options = self._options
        fresh = job.path if options.fresh and isinstance(job.path, Path) else None
        aside = await keep_old(fresh) if fresh else None
        try:
            await self._run(job)
        except TargetRejected:
            if aside is not None and fresh is not None:
                shutil.rmtree(fresh)
                aside.rename(fresh)
                aside = job.folder = None
            raise
        except (StoppedEarly, Interrupted) as stopped:
            if options.fresh:
                stopped.hint = stopped.hint.replace("the same command", "the same command without --fresh")
            raise
        finally:
            if aside is not None:
                self._say(f"the old run is kept in {aside}")
        if options.concurrency is None and job.tally.sent and not options.quiet:
            self._say(f"concurrency settled at {self._concurrency.limit}")

    async def _run(self, job: Job) -> None:
        options = self._options
        known = {sample.id for sample in job.plan.dataset.samples}
        bounds = Bounds(options.segment_records, options.segment_seconds, options.lease_seconds)
        opening = open_run(job.path, job.manifest, job.plan.rows(), known, bounds)
        opened = await self._stop.unless_asked(opening)
        self._tally = job.tally
        self._concurrency.forget()
        runner = Runner(
            job.plan,
            opened,
            self.client,
            self._jury.seat(job.judges),
            concurrency=self._concurrency,
            budget=self._budget,
            stop=self._stop,
            tally=job.tally,
        )
        progress = Progress(job.tally, job.title, self._errors, quiet=options.quiet)
        async with AsyncExitStack() as held:
            lock = opened.locked(job.plan.selection.shard, self._say)
            await self._stop.unless_asked(held.enter_async_context(lock))
            await asyncio.to_thread(opened.confirm)
            job.folder = opened
            await held.enter_async_context(progress.shown())
            try:
                await runner.run()
            except TargetRejected as rejected:
                if rejected.code == "model_not_found":
                    rejected.hint = await nearest_names(self.client, job.plan.spec.model)
                raise

    def _say(self, message: str) -> None:
        self._errors.print(message, markup=False, highlight=False, soft_wrap=True)
