"""`mosseval compare`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.place import place


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN RUN…", help="The baseline, then what is compared with it.")],
    judge: Annotated[
        str | None, typer.Option("--judge", show_default="the one that read all runs", help="Whose verdicts to count.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="table, json or markdown.")] = "table",
    fail_if_worse: Annotated[
        float | None,
        typer.Option(
            "--fail-if-worse",
            metavar="POINTS",
            min=0.0,
            max=100.0,
            help="End with 4 where a run is shown to be worse by more than so many percentage points.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="With --fail-if-worse: end with 4 unless being so much worse is excluded.")
    ] = False,
) -> None:
    """Compare runs with a baseline on the samples that they share.

    The difference with its interval, McNemar's exact test, Holm's adjustment, by stimulus and harm. Worse is a higher
    refusal rate, a lower one on a contrast set, a lower accuracy on a yes/no benchmark. Runs of different questions are
    refused; other pictures, prompts, decoding or judges are warned of. Runs of one model on a benchmark and on its
    contrast set make a point: the harmful refused beside the harmless refused.

    Ends with 0, or with 4 where the gate fails: decided on the interval, never on the point.

    mosseval compare runs/before runs/after --fail-if-worse 2
    """
    from mosseval.commands.compare import compare as compare_runs

    places = tuple(map(place, runs))
    raise typer.Exit(compare_runs(places, judge=judge, format=format, fail_if_worse=fail_if_worse, strict=strict))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("compare", no_args_is_help=True)(compare)
