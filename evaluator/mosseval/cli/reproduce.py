"""`mosseval reproduce`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.cli import flags


def reproduce(
    benchmark: Annotated[str, typer.Argument(metavar="mossbench", help="Whose table.")],
    transcripts: Annotated[
        Path,
        typer.Option("--transcripts", metavar="DIR", help="ID.json or ID/data.js for each model, by its id here."),
    ],
    data: flags.DataDir = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Set the paper's table beside ours, from the answers behind it, and say what explains the differences.

    For each model of which a transcript is there: the published rates by the paper's GPT judge and by people, our
    judge's counted as the paper counts (blanks are refusals), and ours. A difference of more than 3 points to the GPT
    judge is taken apart: blanks first, then what the two judges see in the same answers.
    """
    from mosseval.commands.reproduce import reproduce as show

    show(benchmark, transcripts, data=data, format=format)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("reproduce", no_args_is_help=True)(reproduce)
