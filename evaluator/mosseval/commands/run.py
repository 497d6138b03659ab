"""`mosseval run`: loads the data, opens the target, runs each model on each benchmark, prints the summary."""

from __future__ import annotations

import asyncio
import itertools
import math
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import uvloop
from rich.console import Console

from mosseval import benchmarks
from mosseval.benchmarks.base import Dataset
from mosseval.catalogue import ModelEntry
from mosseval.commands import output
from mosseval.commands.judge_options import names
from mosseval.commands.jury import judge_target
from mosseval.commands.options import RunOptions
from mosseval.commands.recipe import request_spec
from mosseval.commands.rehearsal import show_rehearsal
from mosseval.commands.session import Job, Session
from mosseval.errors import Interrupted, MossevalError, StoppedEarly, UsageError
from mosseval.place import Place, Remote
from mosseval.plan import Digests, Plan, Selection, digest_all, select
from mosseval.report import table
from mosseval.store import RunState, earlier_state
from mosseval.summary import summarise
from mosseval.targets import Target, resolve
from mosseval.terminal import clean, program

RUNS = Path("runs")
Loaded = tuple[Dataset, dict[str, Digests]]


def run_all(options: RunOptions) -> int:
    """Runs everything that the options name; returns the exit code."""
    target = _checked(options)
    loaded = _load(options)
    selection = _selection(options)
    for dataset, _ in loaded:
        select(dataset, selection)
    _refuse_shared_folders(options, loaded)
    if options.dry_run:
        return _rehearse(options, target, loaded, selection)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        return loop.run(_run_all(options, target, loaded, selection))


async def _run_all(options: RunOptions, target: Target, loaded: list[Loaded], selection: Selection) -> int:
    errors = Console(stderr=True)
    done: list[tuple[Job, MossevalError | None]] = []
    async with Session(options, target, errors) as session:
        cards = [await session.card(model) for model in options.models]
        for card, (dataset, digests) in itertools.product(cards, loaded):
            path = _folder(options, card.id, dataset)
            job = session.job(card, dataset, digests, selection, path)
            error = await _attempted(session, job)
            done.append((job, error))
            if isinstance(error, StoppedEarly | Interrupted):
                break
    return _conclude(options, done, errors)


async def _attempted(session: Session, job: Job) -> MossevalError | None:
    """What stopped one run, None if it came to its end."""
    try:
        await session.run(job)
    except MossevalError as error:
        return error
    return None


def _conclude(options: RunOptions, done: list[tuple[Job, MossevalError | None]], errors: Console) -> int:
    """Prints the summary, then what went wrong, then what to do next; the exit code is the gravest run's."""
    opened = [(job, job.folder) for job, _ in done if job.folder is not None]
    states = {job.title: folder.state(job.shard_alone) for job, folder in opened}
    written = [(job, folder) for job, folder in opened if states[job.title].answers]
    whole = [(job, folder) for job, folder in written if job.shard_alone is None]
    if whole:
        summaries = [summarise(folder, judge=job.judged_by, state=states[job.title]) for job, folder in whole]
        with output.kept_quiet():
            table.show(summaries, output.ResultConsole())
    if not options.quiet:
        for job, folder in written:
            part = "" if job.shard_alone is None else f" (shard {job.shard_alone} of {options.shards})"
            _say(errors, f"run: {folder.name}{part}")
    for job, _ in written:
        _tell_unjudged(errors, job, states[job.title])
    failed = [(job, error) for job, error in done if error is not None]
    for job, error in failed:
        _say(errors, f"mosseval: {job.title}: {error}", style="red")
        if error.hint:
            _say(errors, f"          {error.hint}")
    if failed:
        return max(error.exit_code for _, error in failed)
    if whole and not options.quiet:
        _say(errors, f"next: {_next([folder.name for _, folder in whole])}")
    return max(job.exit_code(states[job.title], allow_gaps=options.allow_gaps) for job, _ in opened)


def _next(runs: list[str]) -> str:
    """The command that one may want now: a page to look at, where what makes pages is installed."""
    names = " ".join(map(shlex.quote, runs))
    pages = all(find_spec(package) for package in ("jinja2", "matplotlib"))
    return f"{program()} report {names}" if pages else f"{program()} summary {names} --format json"


def _tell_unjudged(errors: Console, job: Job, state: RunState) -> None:
    """That a judge failed, which is no fault of the model's; nothing where none did."""
    for name in names(job.judges):
        owed = sum(1 for key in job.plan.task_keys() if (verdict := state.verdict(name, key)) and verdict.owed)
        if owed:
            why = job.tally.judge_troubles.get(name, "it never came to them")
            _say(errors, f"mosseval: {job.title}: {owed} answers not judged by {name} ({why})", style="yellow")
            _say(errors, "          the answers are kept; the same command, or `mosseval score`, judges only those")


def _checked(options: RunOptions) -> Target:
    """The target, after all that can be refused before anything is read."""
    if options.judging.human:
        raise UsageError("people judge what is answered", hint="mosseval score RUN --judge human --labels FILE")
    _refuse_empty(options)
    if options.preset not in (None, "paper"):
        raise UsageError(f"there is no preset {options.preset!r}", hint="--preset paper")
    if options.fresh and isinstance(options.out, Remote):
        raise UsageError("--fresh cannot move what lies in an object store", hint="name a new place with --out")
    if options.fresh and options.shards > 1:
        raise UsageError("--fresh would move away what the other shards write", hint="name a new folder with --out")
    target = resolve(options.target, api_key_env=options.api_key_env, config=options.config, replay=options.replay)
    judge_target(options.judging, target)
    only_gateway = (
        ("--preset", options.preset),
        ("--safety-settings", options.safety_settings),
        ("--max-cost", options.max_cost),
    )
    for flag, value in only_gateway:
        if value is not None and not target.is_gateway:
            raise UsageError(
                f"{flag} needs our gateway, which knows the models; {target.name} is a plain endpoint",
                hint="leave it out, or use --target embedded or gateway",
            )
    return target


def _load(options: RunOptions) -> list[Loaded]:
    """The benchmarks; --data goes to those that need a folder, or to all where none does."""
    reading = benchmarks.parse_reading(options.columns, options.task, remote=options.remote_images)
    if reading.given and not any(map(benchmarks.is_own, options.benchmarks)):
        raise UsageError("--columns, --task and --remote-images are for a file of your own", hint="leave them out")
    named = [benchmarks.get(name, reading) for name in options.benchmarks]
    any_needs = any(each.needs_data for each in named)
    loaded = []
    for each in named:
        dataset = each.load(options.data if each.needs_data or not any_needs else None)
        options.judging.for_task(dataset.task, dataset.name)
        if options.text_only:
            dataset = dataset.without_pictures()
        digests = digest_all(dataset)
        for note in (*dataset.notes, *_picture_note(dataset, digests)):
            print(f"mosseval: {dataset.name}: {clean(note)}", file=sys.stderr)  # noqa: T201 - before any console
        loaded.append((dataset, digests))
    return loaded


def _picture_note(dataset: Dataset, digests: Mapping[str, Digests]) -> tuple[str, ...]:
    """What to say where not one of the pictures is there."""
    named = [sample for sample in dataset.samples if sample.image_name is not None and sample.fault is None]
    if not named or any(digest is not None for sample in named for digest in digests[sample.id]):
        return ()
    return (f"not one of {len(named)} pictures is there; --text-only asks without them",)


def _rehearse(options: RunOptions, target: Target, loaded: list[Loaded], selection: Selection) -> int:
    for model, (dataset, digests) in itertools.product(options.models, loaded):
        spec = request_spec(replace(options, preset=None), ModelEntry(model))
        path = _folder(options, model, dataset)
        earlier = RunState({}, {}) if options.fresh else earlier_state(path, options.shard)
        show_rehearsal(Plan(dataset, selection, spec, digests), target.name, earlier)
    return 0


def _refuse_shared_folders(options: RunOptions, loaded: list[Loaded]) -> None:
    """Raises UsageError where two models of one command would write one folder."""
    folders: dict[Place, str] = {}
    for model, (dataset, _) in itertools.product(options.models, loaded):
        path = _folder(options, model, dataset)
        if path in folders:
            raise UsageError(
                f"{folders[path]!r} and {model!r} would both be written to {path}",
                hint="run them one by one with --out",
            )
        folders[path] = model


def _refuse_empty(options: RunOptions) -> None:
    """Raises UsageError for values that say nothing, or that no JSON can carry."""
    if not all(model.strip() for model in options.models):
        raise UsageError("--model is empty", hint="`mosseval models` lists what the gateway serves")
    if options.system_prompt is not None and not options.system_prompt.strip():
        raise UsageError("--system-prompt is empty", hint="leave it out")
    if options.max_cost is not None and not 0 < options.max_cost < math.inf:
        raise UsageError(f"--max-cost {options.max_cost} is no amount to spend", hint="dollars above 0")
    for flag, value in (("--temperature", options.temperature), ("--top-p", options.top_p)):
        if value is not None and not math.isfinite(value):
            raise UsageError(f"{flag} {value} is no number")


def _selection(options: RunOptions) -> Selection:
    return Selection(
        limit=options.limit,
        ids=options.ids,
        shard=options.shard,
        shards=options.shards,
        repeats=options.repeats,
    )


def _folder(options: RunOptions, model: str, dataset: Dataset) -> Place:
    """The run's folder: --out, a folder in it where there are several runs, or runs/BENCHMARK-MODEL."""
    slug = "".join(c if c.isalnum() or c in "._-" else "-" for c in model).strip(".-") or "model"
    name = f"{dataset.name}{'-text-only' if options.text_only else ''}-{slug}"
    if options.out is None:
        return RUNS / name
    return options.out / name if options.many else options.out


def _say(errors: Console, message: str, style: str = "") -> None:
    errors.print(clean(message), style=style, markup=False, highlight=False, soft_wrap=True)
