"""What to do next, as commands print it: from a run to its page, to people, to files, to a site of all of them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mosseval.place import Place
from mosseval.terminal import one_line, program

PAGES = ("jinja2", "matplotlib")
NEEDS = {"report": PAGES, "leaderboard": PAGES, "view": (*PAGES, "starlette", "uvicorn")}
"""Command -> the packages without which it cannot be run."""
LONGEST = 2000


def able(command: str) -> bool:
    """Whether what a command needs is installed."""
    return all(find_spec(package) for package in NEEDS.get(command, ()))


def onward(*words: object) -> str:
    """`next: mosseval …`: a command as it can be typed, on one line."""
    return one_line(f"next: {shlex.join((program(), *map(str, words)))}", LONGEST)


def after_run(runs: Sequence[str]) -> str:
    """The page of the runs; their numbers where pages cannot be made."""
    return onward("report", *runs) if able("report") else onward("summary", *runs, "--format", "json")


def after_report(runs: Sequence[Place]) -> str:
    """The app over the folder that the runs lie in; figures for print where there is none, or no app."""
    homes = {run.parent for run in runs if isinstance(run, Path)}
    if len(homes) == 1 and all(isinstance(run, Path) for run in runs) and able("view"):
        return onward("view", *homes)
    return onward("report", *runs, "--format", "pdf", "--out", "figures")


def after_agreement(runs: Sequence[str]) -> str:
    """The first run as a file that others read."""
    return onward("export", runs[0], "--format", "submission", "--out", "submission.json")


def after_export(run: Place) -> str:
    """The run beside the published ones."""
    return onward("leaderboard", run, "--out", "site")
