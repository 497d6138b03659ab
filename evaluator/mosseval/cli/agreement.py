"""`mosseval agreement`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.place import place


def agreement(
    sources: Annotated[
        list[str], typer.Argument(metavar="RUN|FILE…", help="Judged runs, or verdict files of `mosseval judge`.")
    ],
    reference: Annotated[
        str, typer.Option("--reference", metavar="NAME|FILE", help="Another judge of the run, or a file of labels.")
    ] = "human",
    judge: Annotated[
        str | None, typer.Option("--judge", show_default="the run's other one", help="Whose verdicts are examined.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    listed: Annotated[int, typer.Option("--list", min=0, metavar="N", help="Show so many disagreements.")] = 20,
) -> None:
    """Say how far a judge agrees with people, or with another judge, and where it does not.

    Accuracy, precision, recall, Cohen's kappa and Krippendorff's alpha over refusals, each with a 95% interval (over
    samples, however often each was asked); the table of labels; by stimulus; and the disagreements. A file of labels
    has the columns id, label, and optionally refusal (0 or 1) and rater; of several raters the majority counts.
    """
    from mosseval.commands.agreement import print_agreement

    print_agreement(tuple(map(place, sources)), reference=reference, judge=judge, format=format, listed=listed)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("agreement", no_args_is_help=True)(agreement)
