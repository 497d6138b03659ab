"""`mosseval gateway`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def gateway(
    host: Annotated[str | None, typer.Option(show_default="127.0.0.1", help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, show_default="4000", help="0: any.")] = None,
    config: Annotated[Path | None, typer.Option(help="A LiteLLM-style model list.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Recorded answers to serve under their models' ids.")] = None,
    keys: Annotated[Path | None, typer.Option(help="A file of keys, as hashes, each with what it may do.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, show_default="1", help="Processes.")] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Listen beyond loopback without keys, knowingly.")] = False,
    new_key: Annotated[
        str | None, typer.Option(metavar="NAME", help="Make a key, print it and its entry for --keys, and end.")
    ] = None,
) -> None:
    """Serve every configured model behind one OpenAI-style endpoint, until stopped.

    Keys: MOSSEVAL_GATEWAY_KEYS (comma separated), or --keys. Without any it listens on loopback only.
    """
    from mosseval.commands.gateway import make_key, serve

    if new_key is not None:
        make_key(new_key)
    serve(host=host, port=port, config=config, replay=replay, keys=keys, workers=workers, no_auth=no_auth)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("gateway")(gateway)
