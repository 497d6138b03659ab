"""`mosseval data list|show|fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.cli import flags

data = typer.Typer(help="Look at benchmarks and their samples; fetch one from the hub.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="BENCHMARK|FILE")]


@data.command("list")
def list_(
    benchmark: Annotated[str | None, typer.Argument(metavar="[BENCHMARK|FILE]")] = None,
    data: flags.DataDir = None,
    columns: flags.ColumnsFlag = None,
    task: flags.TaskFlag = None,
    remote_images: flags.RemoteImages = False,
    texts: Annotated[bool, typer.Option("--texts", help="Show texts that are offensive by design, too.")] = False,
) -> None:
    """List the benchmarks, or one benchmark's samples."""
    from mosseval.benchmarks import parse_reading
    from mosseval.commands.data import list_benchmarks, list_samples

    if benchmark is None:
        list_benchmarks()
    else:
        list_samples(benchmark, data, parse_reading(columns, task, remote=remote_images), texts=texts)


@data.command("show")
def show(
    benchmark: Name,
    sample: Annotated[str, typer.Argument(metavar="ID")],
    data: flags.DataDir = None,
    columns: flags.ColumnsFlag = None,
    task: flags.TaskFlag = None,
    remote_images: flags.RemoteImages = False,
) -> None:
    """Print one sample: question, tags, and where its picture lies."""
    from mosseval.benchmarks import parse_reading
    from mosseval.commands.data import show_sample

    show_sample(benchmark, sample, data, parse_reading(columns, task, remote=remote_images))


@data.command("fetch")
def fetch(
    benchmark: Name,
    into: Annotated[Path | None, typer.Option("--into", metavar="DIR", help="Where to store it.")] = None,
) -> None:
    """Download a benchmark at its pinned revision, check it, and say where it lies."""
    from mosseval.commands.data import fetch_benchmark

    fetch_benchmark(benchmark, into)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(data, name="data")
