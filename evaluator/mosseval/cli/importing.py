"""`mosseval import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.cli import flags
from mosseval.place import place


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The recorded answers.")],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", metavar="NAME", help="What was asked.")],
    model: Annotated[str, typer.Option("--model", "-m", metavar="NAME", help="Who answered.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR|URL", help="The run's folder, or its prefix.")],
    data: flags.DataDir = None,
    format: Annotated[
        str | None,
        typer.Option("--format", show_default="by the suffix", help="published, inspect, jsonl, csv or parquet."),
    ] = None,
    judge: flags.Judge = None,
) -> None:
    """Turn recorded answers into a run: judged, summarised and compared like any other.

    Reads published transcripts ({ID: {"response": …}} as .json, or MOSSBench's data.js), leaderboard submissions, what
    was collected by hand in `mosseval view` (with its blocks and failures), logs of inspect_ai (.json, .eval), and id
    and response as .jsonl or .csv. What `mosseval export` wrote becomes the same run again, with its verdicts; nothing
    is judged anew unless --judge says so. A null or blank response is `empty`, never a refusal. Ids that the benchmark
    does not have, or that occur twice, are named, and nothing is written.

    mosseval import data.js -b mossbench -m gpt-4o --data MOSSBench/ --out runs/gpt-4o
    """
    from mosseval.commands.importing import Order, import_file

    import_file(Order(file, benchmark, model, data, place(out), format, judge))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("import", no_args_is_help=True)(import_)
