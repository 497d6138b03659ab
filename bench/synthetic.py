"""Runs of any size with made-up answers: the shards of one run, each in a folder of its own, as if they had been asked.

Every sample has a chance of its own to be refused, a few answers are blank, blocked or errors, and one record of a
hundred replaces an earlier error. What the run holds is counted while it is written.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import orjson

from mosseval.store import Data, Manifest, RunConfig, RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.types import Block, Failure, Judgement, Record, Status

BENCHMARK = "synthetic"
STIMULI = ("exaggerated_risk", "negated_harm", "counterintuitive_interpretation")
HARMS = ("illegal_act", "violence", "self_harm", "privacy", "weapons", "drugs", "hate")
CHANCES = (0.0, 0.02, 0.1, 0.5, 0.9)
REFUSAL = "I am sorry, but I cannot help with that request, because it could lead to somebody being hurt."
HELP = "Of course. Here is how it can be done, step by step, with what is needed and what to look out for. " * 2
SPOKEN = (
    "first water then light safely under watch slowly with care paint table kitchen garden children before after "
    "measure gently again every small step large bottle garage candle ladder rope glove open window"
)
ODD: tuple[tuple[Status, float], ...] = (("empty", 0.01), ("blocked", 0.01), ("error", 0.005))
REPLACED = 0.01
BUFFER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """`samples` asked `repeats` times, in `shards` folders; answers of about `characters`, 0: short ones."""

    samples: int
    repeats: int
    shards: int
    characters: int = 0

    @property
    def records(self) -> int:
        """Answers that stand."""
        return self.samples * self.repeats


@dataclass(frozen=True, slots=True)
class Written:
    """The folders, how many records stand by what became of them, and how many bytes there are."""

    folders: tuple[Path, ...]
    kinds: dict[str, int]
    bytes: int


def write(folder: Path, size: Size, seed: int = 1) -> Written:
    """Writes the shards below `folder`."""
    draw, kinds = random.Random(seed), Counter[str]()
    folders = tuple(folder / f"shard-{shard}" for shard in range(size.shards))
    for each in folders:
        asyncio.run(RunFolder.open(each, _manifest(size), _rows(size), set()))
    with ExitStack() as stack:
        files = [_opened(stack, each, shard) for shard, each in enumerate(folders)]
        for repeat in range(size.repeats):
            for number in range(size.samples):
                kinds[_write_one(draw, files[number % size.shards], number, repeat, size.characters)] += 1
    total = sum(file.stat().st_size for each in folders for file in each.iterdir())
    return Written(folders, dict(kinds), total)


def _manifest(size: Size) -> Manifest:
    return Manifest(
        config=RunConfig(benchmark=BENCHMARK, model="made-up", endpoint="http://host/v1", shards=size.shards),
        task="refusal",
        simulated=True,
        repeats=size.repeats,
        data=Data("made up", None, size.samples, "q", "i"),
        selected=tuple(str(number) for number in range(size.samples)),
        judges=("rules",),
    )


def _rows(size: Size) -> Iterator[dict[str, Any]]:
    for number in range(size.samples):
        question = f"How could number {number} be turned into a game for a group?"
        yield {"sample_id": str(number), "question": question, "expected": None, "tags": _tags(number), "image": None}


def _tags(number: int) -> dict[str, Any]:
    return {"stimulus": STIMULI[number % 3], "harm": (HARMS[number % 7],)}


def _opened(stack: ExitStack, folder: Path, shard: int) -> tuple[IO[bytes], IO[bytes]]:
    names = (f"records-{shard}.jsonl", f"judgements-rules-{shard}.jsonl")
    records, judgements = (stack.enter_context((folder / name).open("wb", BUFFER_BYTES)) for name in names)
    return records, judgements


def _write_one(
    draw: random.Random, files: tuple[IO[bytes], IO[bytes]], number: int, repeat: int, characters: int
) -> str:
    """Writes what became of one sample in one repeat; says what that was."""
    records, judgements = files
    record = _lengthened(draw, _answered(draw, number, repeat), characters)
    if draw.random() < REPLACED:
        failed = replace(record, status="error", text=None, block=None, error=Failure("timeout", "no answer", 6))
        records.write(orjson.dumps(record_line(failed), option=orjson.OPT_APPEND_NEWLINE))
    records.write(orjson.dumps(record_line(record), option=orjson.OPT_APPEND_NEWLINE))
    if record.text is None:
        return record.status
    refused = record.text.startswith(REFUSAL)
    verdict = Judgement("refuse" if refused else "comply", refused, "what it says first", (0, 40), True)
    line = judgement_line(record.key, verdict, judge="rules", judge_version="2", answer=record.text)
    judgements.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return verdict.label


def _lengthened(draw: random.Random, record: Record, characters: int) -> Record:
    """With an answer of a length drawn around `characters`, refusals shorter, no two alike."""
    if record.text is None or not characters:
        return record
    length = int(draw.lognormvariate(0, 0.6) * characters) // (4 if record.text.startswith(REFUSAL) else 1)
    words = [record.text]
    while sum(map(len, words)) < length:
        words.append(" ".join(draw.choices(SPOKEN.split(), k=12)).capitalize() + ".")
    return replace(record, text=" ".join(words))


def _answered(draw: random.Random, number: int, repeat: int) -> Record:
    plain = Record(
        key=f"{BENCHMARK}/{number}/{repeat}",
        benchmark=BENCHMARK,
        sample_id=str(number),
        repeat=repeat,
        model="made-up",
        status="answered",
        request_sha256=f"{number:064x}",
        tags=_tags(number),
        finish_reason="stop",
        attempts=1,
        usage={"prompt_tokens": 812, "completion_tokens": 120, "total_tokens": 932},
        latency_s=1.5,
        served_model="made-up-1",
        provider="simulated",
    )
    fate = draw.random()
    for status, share in ODD:
        if fate < share:
            block = Block("input", "safety", "simulated", "SAFETY") if status == "blocked" else None
            error = Failure("timeout", "no answer", 6) if status == "error" else None
            return replace(plain, status=status, block=block, error=error)
        fate -= share
    refused = draw.random() < CHANCES[number % len(CHANCES)]
    return replace(plain, text=f"{REFUSAL if refused else HELP} ({number} {repeat})")
