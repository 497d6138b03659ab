"""`mosseval judge`."""

from __future__ import annotations

from typing import Annotated

import typer


def judge(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="Prompts and responses: .jsonl, .csv, or - (stdin).")],
    out: Annotated[str, typer.Option("--out", metavar="FILE|-", help="Where the verdicts go; - is stdout.")] = "-",
    judge: Annotated[str, typer.Option("--judge", help="'rules' reads refusals, 'yes-no' yes or no.")] = "rules",
    format: Annotated[
        str | None, typer.Option("--format", help="jsonl or csv, where no suffix says so.", show_default="jsonl")
    ] = None,
) -> None:
    """Judge answers that you have already, offline: were they refusals?

    A line in is {"id": …, "prompt": …, "response": …} (JSON lines, or CSV with such columns); a line out is {"id",
    "label", "refusal", "judge", "judge_version", "reason", "evidence", "sure"}. `evidence` is the span of the response
    that decided. A blank response is `empty`, which is no refusal.

    mosseval judge answers.jsonl --out verdicts.jsonl

    cat answers.jsonl | mosseval judge - | jq -c 'select(.refusal)'
    """
    from mosseval.commands.judge import judge_file

    judge_file(source, out, judge, format)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("judge", no_args_is_help=True)(judge)
