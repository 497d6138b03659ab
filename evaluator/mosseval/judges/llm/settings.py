"""What an llm judge is told to be; its version follows from this and the prompt alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import orjson

from mosseval.judges.llm.prompt import Prompt

MAX_TOKENS = 2048
"""Room for a reasoning model's thoughts before its few words of verdict."""
TEMPERATURE = 0.0
READING = "1"
"""Changes whenever the reading of what the model wrote does."""


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """The judge's model, its rubric (None: ours), how often each answer is put to it (odd), and whether it sees the
    pictures."""

    model: str
    rubric: str | None = None
    votes: int = 1
    pictures: bool = False

    @property
    def prompt(self) -> Prompt:
        """The prompt under this rubric."""
        return Prompt(self.rubric, pictures=self.pictures)

    @property
    def version(self) -> str:
        """16 hex digits over all that may change a verdict; the endpoint, which serves a model of that name, is not
        among it (each judgement's details name it)."""
        told = [READING, self.model, self.prompt.sha256, self.votes, self.pictures, MAX_TOKENS, TEMPERATURE]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()[:16]
