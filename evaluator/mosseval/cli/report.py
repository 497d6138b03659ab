"""`mosseval report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.place import place


def report(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="What `mosseval run` wrote: folders or URLs.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            show_default="report.html; a folder figures for png, svg, pdf; standard output for markdown, latex",
            help="The file that is written; for png, svg and pdf a folder.",
        ),
    ] = None,
    format: Annotated[str, typer.Option("--format", help="html, png, svg, pdf, markdown or latex.")] = "html",
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            show_default="the folder that the run names",
            help="The data folder with the pictures, as for `mosseval run`.",
        ),
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", show_default="each run's first", help="Whose verdicts to count.")
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=300, help="Show at most so many samples with pictures and answers.")
    ] = 300,
    title: Annotated[
        str, typer.Option("--title", show_default="models and benchmarks", help="The report's title.")
    ] = "",
) -> None:
    """Write one page that shows runs: rates, figures, pictures, answers, failures, provenance.

    A single HTML file of at most 3 MB that opens from disk and asks the network for nothing: attach it, archive it.
    Several runs are ranked, compared pair by pair with the first one named, and, with their contrast sets, set into a
    plane of safety and oversensitivity. Answers to harmful or offensive texts are folded away.

    The figures alone, for print (--format png, svg, pdf), and the tables for a paper (--format markdown, latex).

    mosseval report runs/demo-simulated-cautious

    mosseval report runs/a runs/b runs/a-contrast runs/b-contrast --out models.html

    mosseval report runs/a runs/b --format pdf --out figures
    """
    from mosseval.commands.report import Wish, write_report

    write_report(tuple(map(place, runs)), Wish(out, format, data, judge, samples, title))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("report", no_args_is_help=True)(report)
