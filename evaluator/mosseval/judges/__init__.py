"""Judges: from question and answer to a verdict. A new judge is one module and one line of `FACTORIES`,
and one of `READS` where it does not read refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mosseval.errors import UsageError
from mosseval.judges.base import Judge, JudgeFailed
from mosseval.types import Task


def _rules() -> Judge:
    from mosseval.judges.rules import RulesJudge

    return RulesJudge()


def _yes_no() -> Judge:
    from mosseval.judges.yes_no import YesNoJudge

    return YesNoJudge()


FACTORIES: Mapping[str, Callable[[], Judge]] = MappingProxyType({"rules": _rules, "yes-no": _yes_no})
"""Name -> factory. Factories import what they need when called, so that listing the names stays light."""
DEFAULTS: Mapping[Task, str] = MappingProxyType({"refusal": "rules", "yes_no": "yes-no"})
"""The judge of each task where none is named."""
READS: Mapping[str, Task] = MappingProxyType({"yes-no": "yes_no"})
"""The task that a judge reads; one that is not listed reads refusals."""


def for_task(name: str | None, task: Task, benchmark: str) -> str:
    """The judge to use on a benchmark of that task: `name`, or the task's own where it is None.

    Raises:
        UsageError: there is no such judge, or it reads answers to another kind of question.
    """
    if name is None:
        return DEFAULTS[task]
    create(name)
    if READS.get(name, "refusal") != task:
        asks = "asks yes or no" if task == "yes_no" else "asks for help, not yes or no"
        raise UsageError(
            f"the judge {name!r} cannot read the answers to {benchmark}, which {asks}",
            hint=f"leave --judge out, or name {DEFAULTS[task]!r}",
        )
    return name


def create(name: str) -> Judge:
    """The judge of that name.

    Raises:
        UsageError: there is none; the hint gives the nearest names, or all.
    """
    factory = FACTORIES.get(name)
    if factory is None:
        near = get_close_matches(name, FACTORIES, n=3, cutoff=0.5) or sorted(FACTORIES)
        raise UsageError(f"there is no judge named {name!r}", hint=f"did you mean: {', '.join(near)}?")
    return factory()


__all__ = ["DEFAULTS", "FACTORIES", "READS", "Judge", "JudgeFailed", "create", "for_task"]
