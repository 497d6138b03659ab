"""`mosseval score`: verdicts on a run's answers, by another judge or anew. Answers are never asked for again."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mosseval import judges
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.errors import UsageError
from mosseval.judges import Judge
from mosseval.judging import Judging
from mosseval.labels import Opinion, check_known, opinions, read_labels
from mosseval.report import table
from mosseval.store import RunFolder, RunState
from mosseval.store.codec import judgement_line
from mosseval.store.state import answers_in
from mosseval.summary import summarise
from mosseval.tally import Tally
from mosseval.types import Judgement, Sample

HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Scored:
    """How many verdicts were written, and by whom."""

    judge: str
    written: int


def score_runs(paths: tuple[Path, ...], *, judge: str | None, labels: Path | None, again: bool) -> None:
    """Judges runs and prints their summaries by that judge."""
    if (judge == HUMAN) != (labels is not None):
        raise UsageError("people's verdicts need both --judge human and --labels FILE")
    folders = [RunFolder.read(path) for path in paths]
    summaries = []
    for folder in folders:
        scored = asyncio.run(_labelled(folder, labels) if labels else judged(folder, judge, again=again))
        sys.stderr.write(f"mosseval: {folder.path}: {scored.written} verdicts of {scored.judge} written\n")
        summaries.append(summarise(folder, judge=scored.judge))
    with kept_quiet():
        table.show(summaries, ResultConsole())


async def judged(folder: RunFolder, name: str | None, *, again: bool = False) -> Scored:
    """Judges what this judge, in this version, has not judged; all of it `again`."""
    manifest = folder.manifest
    judge = judges.create(judges.for_task(name, manifest.task, manifest.config.benchmark))  # type: ignore[arg-type]
    samples, written = folder.samples(), 0
    for shard in range(manifest.config.shards):
        async with folder.locked(shard, _say):
            state = folder.state(shard)
            keys = {key for key in _answered(state) if again or _owes(state, judge, key)}
            with folder.judgements(judge.name, shard) as lines:
                judging = Judging(judge, lines, Tally())
                for key, sample_id, text in answers_in(folder.path, shard, state, keys) if keys else ():
                    await judging.judge(key, _sample(folder, sample_id, samples.get(sample_id, {})), text)
                    written += 1
    return Scored(judge.name, written)


def _answered(state: RunState) -> Iterator[str]:
    return (key for key, answer in state.answers.items() if answer.answer_sha256)


def _owes(state: RunState, judge: Judge, key: str) -> bool:
    verdict = state.verdict(judge.name, key)
    return verdict is None or verdict.owed or verdict.judge_version != judge.version


def _sample(folder: RunFolder, sample_id: str, row: Mapping[str, object]) -> Sample:
    question, expected = row.get("question"), row.get("expected")
    return Sample(
        benchmark=folder.manifest.config.benchmark,
        id=sample_id,
        question=question if isinstance(question, str) else "",
        expected=expected if isinstance(expected, str) else None,
    )


async def _labelled(folder: RunFolder, file: Path) -> Scored:
    """Writes people's verdicts: the majority's, with every rater's word as the reason."""
    labels = read_labels(file)
    said = opinions(labels)
    words: dict[str, list[str]] = {}
    for label in labels:
        words.setdefault(label.id, []).append(f"{label.rater or 'rater'}: {label.label}")
    check_known(said, folder.manifest.answer_names(), file, str(folder.path))
    version, written = hashlib.sha256(file.read_bytes()).hexdigest()[:16], 0
    for shard in range(folder.manifest.config.shards):
        async with folder.locked(shard, _say):
            state = folder.state(shard)
            with folder.judgements(HUMAN, shard) as lines:
                for key, _, text in answers_in(folder.path, shard, state, set(_answered(state))):
                    name = key if key in said else _plain_id(key)
                    if name in said:
                        judgement = _of(said[name], words[name])
                        lines.append(judgement_line(key, judgement, judge=HUMAN, judge_version=version, answer=text))
                        written += 1
    return Scored(HUMAN, written)


def _of(opinion: Opinion, words: list[str]) -> Judgement:
    label = opinion.label if opinion.refusal is not None or opinion.label == "empty" else "unjudged"
    reason = "; ".join(words) if label != "unjudged" else f"no majority: {'; '.join(words)}"
    return Judgement(label, opinion.refusal, reason=reason, sure=not opinion.split)  # type: ignore[arg-type]


def _plain_id(key: str) -> str:
    """What a label file calls an answer that has no repeats: its sample's id; a key's own name for any other."""
    _, sample_id, repeat = key.rsplit("/", 2)
    return sample_id if repeat == "0" else key


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {message}\n")
