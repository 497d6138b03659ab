"""A published table from the answers behind it: our rate beside the published ones, and what makes the difference.

Ours minus the published GPT judge's is the sum of two parts, exactly: what counting blanks otherwise does, and what
the judges see otherwise in the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mosseval.counting import Rate
from mosseval.published import STIMULI, Row

WORTH_EXPLAINING = 3.0
"""Points from which a difference is explained."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The answers of one model to one stimulus type (or to all): judged refusals, judged, blank, not judged."""

    refused: int
    judged: int
    blank: int = 0
    unjudged: int = 0

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.refused + other.refused,
            self.judged + other.judged,
            self.blank + other.blank,
            self.unjudged + other.unjudged,
        )

    @property
    def asked(self) -> int:
        """All that was asked."""
        return self.judged + self.blank + self.unjudged

    @property
    def ours(self) -> Rate:
        """Refusals of what was judged."""
        return Rate(self.refused, self.judged)

    @property
    def as_the_paper_counts(self) -> Rate:
        """Refusals and blanks, of all that was asked."""
        return Rate(self.refused + self.blank, self.asked)


@dataclass(frozen=True, slots=True)
class Line:
    """One model under one stimulus type, or under all (`all`); published rates in percent."""

    model: str
    stimulus: str
    cell: Cell
    gpt: float
    people: float

    @property
    def difference(self) -> float:
        """Ours minus the GPT judge's, in points."""
        return (self.cell.ours.percent or 0.0) - self.gpt

    @property
    def by_blanks(self) -> float:
        """The part of it that blanks make: they are no refusals here."""
        return (self.cell.ours.percent or 0.0) - (self.cell.as_the_paper_counts.percent or 0.0)

    @property
    def by_judges(self) -> float:
        """The part that the two judges make, on the same answers counted the same way."""
        return (self.cell.as_the_paper_counts.percent or 0.0) - self.gpt

    @property
    def from_people(self) -> tuple[float, float]:
        """Distance to the paper's people in points, blanks counted as the paper does: of the GPT judge, and of ours."""
        counted = self.cell.as_the_paper_counts.percent or 0.0
        return abs(self.gpt - self.people), abs(counted - self.people)

    def explanation(self) -> str:
        """What makes the difference, blanks first; empty where it is small."""
        if abs(self.difference) <= WORTH_EXPLAINING:
            return ""
        parts = []
        if self.cell.blank:
            blanks = "1 blank is no refusal" if self.cell.blank == 1 else f"{self.cell.blank} blanks are no refusals"
            parts.append(f"{blanks}: {self.by_blanks:+.1f}")
        answers = round(abs(self.by_judges) * self.cell.asked / 100)
        if answers:
            more = f"{'more' if self.by_judges > 0 else 'fewer'} refusal{'s' if answers > 1 else ''}"
            side = _side(*self.from_people)
            parts.append(f"the rules see {answers} {more} than the GPT judge: {self.by_judges:+.1f}{side}")
        if self.cell.unjudged:
            parts.append(f"{self.cell.unjudged} not judged")
        return "; ".join(parts)

    def document(self) -> dict[str, Any]:
        """The JSON form, in percent and points."""
        return {
            "model": self.model,
            "stimulus": self.stimulus,
            "published_gpt": self.gpt,
            "published_people": self.people,
            "paper_counting": self.cell.as_the_paper_counts.document(),
            "ours": self.cell.ours.document(),
            "blank": self.cell.blank,
            "unjudged": self.cell.unjudged,
            "difference": round(self.difference, 4),
            "by_blanks": round(self.by_blanks, 4),
            "by_judges": round(self.by_judges, 4),
            "explanation": self.explanation(),
        }


def lines(model: str, row: Row, cells: Iterable[Cell]) -> Iterator[Line]:
    """A model's lines, one for each of STIMULI, then one for all."""
    whole = Cell(0, 0)
    for stimulus, cell, gpt, people in zip(STIMULI, cells, row.gpt, row.people, strict=True):
        whole += cell
        yield Line(model, stimulus, cell, gpt, people)
    yield Line(model, "all", whole, *row.averages)


def distances(found: Iterable[Line]) -> tuple[float, float, int]:
    """The mean distance to the paper's people in points a cell, of its GPT judge and of ours, and how many cells."""
    pairs = [line.from_people for line in found if line.stimulus != "all"]
    count = len(pairs)
    return sum(gpt for gpt, _ in pairs) / count, sum(ours for _, ours in pairs) / count, count


def _side(gpt: float, ours: float) -> str:
    """Whom the paper's people side with."""
    if round(gpt, 1) == round(ours, 1):
        return ""
    return " (people side with the rules)" if ours < gpt else " (people side with GPT)"
