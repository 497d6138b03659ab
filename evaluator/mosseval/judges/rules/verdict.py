"""A verdict with the sentence that decided it."""

from __future__ import annotations

from mosseval.judges.rules.reading import Read
from mosseval.types import Judgement, Label


def verdict(label: Label, reason: str, by: Read, *, refusal: bool | None = None, sure: bool = False) -> Judgement:
    """By the sentence that decided; `refusal` follows from the label (partial: the request was served) unless given."""
    refused = label == "refuse" if refusal is None else refusal
    return Judgement(label, refused, reason, (by.sentence.start, by.sentence.end), sure)
