"""`mosseval view`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def view(
    runs_dir: Annotated[
        Path, typer.Argument(metavar="[RUNS_DIR]", help="The folder that runs lie in, or one run.")
    ] = Path("runs"),
    port: Annotated[
        int | None,
        typer.Option("--port", "-p", min=0, max=65535, show_default="7820, or a free one", help="The port."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            show_default="the folders that the runs name",
            help="The data folder with the pictures, as for `mosseval run`.",
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
) -> None:
    """Explore runs in a browser: a list that is live while they run, and every run, sample and answer.

    It answers to this machine alone. On another machine forward the port: `ssh -L 7820:localhost:7820 HOST`.

    mosseval view

    mosseval view runs/demo-simulated-cautious --port 8000 --no-browser
    """
    from mosseval.commands.view import show

    show(runs_dir, port=port, browser=browser, data=data)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("view")(view)
