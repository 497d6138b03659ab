"""The first run beside each other one, as tables and words that call runs by their labels, never by their folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mosseval import comparable
from mosseval.comparison import Comparison, compared
from mosseval.errors import UsageError
from mosseval.points import Points
from mosseval.report.comparison import Compared, sheets, told
from mosseval.report.page.source import Source
from mosseval.report.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Differences:
    """What comes of comparing. `comparisons` are by the other run's label; `refused` says which runs cannot be, and
    why."""

    comparisons: tuple[tuple[str, Comparison], ...]
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...]
    refused: tuple[str, ...]


def differences_of(named: Sequence[Source]) -> Differences:
    """The runs beside the first one that is named."""
    found, refused = _comparisons(named)
    every = Compared(tuple(each for _, each in found), Points(()))
    return Differences(
        tuple(found),
        tuple(_without_paths(sheet, named) for sheet in sheets(every)) if found else (),
        tuple(_without_path(each, named) for each in told(every)) if found else (),
        tuple(_without_path(each, named) for each in refused),
    )


def _comparisons(runs: Sequence[Source]) -> tuple[list[tuple[str, Comparison]], list[str]]:
    """The first run that was named beside each other one, by its label, and why some cannot be."""
    found, refused = [], []
    baseline = runs[0].summary
    for run in runs[1:]:
        try:
            warnings = comparable.warnings(baseline, run.summary)
            found.append((run.label, compared(baseline, run.summary, warnings)))
        except UsageError as error:
            refused.append(f"{run.label}: not compared: {error}")
    return found, refused


def _without_paths(sheet: Sheet, runs: Sequence[Source]) -> Sheet:
    rows = tuple(tuple(_without_path(cell, runs) for cell in row) for row in sheet.rows)
    return replace(sheet, title=_without_path(sheet.title, runs), rows=rows)


def _without_path(text: str, runs: Sequence[Source]) -> str:
    """The text with runs called by their labels where it calls them by their folders: a report is sent to others."""
    for run in sorted(runs, key=lambda each: -len(each.folder.name)):
        text = text.replace(run.folder.name, run.label) if "/" in run.folder.name else text
    return text
