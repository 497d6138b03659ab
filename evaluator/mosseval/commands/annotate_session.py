"""One person's session at the terminal: keys in, acts out, each on the disk before the next answer is shown."""

from __future__ import annotations

from collections.abc import Sequence

from mosseval.annotations.acts import Act
from mosseval.annotations.choices import Choice, choice_for, choice_of
from mosseval.annotations.desk import Desk, new_entry
from mosseval.annotations.items import Item, pictures_of
from mosseval.annotations.shelf import Overtaken
from mosseval.commands import annotate_screen as screen
from mosseval.commands.keys import BACK, END, FORWARD, Keys, Pressed
from mosseval.errors import UsageError


class Session:
    """Walks over the items at the places `walk`; `final`: as an adjudicator, who sees what raters said."""

    def __init__(self, desk: Desk, rater: str, keys: Keys, walk: Sequence[int], *, final: bool) -> None:
        self._desk = desk
        self._rater = rater
        self._keys = keys
        self._walk = walk
        self._final = final
        self._at = 0
        self._own: Act | None = None
        """This person's word on the item, as it was shown: what stands by now may be another window's."""

    def work(self) -> None:
        """Until the person ends it, or their input ends."""
        start = self._next_open(-1)
        self._at = len(self._walk) - 1 if start is None else start
        if start is None:
            screen.say("All are labelled; b and f go through them, q ends.")
        self._show()
        while (pressed := self._keys.next()).key not in ("q", END):
            self._obey(pressed)

    def _obey(self, pressed: Pressed) -> None:
        choice = choice_of(self._item.task, pressed.key)
        if choice is not None:
            self._label(choice)
        elif pressed.key == "n":
            self._note(pressed.rest)
        elif pressed.key == "u":
            self._undo()
        elif pressed.key in ("b", BACK):
            self._go(self._at - 1)
        elif pressed.key in ("f", FORWARD):
            self._go(self._at + 1)
        elif pressed.key == "?":
            screen.show_guide(self._item.task)
        else:
            screen.show_keys(self._item.task)

    @property
    def _item(self) -> Item:
        return self._desk.items[self._walk[self._at]]

    def _label(self, choice: Choice) -> None:
        if not self._write(choice, self._own.note if self._own else ""):
            return
        screen.say(f"✓ {choice.name.lower()}")
        following = self._next_open(self._at)
        if following is None:
            screen.say("All are labelled; b and f go through them, u takes the last one back, q ends.")
        else:
            self._at = following
            self._show()

    def _note(self, given: str | None) -> None:
        note = given or self._keys.line("note: ")
        if note is None:
            return
        own = self._own
        if self._write(choice_for(self._item.task, own.label, own.refusal) if own else None, note):
            screen.say("✓ noted")

    def _write(self, choice: Choice | None, note: str) -> bool:
        try:
            self._own = self._desk.give(
                self._item,
                self._rater,
                choice,
                note=note,
                seen=self._own.entry if self._own else None,
                entry=new_entry(),
                final=self._final,
            )
        except (Overtaken, UsageError) as error:
            screen.say(f"not written: {error}; {error.hint}")
            self._show()
            return False
        return True

    def _undo(self) -> None:
        place = self._desk.read().last(self._rater, final=self._final)
        if place is None:
            screen.say("nothing to take back")
            return
        act = self._desk.read().act(place, self._rater, final=self._final)
        item = self._desk.items[place]
        if act is None or self._desk.undo(item, self._rater, act.entry, name=new_entry()) is None:
            return
        screen.say(f"taken back: {screen.named(item.task, act)}")
        if place in self._walk:
            self._at = self._walk.index(place)
            self._show()

    def _go(self, at: int) -> None:
        self._at = max(0, min(len(self._walk) - 1, at))
        self._show()

    def _next_open(self, after: int) -> int | None:
        """Where in the walk the next item is that has no label of this person's; from the start where none follows."""
        acts = self._desk.read().acts(self._rater, final=self._final)
        left = [at for at, place in enumerate(self._walk) if place not in acts or acts[place].label is None]
        return next((at for at in left if at > after), left[0] if left else None)

    def _show(self) -> None:
        reading, place = self._desk.read(), self._walk[self._at]
        item = self._desk.items[place]
        where = f"{self._at + 1} of {len(self._walk)}"
        if not self._final:
            where += f" · {screen.standing(reading.progress(self._rater))}"
        screen.show_item(item, where, pictures_of(item, self._desk.runs[item.run]))
        if self._final:
            screen.show_words(item, reading.votes[place])
        self._own = reading.act(place, self._rater, final=self._final)
        screen.show_own(item, self._own)
        screen.show_keys(item.task)
