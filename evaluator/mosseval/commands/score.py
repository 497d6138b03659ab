"""`mosseval score`: verdicts on a run's answers, by another judge or anew. Answers are never asked for again."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.annotations.places import check_real, own_folder
from mosseval.commands.judge_options import JudgeOptions
from mosseval.commands.jury import Jury, judge_target
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.errors import UsageError
from mosseval.images import candidates
from mosseval.judges import Judge, Spec
from mosseval.judges.spec import HUMAN
from mosseval.judging import JUDGE_FAILED, Judging, against, in_order, owed
from mosseval.labels import Label, Opinion, check_known, check_task, content_sha256, current, opinions, read_labels
from mosseval.place import Place
from mosseval.report import table
from mosseval.store import Run, RunState, read_run
from mosseval.store.codec import judgement_line
from mosseval.summary import summarise
from mosseval.tally import Tally
from mosseval.terminal import one_line
from mosseval.types import Judgement, Picture, Sample


@dataclass(frozen=True, slots=True)
class Scored:
    """How many verdicts were written, and by whom; how many of them say that the judge failed, and why the last did."""

    judge: str
    written: int
    failed: int = 0
    trouble: str = ""

    @property
    def said(self) -> str:
        """In words."""
        failed = f"; {self.failed} answers not judged ({self.trouble})" if self.failed else ""
        return f"{self.written - self.failed} verdicts of {self.judge} written{failed}"


def score_runs(paths: tuple[Place, ...], options: JudgeOptions, *, labels: Path | None, again: bool) -> None:
    """Judges runs and prints their summaries by the first judge named."""
    if labels is not None and not options.human:
        raise UsageError("people's verdicts need both --judge human and --labels FILE")
    if options.none:
        raise UsageError("to score is to judge", hint="`mosseval summary RUN` prints what there is")
    folders = [read_run(path, writing=True) for path in paths]
    if options.human:
        files = [labels or _own_labels(path) for path in paths]
        by = [asyncio.run(_labelled(folder, file)) for folder, file in zip(folders, files, strict=True)]
        for folder, scored in zip(folders, by, strict=True):
            _say(f"{folder.name}: {scored.said}")
        shown = [scored.judge for scored in by]
    else:
        specs = [_specs(options, folder) for folder in folders]
        asyncio.run(_judge_all(list(zip(folders, specs, strict=True)), options, again=again))
        shown = [each[0].name for each in specs]
    summaries = [summarise(folder, judge=judge) for folder, judge in zip(folders, shown, strict=True)]
    with kept_quiet():
        table.show(summaries, ResultConsole())
        if options.human:
            names = " ".join(shlex.quote(str(path)) for path in paths)
            sys.stdout.write(f"next: mosseval agreement {one_line(names, 2000)} --reference {HUMAN}\n")


def _own_labels(path: Place) -> Path:
    """The journals in a run's own folder, where no others are named."""
    folder = own_folder(path)
    if folder is None or not folder.is_dir():
        raise UsageError(
            "people's verdicts need both --judge human and --labels FILE",
            hint=f"a file of labels, a folder of them, or `mosseval annotate {path}` first",
        )
    check_real(folder)
    return folder


def _specs(options: JudgeOptions, folder: Run) -> tuple[Spec, ...]:
    return options.for_task(folder.manifest.task, folder.manifest.config.benchmark)  # type: ignore[arg-type]


async def _judge_all(work: list[tuple[Run, tuple[Spec, ...]]], options: JudgeOptions, *, again: bool) -> None:
    async with Jury(options, judge_target(options, None)) as jury:
        for folder, specs in work:
            for judge in jury.seat(specs):
                scored = await judged(folder, judge, again=again)
                _say(f"{folder.name}: {scored.said}")


async def judged(folder: Run, judge: Judge, *, again: bool = False) -> Scored:
    """Judges what this judge, in this version, has not judged; all of it `again`."""
    samples, tally, labels = folder.samples(), Tally(), Counter[str]()
    roots = tuple(map(Path, folder.manifest.data.roots))
    for shard in range(folder.manifest.config.shards):
        async with folder.locked(shard, _say):
            state = folder.state(shard)
            keys = set(_answered(state)) if again else owed(state, judge)
            answers = folder.answers(shard, state, keys)
            with folder.judgements(judge.name, shard) as lines:
                judging = Judging(judge, lines, tally, roots)

                async def judged_one(answer: tuple[str, str, str], judging: Judging = judging) -> Judgement | None:
                    key, sample_id, text = answer
                    return await judging.judge(key, _sample(folder, sample_id, samples.get(sample_id, {})), text)

                async with aclosing(in_order(answers, judged_one)) as verdicts:
                    async for verdict in verdicts:
                        if verdict is not None:
                            labels["failed" if verdict.reason == JUDGE_FAILED else "written"] += 1
    return Scored(judge.name, labels.total(), labels["failed"], tally.judge_troubles.get(judge.name, ""))


def _answered(state: RunState) -> Iterator[str]:
    return (key for key, answer in state.answers.items() if answer.answer_sha256)


def _sample(folder: Run, sample_id: str, row: Mapping[str, Any]) -> Sample:
    question, expected = row.get("question"), row.get("expected")
    pictures = [_picture(folder, each["path"]) for each in row.get("images") or [row.get("image")] if each]
    first = pictures[0] if pictures else None
    return Sample(
        benchmark=folder.manifest.config.benchmark,
        id=sample_id,
        question=question if isinstance(question, str) else "",
        expected=expected if isinstance(expected, str) else None,
        image=first.path if first else None,
        image_name=first.name if first else None,
        more_images=tuple(pictures[1:]),
    )


def _picture(folder: Run, name: str) -> Picture:
    """Where a picture of the data set lies now, or would lie; its name alone where the run names no folder."""
    places = [*candidates(name, [Path(root) for root in folder.manifest.data.roots]), Path(name)]
    return Picture(next((place for place in places if place.is_file()), places[0]), name)


async def _labelled(folder: Run, file: Path) -> Scored:
    """Writes people's verdicts: the majority's or an adjudicator's, with everybody's word as the reason."""
    state = folder.state()
    texts = {key: answer.answer_sha256 for key, answer in state.answers.items()}
    labels, others = current(read_labels(file), texts)
    if others:
        _say(f"{folder.name}: {others} labels of {file} are of other answers than this run's")
    check_task(labels, folder.manifest.task, file, folder.name)
    said = opinions(labels)
    words: dict[str, list[str]] = {}
    for label in labels:
        words.setdefault(label.id, []).append(_word(label))
    check_known(said, folder.manifest.answer_names(), file, folder.name)
    version, written, samples = content_sha256(file)[:16], 0, folder.samples()
    for shard in range(folder.manifest.config.shards):
        async with folder.locked(shard, _say):
            state = folder.state(shard)
            with folder.judgements(HUMAN, shard) as lines:
                for key, sample_id, text in folder.answers(shard, state, set(_answered(state))):
                    name = key if key in said else _plain_id(key)
                    if name in said:
                        expected = samples.get(sample_id, {}).get("expected")
                        judgement = against(
                            expected if isinstance(expected, str) else None, _of(said[name], words[name])
                        )
                        lines.append(judgement_line(key, judgement, judge=HUMAN, judge_version=version, answer=text))
                        written += 1
    return Scored(HUMAN, written)


def _word(label: Label) -> str:
    said = label.label if label.label != "partial" else f"partial ({'a' if label.refusal else 'no'} refusal)"
    return f"{label.rater or 'rater'}{', whose word is final' if label.final else ''}: {said}"


def _of(opinion: Opinion, words: list[str]) -> Judgement:
    label = opinion.label if opinion.decided or opinion.label == "empty" else "unjudged"
    reason = "; ".join(words) if label != "unjudged" else f"no majority: {'; '.join(words)}"
    return Judgement(label, opinion.refusal, reason=reason, sure=not opinion.split)  # type: ignore[arg-type]


def _plain_id(key: str) -> str:
    """What a label file calls an answer that has no repeats: its sample's id; a key's own name for any other."""
    _, sample_id, repeat = key.rsplit("/", 2)
    return sample_id if repeat == "0" else key


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {message}\n")
