"""What journals say of items at one moment: one person's progress, everybody's votes, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mosseval.annotations.acts import Act, Slot
from mosseval.annotations.book import Standing
from mosseval.annotations.choices import SKIP
from mosseval.annotations.concord import Concord, Votes, concord, differs
from mosseval.annotations.items import Item


@dataclass(frozen=True, slots=True)
class Progress:
    """Of `total` answers: how many a person labelled, and how many of those they could not judge."""

    done: int
    skipped: int
    total: int

    @property
    def left(self) -> int:
        """How many are still to be labelled."""
        return self.total - self.done


@dataclass(frozen=True)
class Reading:
    """Items in their order, and what stands on each run's shelf."""

    items: tuple[Item, ...]
    standing: tuple[Standing, ...]

    def act(self, place: int, rater: str, *, final: bool = False) -> Act | None:
        """A person's word on the item at a place."""
        item = self.items[place]
        return self.standing[item.run].acts.get(Slot(rater, item.answer, final))

    def acts(self, rater: str, *, final: bool = False) -> dict[int, Act]:
        """A person's words by the item's place, notes without a label among them."""
        found = ((place, self.act(place, rater, final=final)) for place in range(len(self.items)))
        return {place: act for place, act in found if act is not None}

    def last(self, rater: str, *, final: bool = False) -> int | None:
        """The place of a person's last act."""
        acts = self.acts(rater, final=final)
        return max(acts, key=lambda place: (acts[place].at, acts[place].entry, -place), default=None)

    def progress(self, rater: str) -> Progress:
        """How far a person is."""
        said = [act.label for act in self.acts(rater).values() if act.label is not None]
        return Progress(len(said), said.count(SKIP.label), len(self.items))

    def next_open(self, rater: str, after: int = -1) -> int | None:
        """The place of the first item behind `after` that a person has not labelled; from the start where there is
        none behind; None where all are labelled."""
        said = {place for place, act in self.acts(rater).items() if act.label is not None}
        left = [place for place in range(len(self.items)) if place not in said]
        return next((place for place in left if place > after), left[0] if left else None)

    @cached_property
    def votes(self) -> tuple[Votes, ...]:
        """By the item's place what each rater says of it; notes alone are no votes."""
        found: list[dict[str, Act]] = [{} for _ in self.items]
        for run, standing in enumerate(self.standing):
            for slot, act in standing.acts.items():
                if not slot.final and act.label is not None:
                    for place in self._places.get((run, slot.answer.key, slot.answer.sha256), ()):
                        found[place][slot.rater] = act
        return tuple(found)

    def decided(self, place: int) -> tuple[Act, ...]:
        """What adjudicators say of the item at a place, in the order of their names."""
        item = self.items[place]
        acts = self.standing[item.run].acts
        found = (act for slot, act in acts.items() if slot.final and slot.answer == item.answer and act.label)
        return tuple(sorted(found, key=lambda act: act.rater))

    def agreement(self, rater: str | None = None, *, by_choice: bool = False) -> Concord:
        """How far raters agree; with `rater` over what this one has labelled: of the rest nothing may show."""
        return concord((each for each in self.votes if rater is None or rater in each), by_choice=by_choice)

    def disagreements(self, *, by_choice: bool = False) -> tuple[int, ...]:
        """The places of items on which raters differ in what counts; `by_choice`: on which they differ at all."""
        return tuple(place for place, each in enumerate(self.votes) if differs(each, by_choice=by_choice))

    def to_decide(self) -> tuple[int, ...]:
        """All on which raters differ at all, for an adjudicator: undecided ones first, before all those that count."""
        counts = set(self.disagreements())
        places = self.disagreements(by_choice=True)
        return tuple(sorted(places, key=lambda place: (bool(self.decided(place)), place not in counts, place)))

    def raters(self) -> dict[str, int]:
        """Who labelled, by name, with the number of items labelled."""
        found: dict[str, int] = {}
        for votes in self.votes:
            for rater in votes:
                found[rater] = found.get(rater, 0) + 1
        return dict(sorted(found.items()))

    @cached_property
    def _places(self) -> dict[tuple[int, str, str], list[int]]:
        found: dict[tuple[int, str, str], list[int]] = {}
        for place, item in enumerate(self.items):
            found.setdefault((item.run, item.answer.key, item.answer.sha256), []).append(place)
        return found
