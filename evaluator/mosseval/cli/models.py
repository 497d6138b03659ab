"""`mosseval models`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.cli import flags


def models(
    target: flags.Target = "embedded",
    config: flags.Config = None,
    replay: flags.Replay = None,
    check: Annotated[
        bool, typer.Option("--check", help="Ask every live model that is ready one question; 1 where one fails.")
    ] = False,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", metavar="NAME", help="Ask this one instead; with --check, may be repeated."),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=flags.MAX_WAIT_S, help="Seconds for a model's answer.")
    ] = 60.0,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """List the models that a gateway serves, and what to do for those that it cannot serve yet.

    `--target embedded` asks the gateway package itself (a server is started for --check alone); `gateway` the one at
    MOSSEVAL_GATEWAY_URL. `--check` sends a small red picture through the gateway and prints what came back: the
    answer, the block, or the error. `--check -m openai/gpt-4o` asks any one model, also one behind a wildcard.
    """
    from mosseval.commands.models import Question, list_models

    question = Question(target, config, replay, format, check, tuple(model or ()), timeout)
    raise typer.Exit(list_models(question))


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("models")(models)
