"""What lines of journals come to, in whatever order and however often they are read."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mosseval.annotations.acts import Act, Slot, Undo, parse


@dataclass(frozen=True, slots=True)
class Standing:
    """The acts that stand, by their slots."""

    acts: Mapping[Slot, Act]

    @property
    def raters(self) -> tuple[str, ...]:
        """Who labelled, by name; adjudicators not among them."""
        return tuple(sorted({slot.rater for slot, act in self.acts.items() if not slot.final and act.label}))

    def last(self, rater: str, *, final: bool = False) -> Act | None:
        """The last act of a person that was not taken back."""
        mine = (act for slot, act in self.acts.items() if slot.rater == rater and slot.final is final)
        return max(mine, key=_age, default=None)


class Book:
    """Takes lines, in any order and more than once.

    The last act by its time stands for its slot; an undo takes an act of the same person away for good.
    """

    def __init__(self) -> None:
        self._slots: dict[Slot, list[Act]] = {}
        self._known: dict[str, Act] = {}
        self._undone: set[tuple[str, str]] = set()
        self._standing: Standing | None = None

    def take(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Takes lines; those that are no acts are passed over."""
        for line in lines:
            said = parse(line)
            if isinstance(said, Undo):
                self._take_back(said)
            elif said is not None and said.entry not in self._known:
                self._known[said.entry] = said
                if (said.rater, said.entry) not in self._undone:
                    insort(self._slots.setdefault(said.slot, []), said, key=_age)
                    self._standing = None

    def act(self, entry: str) -> Act | None:
        """The act of this name, taken back or not."""
        return self._known.get(entry)

    def is_undone(self, act: Act) -> bool:
        """Whether it was taken back."""
        return (act.rater, act.entry) in self._undone

    def standing(self) -> Standing:
        """What stands now; a later `take` does not change it."""
        if self._standing is None:
            self._standing = Standing({slot: acts[-1] for slot, acts in self._slots.items() if acts})
        return self._standing

    def _take_back(self, undo: Undo) -> None:
        self._undone.add((undo.rater, undo.undoes))
        act = self._known.get(undo.undoes)
        if act is not None and act.rater == undo.rater and act in self._slots.get(act.slot, []):
            self._slots[act.slot].remove(act)
            self._standing = None


def _age(act: Act) -> tuple[str, str]:
    return act.at, act.entry
