"""What a classifier judge is told to be, beside its model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from mosseval.errors import UsageError
from mosseval.judges.classifier.meanings import Meaning

ANSWER: Final = "answer"
PAIR: Final = "pair"
SURE = 0.9
PLACEHOLDER = re.compile(r"\{(?P<what>question|answer)\}")
DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,3})?")


@dataclass(frozen=True, slots=True)
class ClassifierSettings:
    """One field a flag.

    `labels` says what the model's labels mean where the table does not know them. `form` is what the model reads:
    ANSWER alone, PAIR (question and answer as the tokenizer's two texts), or a template with {answer} and, where it
    reads the question too, {question}. `sure`: from this probability on a verdict is sure. `length` bounds the tokens
    that are read (None: the model's own, at most 2,048). `device`: auto, cpu, cuda or cuda:N.
    """

    labels: Mapping[str, Meaning] = field(default_factory=lambda: MappingProxyType({}))
    form: str = ANSWER
    sure: float = SURE
    length: int | None = None
    device: str = "auto"

    def checked(self) -> ClassifierSettings:
        """Itself. Raises UsageError for a form without an answer, and for a device that is none."""
        if self.form not in (ANSWER, PAIR) and "{answer}" not in self.form:
            raise UsageError(
                f"--classifier-input {self.form!r} holds no answer",
                hint="'answer', 'pair', or a template with {answer} and, where the model reads it, {question}",
            )
        if not DEVICE.fullmatch(self.device):
            raise UsageError(f"--classifier-device {self.device!r} is none", hint="auto, cpu, cuda or cuda:N")
        return self


def written(form: str, question: str, answer: str) -> tuple[str, str | None]:
    """What the tokenizer is given under that form: a text, and the second of a pair."""
    if form == ANSWER:
        return answer, None
    if form == PAIR:
        return question, answer
    texts = {"question": question, "answer": answer}
    return PLACEHOLDER.sub(lambda match: texts[match["what"]], form), None
