"""`mosseval leaderboard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.place import place


def leaderboard(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="What `mosseval run` wrote: folders or URLs.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="The folder: a new one, or an earlier site's.")
    ] = Path("site"),
    title: Annotated[
        str, typer.Option("--title", show_default="Over-refusal leaderboard", help="The site's title.")
    ] = "",
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            metavar="DIR",
            show_default="the folders that the runs name",
            help="A data folder with pictures, as for `mosseval run`; several times for several benchmarks.",
        ),
    ] = None,
    judge: Annotated[
        str | None, typer.Option("--judge", show_default="each run's first", help="Whose verdicts to count.")
    ] = None,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=5000, help="Show at most so many samples of each benchmark.")
    ] = 1500,
    no_samples: Annotated[
        bool, typer.Option("--no-samples", help="Numbers alone: no question, picture or answer leaves the runs.")
    ] = False,
) -> None:
    """Write a static site: runs ranked beside the published figures, every sample, the data, the method.

    A folder of pages to open from disk or to put on any web server: nothing runs on the server, no page asks any other
    host for anything. Measured runs stand with intervals and the ranks that they may have; MOSSBench's twenty
    published models stand beside runs on it, marked as published. Yes/no benchmarks and contrast sets have tables of
    their own; a model's runs on a benchmark and its contrast set make a point of safety beside oversensitivity.

    Harmful and offensive texts are folded away. Only a new or empty folder is written, or one that this command
    wrote and nobody changed since.

    mosseval leaderboard runs/demo-simulated-helpful runs/demo-simulated-cautious

    mosseval leaderboard runs/* --out site --title "Our models, week 12"

    mosseval leaderboard runs/a s3://bucket/runs/b --data MOSSBench/ --judge human --no-samples
    """
    from mosseval.commands.leaderboard import Wish, write_leaderboard

    wish = Wish(out, tuple(data or ()), judge, 0 if no_samples else samples, title)
    write_leaderboard(tuple(map(place, runs)), wish)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("leaderboard", no_args_is_help=True)(leaderboard)
