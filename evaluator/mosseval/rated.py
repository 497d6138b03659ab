"""What the numbers of every task have in common: a rate over the rows of a run, and how steady it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from mosseval.counting import Rate, Row, number_of, rate_over
from mosseval.repeats import Repeats, repeats_of


@dataclass(frozen=True, slots=True)
class Rated(ABC):
    """`rows` are one for each sample and repeat; `what` names that which `outcome` says of one."""

    rows: Sequence[Row]
    what: ClassVar[Literal["refused", "correct"]]

    @staticmethod
    @abstractmethod
    def outcome(row: Row) -> bool | None:
        """Whether it came out so; None where it stands outside the rate."""

    @property
    def rate(self) -> Rate:
        """The rate over all rows."""
        return self.rate_of(self.rows)

    def rate_of(self, rows: Iterable[Row]) -> Rate:
        """The rate of some of the rows."""
        return rate_over(rows, self.outcome, self.what)

    @property
    def gaps(self) -> int:
        """How many rows the rate says nothing about."""
        return number_of(row for row in self.rows if self.outcome(row) is None)

    @property
    def repeats(self) -> Repeats | None:
        """How steady the answers are; None where each sample was asked once."""
        return repeats_of(self.rows, self.outcome, self.what)
