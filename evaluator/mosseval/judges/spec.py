"""Judges as the command line names them: `rules`, `llm:MODEL`, `classifier:MODEL`, `cascade`, `panel:rules+llm`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mosseval.errors import UsageError

NONE, HUMAN = "none", "human"
LLM, CASCADE, PANEL, CLASSIFIER = "llm", "cascade", "panel", "classifier"
RULES = "rules"
WITH_MODEL = (LLM, CASCADE)
"""Those that ask a model behind an endpoint: `KIND:MODEL` names one of their own."""
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._]+")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Spec:
    """One judge. `kind` is an offline judge's name or one of LLM, CASCADE, PANEL, CLASSIFIER; `model` None is
    --judge-model's. `members` are a panel's, or the two of a cascade that asks no endpoint. `filed` is the name that
    its verdicts are filed under, where it has one of its own."""

    kind: str
    model: str | None = None
    members: tuple[Spec, ...] = ()
    filed: str | None = None

    @property
    def name(self) -> str:
        """The name that verdicts are filed under: safe in a file's name."""
        if self.filed is not None:
            return self.filed
        if self.kind == CASCADE and self.members:
            return f"{CASCADE}-{self.members[-1].name}"
        if self.model is None:
            return self.kind
        model = _last(self.model) if self.kind == CLASSIFIER else self.model
        return f"{self.kind}-{NOT_IN_A_NAME.sub('-', model).strip('-')}"

    @property
    def parts(self) -> tuple[Spec, ...]:
        """Itself, or all that it is made of."""
        return tuple(part for member in self.members for part in member.parts) or (self,)

    @property
    def asks_a_model(self) -> bool:
        """Whether any part of it needs an endpoint."""
        return any(part.kind in WITH_MODEL for part in self.parts)

    @property
    def gathers(self) -> bool:
        """Whether it is better asked about many answers at a time than about one after the other."""
        return self.asks_a_model or any(part.kind == CLASSIFIER for part in self.parts)


def parse(values: Iterable[str]) -> tuple[Spec, ...]:
    """The judges that all `--judge` flags name, in their order; empty where none is named.

    Raises:
        UsageError: an empty name, a judge named twice, a panel of one, or a name that takes no model.
    """
    words = [word.strip() for value in values for word in value.split(",")]
    specs = tuple(map(_spec, words))
    names = [spec.name for spec in specs]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise UsageError(f"--judge names {doubled!r} twice")
    for alone in (NONE, HUMAN):
        if alone in names and len(names) > 1:
            raise UsageError(f"--judge {alone} stands alone", hint="leave the other judges out")
    return specs


def check_file_name(name: str) -> str:
    """`name` where verdicts may be filed under it. Raises UsageError."""
    if not FILE_NAME.fullmatch(name) or name in (NONE, HUMAN):
        raise UsageError(f"--judge-name {name!r} is no name for a file", hint="letters, digits, '.', '_' and '-'")
    return name


def _spec(word: str) -> Spec:
    if not word:
        raise UsageError("--judge names no judge", hint="leave it out for the benchmark's own")
    kind, _, rest = word.partition(":")
    if kind == PANEL:
        return _panel(word, rest)
    if kind == CLASSIFIER:
        return _classifier(word, rest)
    if kind == CASCADE and rest.startswith(f"{CLASSIFIER}:"):
        return Spec(CASCADE, members=(Spec(RULES), _classifier(word, rest.partition(":")[2])))
    if word == kind:
        return Spec(word)
    if kind not in WITH_MODEL or not rest:
        raise UsageError(
            f"--judge {word!r}: {kind!r} takes no model", hint="llm:MODEL, cascade:MODEL, classifier:MODEL or panel:A+B"
        )
    return Spec(kind, rest)


def _panel(word: str, rest: str) -> Spec:
    if not rest:
        raise UsageError("a panel has members", hint="for example --judge panel:rules+llm")
    members = tuple(_spec(member.strip()) for member in rest.split("+"))
    if len(members) < 2 or len({member.name for member in members}) < len(members):
        raise UsageError(f"{word!r} is no panel: it takes two judges or more, each once")
    if any(member.kind == PANEL for member in members):
        raise UsageError("a panel has no panels in it")
    return Spec(PANEL, members=members)


def _classifier(word: str, model: str) -> Spec:
    if not _last(model).strip("."):
        raise UsageError(
            f"--judge {word!r} names no model", hint="classifier:FOLDER, or classifier:OWNER/NAME from the hub"
        )
    return Spec(CLASSIFIER, model)


def _last(model: str) -> str:
    """What a model is called: a folder's own name, or that after its owner's; no path of this machine, no revision."""
    return model.rstrip("/").rpartition("/")[2].partition("@")[0]
