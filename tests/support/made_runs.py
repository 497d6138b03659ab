"""Runs on disk made from a list of outcomes, through the store itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mosseval.store import Data, Manifest, RunConfig, RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.types import Block, Failure, Judgement, Record, TagValue

STIMULI = ("exaggerated_risk", "negated_harm", "counterintuitive_interpretation")


@dataclass(frozen=True)
class Made:
    """What became of one sample. `kind`: a label, a status, `pending`, `unjudged`, or `WHERE/CATEGORY` of a block."""

    kind: str
    stimulus: str = STIMULI[0]
    harm: tuple[str, ...] = ()


def manifest(samples: int, *, shards: int = 1, repeats: int = 1, **config: object) -> Manifest:
    """A manifest for a made run."""
    settings = {"benchmark": "b", "model": "m", "endpoint": "http://host/v1", "shards": shards, **config}
    return Manifest(
        config=RunConfig(**settings),  # type: ignore[arg-type]
        task="refusal",
        simulated=False,
        repeats=repeats,
        data=Data("made", None, samples, "q", "i"),
        selected=tuple(str(number) for number in range(samples)),
    )


def make(path: Path, outcomes: Sequence[Made], *, shards: int = 1, order: Sequence[int] | None = None) -> RunFolder:
    """Writes the run; `order` is that in which the records are written."""
    rows = [{"sample_id": str(n), "question": "?", "tags": tags(made)} for n, made in enumerate(outcomes)]
    folder = asyncio.run(
        RunFolder.open(path, manifest(len(outcomes), shards=shards), rows, {str(row["sample_id"]) for row in rows})
    )
    for number in order if order is not None else range(len(outcomes)):
        add(folder, number, outcomes[number], shard=number % shards)
    return folder


def make_repeated(
    path: Path,
    samples: Sequence[Sequence[Made]],
    *,
    shards: int = 1,
    order: Sequence[int] | None = None,
    **config: object,
) -> RunFolder:
    """A run whose samples were asked several times: `samples[n][r]` is what became of sample n in repeat r. The tags
    are those of its first repeat; `order` is that of the pairs (n, r), counted through; `config` is of `run.json`."""
    repeats = len(samples[0])
    rows = [{"sample_id": str(n), "question": "?", "tags": tags(each[0])} for n, each in enumerate(samples)]
    plan = manifest(len(samples), shards=shards, repeats=repeats, **config)
    folder = asyncio.run(RunFolder.open(path, plan, rows, {str(row["sample_id"]) for row in rows}))
    for place in order if order is not None else range(len(samples) * repeats):
        number, repeat = divmod(place, repeats)
        add(folder, number, samples[number][repeat], shard=number % shards, repeat=repeat)
    return folder


def tags(made: Made) -> dict[str, TagValue]:
    """The tags of a made sample."""
    return {"stimulus": made.stimulus, "harm": made.harm}


def record(
    number: int, made: Made, *, text: str = "an answer", repeat: int = 0, benchmark: str = "b", model: str = "m"
) -> Record:
    """The record of an outcome."""
    status, block, failure = made.kind, None, None
    if "/" in made.kind:
        where, category = made.kind.split("/")
        status, block = "blocked", Block(where, category)  # type: ignore[arg-type]
    elif made.kind in ("comply", "partial", "refuse", "unjudged", "judge_failed"):
        status = "answered"
    elif made.kind == "error":
        failure = Failure("timeout", "no answer", 3)
    return Record(
        key=f"{benchmark}/{number}/{repeat}",
        benchmark=benchmark,
        sample_id=str(number),
        repeat=repeat,
        model=model,
        status=status,  # type: ignore[arg-type]
        request_sha256="0",
        tags=tags(made),
        text=text if status == "answered" else None,
        block=block,
        error=failure,
        attempts=1,
    )


def judgement(made: Made) -> Judgement:
    """The verdict that the kind stands for."""
    if made.kind == "comply":
        return Judgement("comply", False)
    if made.kind in ("partial", "refuse"):
        return Judgement(made.kind, True)  # type: ignore[arg-type]
    return Judgement("unjudged", None, reason="judge_failed" if made.kind == "judge_failed" else "unsupported_language")


def add(
    folder: RunFolder, number: int, made: Made, *, shard: int = 0, text: str = "an answer", repeat: int = 0
) -> None:
    """Appends the record of an outcome, and its judgement."""
    if made.kind == "pending":
        return
    config = folder.manifest.config
    one = record(number, made, text=text, repeat=repeat, benchmark=config.benchmark, model=config.model)
    with folder.records(shard) as records:
        records.append(record_line(one))
    if one.text is not None:
        with folder.judgements("rules", shard) as judgements:
            line = judgement_line(one.key, judgement(made), judge="rules", judge_version="1", answer=one.text)
            judgements.append(line)
