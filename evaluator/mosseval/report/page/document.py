"""The page: everything in one file, within its bound of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mosseval.points import Points, points_of
from mosseval.report import cells, points
from mosseval.report.page import charts
from mosseval.report.page.environment import equipped
from mosseval.report.page.parts import Part, parts_of
from mosseval.report.page.pictures import Pictures, places
from mosseval.report.page.provenance import facts
from mosseval.report.page.samples import Group, chosen, groups_of, kinds_of, warning
from mosseval.report.page.source import Read, Source, labelled, read_answers
from mosseval.report.sheet import Sheet
from mosseval.version import __version__
from mosseval.web.figures.chart import Chart
from mosseval.web.figures.inline import figure
from mosseval.web.page import LOOK, THEME, asset, templates, whole_page
from mosseval.web.thumbnails import Thumbnails

PACKAGE = "mosseval.report.page"
MOST_BYTES = 3_000_000
"""Of the whole file."""
MOST_SAMPLES, MOST_ANSWERS = 300, 1500
"""That are shown in one report; the numbers cover all of them."""
PICTURE_BYTES, TEXT_CHARACTERS = 1_500_000, 500_000
"""What pictures and answers may take together, before pictures become base64 and texts markup."""
SHRINK = (1.0, 0.6, 0.3, 0.12)
"""Shares of these that are tried until the file is within its bound."""
FEW = 80
"""Samples up to which a picture may have twice the edge."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The samples of one part. `warning` is not empty where they are folded away."""

    groups: tuple[Group, ...]
    warning: str

    @property
    def shown(self) -> int:
        """How many samples are shown."""
        return sum(len(group.cards) for group in self.groups)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says, read once; the page, its figures and its tables are made of it."""

    sources: tuple[Source, ...]
    parts: tuple[Part, ...]
    points: Points
    safety: Chart | None
    safety_sheet: Sheet | None

    @classmethod
    def of(cls, sources: Sequence[Source]) -> Report:
        """The report of these runs."""
        found, sources = points_of([source.summary for source in sources]), labelled(sources)
        return cls(tuple(sources), tuple(parts_of(sources)), found, charts.safety(found), charts.safety_sheet(found))

    @property
    def charts(self) -> list[Chart]:
        """Every figure."""
        return [*(chart for part in self.parts for chart in part.charts), *([self.safety] if self.safety else [])]

    @property
    def sheets(self) -> list[Sheet]:
        """Every table."""
        ours = [self.safety_sheet] if self.safety_sheet else []
        return [*(sheet for part in self.parts for sheet in part.sheets), *ours]


def as_page(report: Report, *, title: str, data: Path | None, samples: int) -> str:
    """The file, at most MOST_BYTES of it where that can be; `samples` bounds those that are shown."""
    wanted = _wanted(report, samples)
    read = {id(source): read_answers(source, _keys(source, wanted)) for source in report.sources}
    page = ""
    for share in SHRINK:
        with ExitStack() as held:
            page = _page(report, title, _answers(report, wanted, read, data, share, held), read)
        if len(page.encode()) <= MOST_BYTES:
            break
    return page


def _wanted(report: Report, samples: int) -> list[dict[str, list[str]]]:
    """The samples of each part by their kinds; the parts share what may be shown."""
    most = min(samples, MOST_SAMPLES) // len(report.parts)
    return [chosen(kinds_of(part.sources), min(most, MOST_ANSWERS // len(part.sources))) for part in report.parts]


def _keys(source: Source, wanted: Sequence[dict[str, list[str]]]) -> set[str]:
    return {source.key(sample) for groups in wanted for found in groups.values() for sample in found}


def _answers(
    report: Report,
    wanted: Sequence[dict[str, list[str]]],
    read: dict[int, Read],
    data: Path | None,
    share: float,
    held: ExitStack,
) -> list[Answers]:
    count = sum(len(found) for groups in wanted for found in groups.values()) or 1
    answers = sum(len(part.sources) for part in report.parts) * count // len(report.parts) or 1
    longest = int(max(300, min(4000, share * TEXT_CHARACTERS / answers)))
    most = int(max(1500, min(14_000, share * PICTURE_BYTES / count)))
    thumbnails = held.enter_context(Thumbnails(320 if count <= FEW else 224, most))
    found = []
    for part, groups in zip(report.parts, wanted, strict=True):
        pictures = Pictures(places(part.sources[0], data), thumbnails)
        reads = [read[id(source)] for source in part.sources]
        cards = tuple(groups_of(part.sources, reads, groups, pictures, longest))
        found.append(Answers(cards, warning(part.sources[0])))
    return found


def _page(report: Report, title: str, answers: Sequence[Answers], read: dict[int, Read]) -> str:
    sources = report.sources
    environment = equipped(templates(PACKAGE), figure)
    values = {
        "title": title or _title(report),
        "version": __version__,
        "parts": list(zip(report.parts, answers, strict=True)),
        "safety": report.safety,
        "safety_sheet": report.safety_sheet,
        "safety_notes": list(points.notes(report.points)),
        "run_labels": [_column(source, report) for source in sources],
        "facts": facts(sources, [read[id(source)] for source in sources]),
    }
    styles = asset(LOOK), asset("report.css", PACKAGE)
    scripts = asset(THEME), asset("report.js", PACKAGE)
    return whole_page(environment, "report.html", values, styles=styles, scripts=scripts)


def _column(source: Source, report: Report) -> str:
    return f"{source.label}, {source.benchmark}" if len(report.parts) > 1 else source.label


def _title(report: Report) -> str:
    runs = [source.summary for source in report.sources]
    models = list(dict.fromkeys(cells.model(run) for run in runs))
    benchmarks = ", ".join(dict.fromkeys(cells.benchmark(run) for run in runs))
    who = models[0] if len(models) == 1 else f"{len(models)} models"
    return f"{who} on {benchmarks}"
