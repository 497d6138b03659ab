"""`mosseval models`: what a gateway serves and what to do for the rest; with `--check`, whether it answers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mosseval.catalogue import key_refused
from mosseval.client import Endpoint
from mosseval.commands.model_check import Checked, check, once
from mosseval.commands.model_rows import ABSENT, KEYS, ModelRow, rows
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.embedded import gateway_command
from mosseval.errors import TargetRejected, TargetUnreachable, UsageError
from mosseval.targets import Target, resolve
from mosseval.terminal import one_line

FORMATS = ("table", "json")
TABLE_FROM = 138
"""Columns from which a table holds every name of the built-in models whole."""
WIDEST_ROUTE = 40
LIST_TIMEOUT_S = 30.0
MAX_CHARACTERS = 200
"""Of what came back, on its line."""


@dataclass(frozen=True, slots=True)
class Question:
    """What `mosseval models` was asked for; seconds."""

    target: str
    config: Path | None = None
    replay: Path | None = None
    format: str = "table"
    check: bool = False
    models: tuple[str, ...] = ()
    timeout_s: float = 60.0


def list_models(question: Question) -> int:
    """Prints the models, or what each of them answered; returns the exit code: 1 where one did not answer."""
    if question.format not in FORMATS:
        raise UsageError(f"there is no format {question.format!r}", hint=", ".join(FORMATS))
    if question.models and not question.check:
        raise UsageError("--model names a model to ask: it goes with --check")
    target = resolve(question.target, config=question.config, replay=question.replay)
    if question.check:
        return asyncio.run(_check(target, question))
    document = asyncio.run(_listing(target.endpoint)) if target.endpoint else _without_a_server(question)
    with kept_quiet():
        if question.format == "json":
            sys.stdout.write(json.dumps(document, indent=2) + "\n")
        else:
            show(list(rows(document)), ResultConsole())
    return 0


def _without_a_server(question: Question) -> dict[str, Any]:
    """The gateway package's own list. Raises UsageError with its words where it refuses the configuration."""
    command = gateway_command("models", "mosseval models")
    for flag, value in (("--config", question.config), ("--replay", question.replay)):
        command += [] if value is None else [flag, str(value)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8", errors="replace")  # noqa: S603
    if done.returncode != 0:
        raise UsageError(done.stderr.strip().removeprefix("mosseval gateway: ") or f"it ended with {done.returncode}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


async def _listing(endpoint: Endpoint) -> dict[str, Any]:
    """The body of `/v1/models`. Raises TargetUnreachable or TargetRejected."""
    async with once(endpoint, LIST_TIMEOUT_S) as client:
        status, document = await client.get("/models")
    if status == 0:
        raise TargetUnreachable(f"nobody answers at {endpoint.base_url}", hint="start it first")
    if status == 401 and endpoint.is_gateway:
        raise key_refused(endpoint)
    if not isinstance(document, dict) or not isinstance(document.get("data"), list):
        raise TargetRejected(f"{endpoint.base_url}/models answers with HTTP {status} and no list of models")
    return document


async def _check(target: Target, question: Question) -> int:
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(target.opened())
        document = await _listing(opened.endpoint)
        listed = list(rows(document))
        names = question.models or [row.id for row in listed if row.asked_by_check]
        checked = await check(opened.endpoint, names, question.timeout_s)
    with kept_quiet():
        if question.format == "json":
            sys.stdout.write(json.dumps({**document, "checks": [each.document() for each in checked]}, indent=2) + "\n")
        else:
            _show_checked(checked, len(listed), ResultConsole())
    return 0 if checked and all(each.outcome == "answered" for each in checked) else 1


def show(listed: Sequence[ModelRow], console: Console) -> None:
    if console.width >= TABLE_FROM:
        table = _table("id", "status", "route", "key", "what to do")
        table.columns[2].min_width = min(WIDEST_ROUTE, max((len(row.route) for row in listed), default=0))
        for row in listed:
            cells = (row.id, row.status, row.route, KEYS[row.key], row.todo)
            texts = [Text(one_line(cell) or ABSENT) for cell in cells]
            if row.remark:
                texts[1].append(f"\n{one_line(row.remark)}", style="dim")
            table.add_row(*texts)
        console.print(table)
    else:
        for row in listed:
            _show_narrow(row, console)
    console.print(Text("an id that ends in /* stands for every model of that provider: openai/gpt-4o", style="dim"))


def _show_narrow(row: ModelRow, console: Console) -> None:
    """The same on lines of their own, so that no name is broken in two."""
    head = Text(f"{one_line(row.id):24} ", style="bold")
    head.append(" ".join(part for part in (one_line(row.status) or ABSENT, one_line(row.remark)) if part), style="")
    if row.key in ("missing", "server"):
        head.append(", key missing" if row.key == "missing" else ", no server")
    console.print(head, soft_wrap=True)
    if row.route not in ("", row.id):
        console.print(Text(f"  {one_line(row.route)}", style="dim"), soft_wrap=True)
    if row.todo:
        console.print(Text(f"  → {one_line(row.todo)}"), soft_wrap=True)


def _show_checked(checked: Sequence[Checked], listed: int, console: Console) -> None:
    if checked:
        table = _table("id", "came back", "words", "seconds")
        for each in checked:
            words = f"{each.code}: {each.said}" if each.code else each.said
            style = "" if each.outcome == "answered" else "bold"
            seconds = ABSENT if each.seconds is None else f"{each.seconds:.1f}"
            cells = (one_line(each.id), Text(each.outcome, style=style), one_line(words, MAX_CHARACTERS), seconds)
            table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
        console.print(table)
    answered = sum(each.outcome == "answered" for each in checked)
    summary = f"{answered} of {len(checked)} answered" if checked else "no live model is ready to be asked"
    console.print(Text(f"{summary}; {listed} are listed: `mosseval models` says what to do for each"))


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", justify="right" if title == "seconds" else "left")
    return table
