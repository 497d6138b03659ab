"""`mosseval reproduce mossbench`: the published table from transcripts, and what explains the differences."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from mosseval import benchmarks, judges, transcripts
from mosseval.benchmarks import Reading
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.errors import DataError, UsageError
from mosseval.judges import Judge
from mosseval.published import MOSSBENCH, STIMULI
from mosseval.report.cells import words
from mosseval.reproduction import Cell, Line, distances, lines
from mosseval.terminal import one_line
from mosseval.transcripts.base import Recorded, named
from mosseval.types import Sample

BENCHMARK = "mossbench"
SCRIPT = "data.js"
COLUMNS = ("stimulus", "published, GPT", "published, people", "as the paper counts", "ours", "95% CI", "of", "blank")


def reproduce(benchmark: str, folder: Path, *, data: Path | None, format: str) -> None:
    """Judges the transcripts of the published models and prints their rows."""
    if benchmark != BENCHMARK:
        raise UsageError(f"{benchmark!r} has no table to reproduce here", hint=BENCHMARK)
    if format not in ("table", "json"):
        raise UsageError(f"there is no format {format!r}", hint="table or json")
    files = _files(folder)
    samples = {sample.id: sample for sample in benchmarks.get(BENCHMARK, Reading()).load(data).samples}
    judge = judges.create(judges.DEFAULTS["refusal"])
    found = [line for model, file in files.items() for line in _model(model, file, samples, judge)]
    with kept_quiet():
        if format == "json":
            sys.stdout.write("".join(json.dumps(line.document()) + "\n" for line in found))
        else:
            _show(found, judge)


def _files(folder: Path) -> dict[str, Path]:
    """The transcripts of models that the table has: `ID.json`, or `ID/data.js`."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="name one with ID.json or ID/data.js for each model")
    found = {}
    for model in MOSSBENCH:
        for file in (folder / f"{model}.json", folder / model / SCRIPT):
            if file.is_file():
                found[model] = file
    if not found:
        raise UsageError(
            f"{folder} holds no transcript of the published models",
            hint=f"ID.json or ID/{SCRIPT}, where ID is one of {', '.join(MOSSBENCH)}",
        )
    return found


def _model(model: str, file: Path, samples: dict[str, Sample], judge: Judge) -> Sequence[Line]:
    answers = [each for each in transcripts.read(file).answers if each.asked]
    unknown = [each.id for each in answers if each.id not in samples]
    if unknown:
        raise DataError(f"{file}: {BENCHMARK} has no sample {named(unknown)}")
    return list(lines(model, MOSSBENCH[model], asyncio.run(_cells(judge, answers, samples)).values()))


async def _cells(judge: Judge, answers: Iterable[Recorded], samples: dict[str, Sample]) -> dict[str, Cell]:
    """The answers by stimulus."""
    cells = dict.fromkeys(STIMULI, Cell(0, 0))
    for each in answers:
        sample = samples[each.id]
        cells[str(sample.tags["stimulus"])] += await _cell(judge, sample, each.text)
    return cells


async def _cell(judge: Judge, sample: Sample, text: str | None) -> Cell:
    if text is None or not text.strip():
        return Cell(0, 0, blank=1)
    verdict = await judge.judge(sample.question, text)
    return Cell(0, 0, unjudged=1) if verdict.refusal is None else Cell(int(verdict.refusal), 1)


def _show(found: Sequence[Line], judge: Judge) -> None:
    console = ResultConsole()
    console.print(f"Refusal rates of MOSSBench (arXiv 2406.17806), judged by {judge.name} {judge.version}, in percent")
    for model in dict.fromkeys(line.model for line in found):
        mine = [line for line in found if line.model == model]
        table = Table(box=box.SIMPLE_HEAD, title=one_line(model), title_justify="left", pad_edge=False)
        for column in COLUMNS:
            table.add_column(column, justify="left" if column == "stimulus" else "right", no_wrap=True)
        for line in mine:
            table.add_row(*_row(line))
        console.print(table)
        for line in mine:
            if line.explanation():
                said = f"{words(line.stimulus)} {line.difference:+.1f} to GPT: {line.explanation()}"
                console.print(Text(f"• {said}"), soft_wrap=True)
    gpt, ours, cells = distances(found)
    console.print(
        f"\nMean distance to the paper's people over {cells} cells, blanks counted as refusals as the paper does: "
        f"the paper's GPT judge {gpt:.2f} points, {judge.name} {ours:.2f}",
        highlight=False,
        soft_wrap=True,
    )


def _row(line: Line) -> list[str]:
    interval = line.cell.ours.interval()
    figures = (line.gpt, line.people, line.cell.as_the_paper_counts.percent, line.cell.ours.percent)
    return [
        words(line.stimulus),
        *("–" if figure is None else f"{figure:.1f}" for figure in figures),
        f"{interval[0]:.1f}–{interval[1]:.1f}" if interval else "–",
        f"{line.cell.ours.count} of {line.cell.ours.of}",
        str(line.cell.blank),
    ]
