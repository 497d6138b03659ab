"""The arguments of `mosseval run` that a Job passes on: read by `run`'s own parser, so that a slip is found at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import typer
import typer.main

from mosseval.cli import flags, judging, run
from mosseval.errors import UsageError

DATA = PurePosixPath("/data")
GIVEN_BY_JOB = {
    "target": "a Job's pods ask the gateway: --gateway-url",
    "shard": "a Job gives each pod its own: --shards N",
    "fresh": "name a new place with --out",
    "dry_run": "`mosseval run --dry-run` says what would be sent",
    "config": "the gateway has it: k8s/base/models.yaml",
    "replay": "the gateway has it",
    "api_key_env": "the key comes from a Secret: --key-secret NAME",
}
"""Flags of `run` that no Job may pass on, each with what to do instead."""
SET_BY_JOB = frozenset({"out", "allow_gaps"})
PACE = frozenset(
    {"concurrency", "rpm", "tpm", "timeout", "deadline", "max_attempts", "judge_deadline", "quiet"}
    | {"segment_records", "segment_seconds", "lease_seconds"}
)
"""How fast, and how patiently: they change no run."""
TEXTS = ("system_prompt", "safety_settings")
"""That may be `@FILE`: the file is here, not in the pod."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """`arguments` in the order of `run --help`, `identity` without what only changes the pace."""

    model: str
    benchmark: str
    arguments: tuple[str, ...]
    identity: Mapping[str, object]


def passed_on(arguments: Sequence[str]) -> PassedOn:
    """What `mosseval run` makes of these arguments. Raises UsageError, or typer's own, as `run` would."""
    if not arguments:
        raise UsageError("nothing says what is asked", hint="the flags of `mosseval run`: --model NAME and others")
    app = typer.Typer()
    run.register(app)
    app.callback()(lambda: None)
    command: Any = typer.main.get_command(app)
    context = command.commands["run"].make_context("mosseval run", list(arguments))
    given = {name: value for name, value in context.params.items() if _is_given(context, name)}
    for name, instead in GIVEN_BY_JOB.items():
        if name in given:
            raise UsageError(f"--{name.replace('_', '-')} is not passed on to pods", hint=instead)
    model = _one("--model", context.params["model"])
    benchmark = _one("--benchmark", context.params["benchmark"])
    _check(context.params)
    values = {**given, "model": model, "benchmark": benchmark}
    values.update({name: _inlined(name, values[name]) for name in TEXTS if name in values})
    options = [each for each in command.commands["run"].params if each.name in values and each.name not in SET_BY_JOB]
    written = [word for option in options for word in _words(option, values[option.name])]
    identity = {each.name: _plain(values[each.name]) for each in options if each.name not in PACE}
    return PassedOn(model, benchmark, tuple(written), identity)


def _is_given(context: Any, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _one(flag: str, values: Iterable[str]) -> str:
    named = tuple(dict.fromkeys(values))
    if len(named) != 1:
        raise UsageError(f"a Job is one run, and {flag} names {len(named)}", hint="call it once for each")
    if not named[0].strip():
        raise UsageError(f"{flag} is empty")
    return named[0]


def _check(params: Mapping[str, Any]) -> None:
    """What `run` would refuse in every pod, as far as it can be known here."""
    flags.parse_concurrency(params["concurrency"])
    flags.parse_ids(params["ids"])
    if params["rubric"] is not None:
        _in_pod("--rubric", str(params["rubric"]))
    else:
        judging.taken(dict(params))
    if params["data"] is not None:
        _in_pod("--data", str(params["data"]))


def _in_pod(flag: str, path: str) -> None:
    if not PurePosixPath(path).is_relative_to(DATA) or ".." in PurePosixPath(path).parts:
        raise UsageError(
            f"{flag} {path}: pods have no such file", hint=f"--data-claim NAME mounts a volume at {DATA}; name it there"
        )


def _inlined(name: str, value: str) -> str:
    flag = f"--{name.replace('_', '-')}"
    text = flags.text_or_file(flag, value) or ""
    if text.startswith("@") and value.startswith("@"):
        raise UsageError(f"{flag} {value}: a text that begins with @ cannot be passed on")
    return text


def _words(option: Any, value: Any) -> list[str]:
    if option.is_flag:
        return [option.opts[0]]
    values = value if isinstance(value, list | tuple) else [value]
    return [word for each in values for word in (option.opts[0], str(each))]


def _plain(value: Any) -> object:
    """A value as JSON can hold it."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | float | str) else str(value)
