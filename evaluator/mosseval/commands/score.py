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

from mosseval.commands.judge_options import JudgeOptions
from mosseval.commands.jury import Jury, judge_target
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.commands.people import TAKEN_BACK, People, own_labels
from mosseval.errors import UsageError
from mosseval.images import candidates
from mosseval.judges import Judge, Spec
from mosseval.judges.spec import HUMAN
from mosseval.judging import JUDGE_FAILED, Judging, against, in_order, owed
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
        files = [labels or own_labels(path) for path in paths]
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
    """Writes people's verdicts."""
    people, samples, written = People.read(folder, folder.state(), file), folder.samples(), 0
    if people.others:
        _say(f"{folder.name}: {people.others} labels of {file} are of other answers than this run's")
    for shard in range(folder.manifest.config.shards):
        async with folder.locked(shard, _say):
            state = folder.state(shard)
            with folder.judgements(HUMAN, shard) as lines:
                for key, sample_id, text in folder.answers(shard, state, set(_answered(state))):
                    judgement = people.verdict(key, state.verdict(HUMAN, key))
                    if judgement is not None:
                        judgement = against(_sample(folder, sample_id, samples.get(sample_id, {})).expected, judgement)
                        line = judgement_line(key, judgement, judge=HUMAN, judge_version=people.version, answer=text)
                        lines.append(line)
                        written += judgement.reason != TAKEN_BACK
    return Scored(HUMAN, written)


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {message}\n")
