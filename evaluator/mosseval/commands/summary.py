"""`mosseval summary`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.report import formats, table
from mosseval.store import Run, read_run
from mosseval.summary import summarise

FORMATS = {"json": formats.as_json, "markdown": formats.as_markdown, "csv": formats.as_csv}


def print_summaries(paths: tuple[Place, ...], *, format: str, judge: str | None) -> None:
    """Prints the summaries of runs on standard output."""
    if format not in ("table", *FORMATS):
        raise UsageError(f"there is no format {format!r}", hint=f"table, {', '.join(FORMATS)}")
    folders = [read_run(path) for path in paths]
    summaries = [summarise(folder, judge=judge) for folder in folders]
    for folder, summary in zip(folders, summaries, strict=True):
        if judge is not None and judge not in summary.judges:
            raise _not_judged(folder, judge, summary.judges)
    with kept_quiet():
        if format == "table":
            table.show(summaries, ResultConsole())
        else:
            sys.stdout.write(FORMATS[format](summaries))


def _not_judged(folder: Run, judge: str, known: Sequence[str]) -> UsageError:
    return UsageError(
        f"{folder.name} holds no verdicts of {judge!r}", hint=f"it was judged by: {', '.join(known) or 'nobody'}"
    )
