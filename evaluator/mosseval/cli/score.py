"""`mosseval score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def score(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Folders that `run` or `import` wrote.")],
    judge: Annotated[
        str | None,
        typer.Option("--judge", show_default="by the benchmark", help="'rules', 'yes-no', or 'human' with --labels."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", help="People's labels, .jsonl or .csv: id, label, refusal, rater."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Judge also what this judge has judged already.")] = False,
) -> None:
    """Judge a run's answers again, or by another judge; nothing is asked again.

    Verdicts are added under the judge's name; `summary --judge NAME` shows them. With several raters in --labels the
    majority decides; a tie stays unjudged.
    """
    from mosseval.commands.score import score_runs

    score_runs(tuple(runs), judge=judge, labels=labels, again=again)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("score", no_args_is_help=True)(score)
