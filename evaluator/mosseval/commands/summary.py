"""`mosseval summary`."""

from __future__ import annotations

import sys

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
    for folder in folders if judge else []:
        _require_judge(folder, str(judge))
    summaries = [summarise(folder, judge=judge) for folder in folders]
    with kept_quiet():
        if format == "table":
            table.show(summaries, ResultConsole())
        else:
            sys.stdout.write(FORMATS[format](summaries))


def _require_judge(folder: Run, judge: str) -> None:
    known = sorted(folder.state().verdicts)
    if judge not in known:
        raise UsageError(
            f"{folder.name} holds no verdicts of {judge!r}", hint=f"it was judged by: {', '.join(known) or 'nobody'}"
        )
