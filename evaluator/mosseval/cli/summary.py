"""`mosseval summary`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.cli import flags
from mosseval.place import place


def summary(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="What `mosseval run` wrote: folders or URLs.")],
    format: flags.Format = "table",
    judge: Annotated[str | None, typer.Option("--judge", help="Whose verdicts to count.")] = None,
) -> None:
    """Print the refusal rate of runs, with denominator, interval and every gap.

    Ends with 0 also where there are gaps.
    """
    from mosseval.commands.summary import print_summaries

    print_summaries(tuple(map(place, runs)), format=format, judge=judge)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("summary", no_args_is_help=True)(summary)
