"""Judges: from question and answer to a verdict. A new offline judge is one module and one line of `FACTORIES`,
and one of `READS` where it does not read refusals; one that runs a model or is made of others, a line of `build`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING

from mosseval.errors import UsageError
from mosseval.judges import spec
from mosseval.judges.base import Judge, JudgeFailed
from mosseval.judges.spec import Spec
from mosseval.types import Task

if TYPE_CHECKING:
    from mosseval.judges.panel import Rule, Tie


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
    """The offline judge to use on a benchmark of that task: `name`, or the task's own where it is None.

    Raises:
        UsageError: there is no such judge, or it reads answers to another kind of question.
    """
    return check_task(Spec(name or DEFAULTS[task]), task, benchmark).name


def check_task(judge: Spec, task: Task, benchmark: str) -> Spec:
    """The judge, where it can read the answers to a benchmark of that task. Raises UsageError as `for_task`."""
    check(judge)
    if any(READS.get(part.kind, "refusal") != task for part in judge.parts):
        asks = "asks yes or no" if task == "yes_no" else "asks for help, not yes or no"
        raise UsageError(
            f"the judge {judge.name!r} cannot read the answers to {benchmark}, which {asks}",
            hint=f"leave --judge out, or name {DEFAULTS[task]!r}",
        )
    return judge


def check(judge: Spec) -> None:
    """Raises UsageError where there is no such judge; the hint gives the nearest names, or all."""
    for part in judge.parts:
        if part.kind not in (*FACTORIES, *spec.WITH_MODEL, spec.CLASSIFIER):
            known = sorted((*FACTORIES, *spec.WITH_MODEL, spec.PANEL, spec.CLASSIFIER))
            near = get_close_matches(part.kind, known, n=3, cutoff=0.5) or known
            raise UsageError(f"there is no judge named {part.kind!r}", hint=f"did you mean: {', '.join(near)}?")


def create(name: str) -> Judge:
    """The offline judge of that name. Raises UsageError as `check` does, and for one that needs a model."""
    check(Spec(name))
    if name not in FACTORIES:
        raise UsageError(
            f"the judge {name!r} needs a model, which this command has none of",
            hint=f"mosseval score RUN --judge {name}",
        )
    return FACTORIES[name]()


def build(judge: Spec, with_model: Callable[[Spec], Judge], *, rule: Rule = "majority", tie: Tie = "unjudged") -> Judge:
    """The judge that a spec names; `with_model` makes an llm judge or a classifier, named as the spec is.

    `rule` and `tie` are a panel's.
    """
    if judge.kind == spec.PANEL:
        from mosseval.judges.panel import PanelJudge

        return PanelJudge([build(each, with_model) for each in judge.members], rule=rule, tie=tie, name=judge.name)
    if judge.kind == spec.CASCADE:
        from mosseval.judges.cascade import CascadeJudge

        second = judge.members[-1] if judge.members else Spec(spec.LLM, judge.model)
        return CascadeJudge(create(spec.RULES), with_model(second), name=judge.name)
    return with_model(judge) if judge.kind in (spec.LLM, spec.CLASSIFIER) else create(judge.kind)


__all__ = [
    "DEFAULTS",
    "FACTORIES",
    "READS",
    "Judge",
    "JudgeFailed",
    "Spec",
    "build",
    "check",
    "check_task",
    "create",
    "for_task",
]
