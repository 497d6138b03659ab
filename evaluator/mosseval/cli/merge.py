"""`mosseval merge`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.place import place


def merge(
    sources: Annotated[
        list[str], typer.Argument(metavar="SRC…", help="Folders or URLs that hold shards of one run, all or some.")
    ],
    out: Annotated[str, typer.Option("--out", metavar="DIR|URL", help="Where the merged run is written.")],
) -> None:
    """Make one run of a run's shards: what stands of each sample, and the verdicts on it.

    The merged run equals one that was never split, and the same `run` command without --shard goes on with it. Shards
    of different configuration, or of different questions, are refused. Merging again into the same run adds what is
    new. Shards that have no record yet are named; their samples are pending.

    mosseval merge s3://bucket/runs/one --out runs/one

    mosseval merge machine-a/run machine-b/run --out runs/one
    """
    from mosseval.commands.merge import merge as merge_runs

    merge_runs([place(each) for each in sources], place(out))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("merge", no_args_is_help=True)(merge)
