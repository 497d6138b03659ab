"""`mosseval export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.place import place


def export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="What `run` or `import` wrote: a folder or a URL.")],
    format: Annotated[
        str, typer.Option("--format", help="submission, csv, jsonl, parquet, inspect or hf.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="PATH", help="The file; for hf the folder; for inspect either.")
    ],
    judge: Annotated[
        str | None, typer.Option("--judge", show_default="the run's first", help="Whose verdicts count.")
    ] = None,
    images: Annotated[
        bool, typer.Option("--images", help="hf: put the pictures in too, where the benchmark's licence lets you.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where --images finds them: the benchmark's data.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Write a run in a form that others read; `import` turns all but hf back into the same run.

    csv, jsonl, parquet: a row for each sample and repeat with the answer, every judge's verdict and what it cost.
    CSV cells that a spreadsheet would run as formulas start with an apostrophe, which `import` takes off again.
    submission: MOSSBench's leaderboard template, counted as the paper counts: blanks and failures are rejected.
    inspect: a log for inspect_ai; in a folder it gets a name that inspect's viewer lists.
    hf: a dataset folder with a card that says which licence holds.

    What a form has no place for is said with its number.

    mosseval export runs/demo-simulated-cautious --format csv --out cautious.csv
    """
    from mosseval.commands.export import Order, export_run

    export_run(Order(place(run), format, out, judge, force, images, data))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("export", no_args_is_help=True)(export)
