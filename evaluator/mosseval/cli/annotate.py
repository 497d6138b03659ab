"""`mosseval annotate`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from mosseval.errors import UsageError
from mosseval.place import place


def annotate(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="What `mosseval run` wrote: folders or URLs.")],
    rater: Annotated[
        str | None,
        typer.Option("--rater", metavar="NAME", show_default="your login name", help="Who labels."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            show_default="the folder annotations in each run",
            help="A folder for the labels: for runs in an object store, or in a folder that cannot be written.",
        ),
    ] = None,
    seed: Annotated[str, typer.Option("--seed", help="Another seed is another order of the answers.")] = "0",
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Decide where raters disagree: a final word, which then stands.")
    ] = False,
) -> None:
    """Label a run's answers by hand, at the terminal: one key an answer, model and judge hidden.

    Several runs are mixed, and nothing tells them apart. Each label is on the disk before the next answer is shown;
    the same command goes on where it was left. Several people label under their names; `--adjudicate` then shows the
    answers on which they disagree, with what each said. `mosseval score --judge human` counts the labels.

    mosseval annotate runs/demo-simulated-cautious --rater Anna
    """
    from mosseval.commands.annotate import Wish, annotate_runs

    annotate_runs(tuple(map(place, runs)), Wish(rater if rater is not None else _login(), out, seed, adjudicate))


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("nobody knows who you are", hint="say it: --rater NAME") from None


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("annotate", no_args_is_help=True)(annotate)
