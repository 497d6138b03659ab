"""`mosseval view`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.errors import UsageError


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
            help="The data folder with the pictures, as for `mosseval run`; that of what is collected.",
        ),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
    collect: Annotated[
        str | None,
        typer.Option("--collect", metavar="BENCHMARK", help="Collect answers of a model that is only on a web page."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="NAME", help="Whose answers are collected.")
    ] = None,
) -> None:
    """Explore runs in a browser: a list that is live while they run, and every run, sample and answer.

    With --collect it opens where answers of a web-only model are pasted in, sample by sample; what is there goes on.

    It answers to this machine alone. On another machine forward the port: `ssh -L 7820:localhost:7820 HOST`.

    mosseval view

    mosseval view runs/demo-simulated-cautious --port 8000 --no-browser

    mosseval view --collect mossbench --model gpt-4o-web --data MOSSBench/
    """
    from mosseval.commands.view import Collecting, show

    if collect is None and model is not None:
        raise UsageError("--model belongs to --collect BENCHMARK")
    if collect is not None and model is None:
        raise UsageError("--collect needs --model NAME", hint="`mosseval models` lists those that are web-only")
    wanted = Collecting(collect, model, data) if collect is not None and model is not None else None
    show(runs_dir, port=port, browser=browser, data=data, collecting=wanted)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("view")(view)
