"""What journals say of items at one moment: one person's progress, everybody's votes, what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mosseval.annotations.acts import Act
from mosseval.annotations.book import Standing
from mosseval.annotations.choices import SKIP
from mosseval.annotations.concord import Concord, Votes, concord, differs
from mosseval.annotations.items import Item

Places = Mapping[tuple[int, str, str], Sequence[int]]
"""Run, key and hash of an answer -> the places of its items."""


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
    places: Places

    def act(self, place: int, rater: str, *, final: bool = False) -> Act | None:
        """A person's word on the item at a place."""
        return self.acts(rater, final=final).get(place)

    def acts(self, rater: str, *, final: bool = False) -> Mapping[int, Act]:
        """A person's words by the item's place, notes without a label among them."""
        return self._said.get((rater, final), {})

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
        for (rater, final), acts in self._said.items():
            for place, act in acts.items():
                if not final and act.label is not None:
                    found[place][rater] = act
        return tuple(found)

    def decided(self, place: int) -> tuple[Act, ...]:
        """What adjudicators say of the item at a place, in the order of their names."""
        found = (acts[place] for (_, final), acts in self._said.items() if final and place in acts)
        return tuple(sorted((act for act in found if act.label), key=lambda act: act.rater))

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
    def _said(self) -> Mapping[tuple[str, bool], Mapping[int, Act]]:
        """By person and whether it is their final word: what they said by the item's place."""
        found: dict[tuple[str, bool], dict[int, Act]] = {}
        for run, standing in enumerate(self.standing):
            for act in standing.acts.values():
                for place in self.places.get((run, act.answer.key, act.answer.sha256), ()):
                    found.setdefault((act.rater, act.final), {})[place] = act
        return found


def places_of(items: tuple[Item, ...]) -> Places:
    """Where the items of each answer are."""
    found: dict[tuple[int, str, str], list[int]] = {}
    for place, item in enumerate(items):
        found.setdefault((item.run, item.answer.key, item.answer.sha256), []).append(place)
    return found
