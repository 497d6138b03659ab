"""Which judges a command uses, as its flags say: checked before anything is read or asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mosseval import judges
from mosseval.errors import UsageError
from mosseval.judges import Spec, spec
from mosseval.judges.classifier.settings import ClassifierSettings
from mosseval.types import Task

if TYPE_CHECKING:
    from mosseval.judges.panel import Rule, Tie

DEADLINE_S = 120.0


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """One field a flag. `specs` are the judges in their order, none for the benchmark's own; the first is the one
    that a run's numbers are by. `rubric` is the text; `target` None is the command's own gateway; `classifier` holds
    the flags of classifiers."""

    specs: tuple[Spec, ...] = ()
    model: str | None = None
    target: str | None = None
    api_key_env: str | None = None
    rubric: str | None = None
    pictures: bool = False
    votes: int = 1
    rule: Rule = "majority"
    tie: Tie = "unjudged"
    deadline: float = DEADLINE_S
    classifier: ClassifierSettings = field(default_factory=ClassifierSettings)

    @classmethod
    def of(cls, name: str | None) -> JudgeOptions:
        """Of one judge that needs no settings."""
        return cls(spec.parse([name])) if name is not None else cls()

    @property
    def none(self) -> bool:
        """True where nothing is to be judged."""
        return any(each.kind == spec.NONE for each in self.specs)

    @property
    def human(self) -> bool:
        """True where people have judged."""
        return any(each.kind == spec.HUMAN for each in self.specs)

    @property
    def asks_a_model(self) -> bool:
        """Whether an endpoint is needed."""
        return any(each.asks_a_model for each in self.specs)

    @property
    def classifiers(self) -> tuple[Spec, ...]:
        """Those that run a model of their own, each once."""
        parts = (part for each in self.specs for part in each.parts)
        return tuple(dict.fromkeys(part for part in parts if part.kind == spec.CLASSIFIER))

    def checked(self) -> JudgeOptions:
        """Itself. Raises UsageError for a judge that there is not, and for flags that say nothing or too little."""
        if self.none or self.human:
            self._refuse_idle()
            return self
        for each in self.specs:
            judges.check(each)
        self._refuse_idle()
        parts = [part for each in self.specs for part in each.parts if part.kind in spec.WITH_MODEL]
        if self.model is None and any(part.model is None for part in parts):
            raise UsageError(f"--judge {parts[0].kind} needs a model", hint="name it: --judge-model NAME")
        if self.votes % 2 == 0:
            raise UsageError(f"--judge-votes {self.votes} could end in a tie", hint="an odd number")
        if self.rubric is not None and not self.rubric.strip():
            raise UsageError("--rubric is an empty file")
        self.classifier.checked()
        return self

    def for_task(self, task: Task, benchmark: str) -> tuple[Spec, ...]:
        """The judges of a benchmark's answers. Raises UsageError for one that cannot read them."""
        if self.none:
            return ()
        wanted = self.specs or (Spec(judges.DEFAULTS[task]),)
        return tuple(judges.check_task(each, task, benchmark) for each in wanted)

    def _refuse_idle(self) -> None:
        """Raises UsageError for flags of judges that are not there."""
        model_flags = {
            "--judge-model": self.model,
            "--judge-target": self.target,
            "--judge-api-key-env": self.api_key_env,
            "--rubric": self.rubric,
            "--judge-picture": self.pictures or None,
            "--judge-votes": self.votes if self.votes != 1 else None,
        }
        idle = [flag for flag, value in model_flags.items() if value is not None]
        if idle and not self.asks_a_model:
            raise UsageError(f"{idle[0]} is for a judge that asks a model", hint="add --judge llm (or cascade)")
        if self.classifier != ClassifierSettings() and not self.classifiers:
            raise UsageError("--classifier-… is for a classifier", hint="add --judge classifier:FOLDER")
        has_panel = any(each.kind == spec.PANEL for each in self.specs)
        if (self.rule, self.tie) != ("majority", "unjudged") and not has_panel:
            raise UsageError("--panel-rule and --panel-tie are for a panel", hint="--judge panel:rules+llm")


def named(specs: tuple[Spec, ...], name: str | None) -> tuple[Spec, ...]:
    """The judges, with `--judge-name` given to the only one. Raises UsageError where there are others."""
    if name is None:
        return specs
    if len(specs) != 1 or specs[0].name in (spec.NONE, spec.HUMAN):
        raise UsageError("--judge-name names one judge's verdicts", hint="name one with --judge")
    return (replace(specs[0], filed=spec.check_file_name(name)),)


def names(specs: Iterable[Spec]) -> tuple[str, ...]:
    """What their verdicts are filed under."""
    return tuple(each.name for each in specs)
