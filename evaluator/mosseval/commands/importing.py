"""`mosseval import`: recorded answers become a run, judged and summarised like any other."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mosseval import benchmarks, judges, transcripts
from mosseval.benchmarks import Reading, images_sha256
from mosseval.benchmarks.base import Dataset
from mosseval.commands import restored
from mosseval.commands.onward import after_run
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.commands.score import judged
from mosseval.errors import DataError
from mosseval.place import Place
from mosseval.report import table
from mosseval.store import Bounds, Data, Manifest, Run, RunConfig, open_run, read_run
from mosseval.store.codec import answer_sha256, record_line
from mosseval.store.state import RunState
from mosseval.summary import summarise
from mosseval.terminal import one_line
from mosseval.transcripts import Recorded, Transcript
from mosseval.transcripts.base import named
from mosseval.transcripts.collected import Collected, Outcome
from mosseval.types import Failure, Record, Sample, TagValue
from mosseval.version import __version__

ENDPOINT = "import"
"""What stands in `run.json` where a run has its endpoint."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported: one field a flag."""

    file: Path
    benchmark: str
    model: str
    data: Path | None
    out: Place
    form: str | None
    judge: str | None


def import_file(order: Order) -> None:
    """Imports, judges and prints the summary."""
    if order.judge not in (None, "none"):
        judges.create(str(order.judge))
    transcript = transcripts.read(order.file, order.form)
    dataset = _dataset(order, exported=transcript.exported)
    if dataset is not None:
        # A file of one's own is a benchmark by its name, as for `run`: else the two could not be compared.
        order = replace(order, benchmark=dataset.name)
    if transcript.collected is not None:
        _require_the_same(order, transcript.collected, dataset)
    samples = _samples(order, transcript, dataset)
    folder = asyncio.run(_import(order, transcript, dataset, samples))
    with kept_quiet():
        table.show([summarise(folder, judge=None if order.judge == "none" else order.judge)], ResultConsole())
    out = one_line(str(order.out), 600)
    sys.stderr.write(f"run: {out}\n{after_run([out])}\n")


async def _import(order: Order, transcript: Transcript, dataset: Dataset | None, samples: Mapping[str, Sample]) -> Run:
    manifest = _manifest(order, transcript, dataset, samples)
    pictures = {
        **restored.samples_of(each.row for each in transcript.answers if each.row),
        **restored.pictures_of(transcript),
    }
    rows = ({**_row(sample), **pictures.get(sample.id, {})} for sample in samples.values())
    folder = await open_run(order.out, manifest, rows, set(samples), Bounds())
    async with folder.locked(0):
        folder.confirm()
        state = folder.state(0)
        with folder.records(0) as lines:
            for each in transcript.answers:
                record = _record(each, samples[each.id], order)
                if record is not None and not _stands(record, state):
                    await lines.room()
                    lines.append(record_line(record))
        restored.restore_verdicts(folder, transcript, order.benchmark)
    if order.judge != "none" and not (transcript.exported and order.judge is None):
        name = judges.for_task(order.judge, manifest.task, order.benchmark)  # type: ignore[arg-type]
        await judged(folder, judges.create(name))
    return read_run(order.out)


def _dataset(order: Order, *, exported: bool) -> Dataset | None:
    """The benchmark's questions, where its data is at hand."""
    benchmark = benchmarks.get(order.benchmark, Reading())
    if order.data is not None or not benchmark.needs_data:
        return benchmark.load(order.data)
    try:
        return benchmark.load(None)
    except DataError:
        if exported:
            return None
        sys.stderr.write(
            f"mosseval: the data of {order.benchmark} is not at hand: answers are judged without their questions where "
            "the file holds none, and nothing is broken down by type; --data DIR mends both\n"
        )
        return None


def _require_the_same(order: Order, told: Collected, dataset: Dataset | None) -> None:
    """Raises DataError where the answers were collected on another benchmark, or on other questions of it."""
    name = dataset.name if dataset else order.benchmark
    if told.benchmark and told.benchmark != name:
        raise DataError(
            f"{order.file} was collected on {told.benchmark}, not on {name}", hint=f"--benchmark {told.benchmark}"
        )
    ours, theirs = dataset.questions_sha256 if dataset else "", told.questions_sha256
    if ours and theirs and ours != theirs:
        raise DataError(
            f"{order.file} was collected on other questions of {name}: SHA-256 {theirs[:12]}… and {ours[:12]}…",
            hint="name the data that it was collected from with --data",
        )
    if told.model and told.model != order.model:
        sys.stderr.write(f"mosseval: {one_line(f'{order.file} was collected as {told.model}', 600)}\n")


def _samples(order: Order, transcript: Transcript, dataset: Dataset | None) -> dict[str, Sample]:
    """The benchmark's samples, or those that the transcript names. Raises DataError for ids that there are not."""
    if dataset is None:
        return {each.id: _sample(each, order.benchmark) for each in transcript.answers}
    known = {sample.id: sample for sample in dataset.samples}
    unusable = {identifier for identifier, _ in dataset.unusable}
    unknown = [each.id for each in transcript.answers if each.id not in known and each.id not in unusable]
    if unknown:
        raise DataError(
            f"{order.file}: {dataset.name} has no sample {named(unknown)}", hint="is it the right --benchmark?"
        )
    answered = {each.id for each in transcript.answers}
    if transcript.exported:
        return {each.id: known[each.id] for each in transcript.answers if each.id in known}
    absent = [identifier for identifier in known if identifier not in answered]
    if absent:
        sys.stderr.write(f"mosseval: {order.file} has no answer to {len(absent)} of {len(known)}: {named(absent)}\n")
    return known


def _sample(each: Recorded, benchmark: str) -> Sample:
    if each.row is not None:
        return restored.sample_of(each.row, benchmark)
    return Sample(benchmark=benchmark, id=each.id, question=each.question or "")


def _manifest(order: Order, transcript: Transcript, dataset: Dataset | None, samples: Mapping[str, Sample]) -> Manifest:
    digest = hashlib.sha256(order.file.read_bytes()).hexdigest()
    found = Data(source="", revision=None, samples=len(samples), questions_sha256="", images_sha256="")
    if dataset is not None:
        found = Data(
            source=dataset.source,
            revision=dataset.revision,
            samples=len(dataset.samples),
            questions_sha256=dataset.questions_sha256,
            images_sha256=images_sha256(dataset, {}),
            roots=tuple(str(root) for root in dataset.roots),
        )
    return Manifest(
        config=RunConfig(order.benchmark, order.model, ENDPOINT, replay_sha256=digest, image=_image(transcript)),
        task=dataset.task if dataset else benchmarks.get(order.benchmark, Reading()).task,
        simulated=any(each.row.simulated for each in transcript.answers if each.row),
        repeats=1 + max(each.repeat for each in transcript.answers),
        data=found,
        selected=tuple(samples),
        unusable=dataset.unusable if dataset else (),
        notes=(
            f"imported from {order.file.name} ({transcript.form})",
            *((transcript.collected.note_of(),) if transcript.collected else ()),
            *(dataset.notes if dataset else ()),
        ),
        by=dataset.by if dataset else (),
        judges=restored.judges_of(transcript),
        versions={"mosseval": __version__, "python": platform.python_version()},
    )


def _image(transcript: Transcript) -> dict[str, Any]:
    """Of how the pictures were asked with, all that a summary says."""
    return {"text_only": True} if any(each.row.text_only for each in transcript.answers if each.row) else {}


def _row(sample: Sample) -> dict[str, Any]:
    pictures: Iterator[dict[str, TagValue]] = (
        {"path": each.name, "sha256": None, "type": None, "bytes": None} for each in sample.pictures
    )
    return {
        "sample_id": sample.id,
        "question": sample.question,
        "expected": sample.expected,
        "tags": sample.tags,
        "image": next(pictures, None),
    }


def _record(each: Recorded, sample: Sample, order: Order) -> Record | None:
    """An answer needs no picture at hand: only what is recorded counts. None where a whole run says it is owed."""
    if each.row is not None:
        return restored.record_of(each.row, order.benchmark, order.model, sample)
    outcome = each.outcome or _outcome(each)
    return Record(
        key=f"{order.benchmark}/{each.id}/{each.repeat}",
        benchmark=order.benchmark,
        sample_id=each.id,
        repeat=each.repeat,
        model=order.model,
        status=outcome.status,
        request_sha256="",
        tags=sample.tags,
        text=each.text,
        block=outcome.block,
        error=outcome.error,
        served_model=outcome.served_model,
        provider=ENDPOINT,
    )


def _outcome(each: Recorded) -> Outcome:
    """What became of a sample whose form does not say it: a blank is no answer, and what went wrong no blank."""
    if each.text is not None and each.text.strip():
        return Outcome("answered")
    return Outcome("error", error=Failure("recorded_error", each.error, attempts=0)) if each.error else Outcome("empty")


def _stands(record: Record, state: RunState) -> bool:
    """Whether the folder holds this answer already."""
    known = state.answers.get(record.key)
    if known is None or known.record.status != record.status:
        return False
    return known.answer_sha256 == (answer_sha256(record.text) if record.status == "answered" and record.text else None)
