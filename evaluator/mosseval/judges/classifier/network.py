"""What the judge asks of a classifier that is loaded: the seam between the judge and the library that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Origin:
    """Which model it is: what it is called, the commit of one from the hub, 64 hex digits over its files' content."""

    name: str
    digest: str
    revision: str | None = None


class Network(Protocol):
    """A sequence classifier whose labels exclude each other. Never called by two threads at a time."""

    @property
    def origin(self) -> Origin:
        """Which model it is."""
        ...

    @property
    def labels(self) -> Sequence[str]:
        """Its labels, in the order of their probabilities."""
        ...

    @property
    def limit(self) -> int:
        """How many tokens it reads at most, special ones included."""
        ...

    @property
    def device(self) -> str:
        """Where it runs."""
        ...

    def count(self, question: str, answer: str) -> int:
        """How many tokens the two make, in the form that it reads."""
        ...

    def probabilities(self, exchanges: Sequence[tuple[str, str]]) -> list[list[float]]:
        """For each question and answer a probability for each label, adding up to 1.

        Raises JudgeFailed where the library does not give them: no memory, no number.
        """
        ...
