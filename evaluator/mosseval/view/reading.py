"""What a run said at one time: its numbers by any of its judges, and its samples by what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from mosseval.report.page import source as report
from mosseval.report.page.source import Source, labelled
from mosseval.summary import summarise
from mosseval.view.folder import ViewedFolder
from mosseval.view.followed import Read, Said
from mosseval.view.library import Stamp
from mosseval.view.samples.index import Index

if TYPE_CHECKING:
    from mosseval.report.page.parts import Part

Made = TypeVar("Made")


class Reading:
    """A run as it was at `stamp`; `trouble` says why it cannot be read, and then there is no source.

    Numbers are made when they are first asked for, by one thread of several, and stay as they are.
    """

    def __init__(self, stamp: Stamp, read: Read | None, trouble: str = "", before: Reading | None = None) -> None:
        self.stamp = stamp
        self.read = read
        self._trouble = trouble
        self._lock = RLock()
        self._sources: dict[str | None, Source] = {}
        self._parts: dict[str | None, Part] = {}
        self._indexes: dict[str | None, Index] = {}
        if before is not None and read is not None and read.touched is not None:
            self._indexes = {judge: index.after(read) for judge, index in before.indexes().items()}

    @property
    def trouble(self) -> str:
        """Why it cannot be read, or its numbers cannot be made; '' where they can."""
        if not self._trouble and self.read is not None:
            self.by(None)
        return self._trouble

    @property
    def source(self) -> Source | None:
        """The run with its numbers by its own judge."""
        return self.by(None)

    def by(self, judge: str | None) -> Source | None:
        """The same by another judge of the run; by its own where that one is none of it."""
        with self._lock:
            if self.read is None or self._trouble:
                return None
            if judge not in self.read.state.verdicts:
                judge = None
            if judge not in self._sources:
                read = self.read
                found = self._made(lambda: _source(read, judge))
                if found is None:
                    return None
                self._sources[judge] = found
            return self._sources[judge]

    def part(self, judge: str | None) -> Part | None:
        """Everything that a report says of it."""
        with self._lock:
            source = self.by(judge)
            if source is None:
                return None
            shown = source.summary.judge
            if shown not in self._parts:
                # matplotlib: not for an app that only lists runs.
                from mosseval.report.page.parts import parts_of

                found = self._made(lambda: parts_of(labelled([source]))[0])
                if found is None:
                    return None
                self._parts[shown] = found
            return self._parts[shown]

    def _made(self, make: Callable[[], Made]) -> Made | None:
        """Of a stranger's run: a page must say what is wrong with it, and the list of all others go on."""
        try:
            return make()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            self._trouble = f"no numbers can be made of it: {type(error).__name__}: {error}"
            return None

    def index(self, judge: str | None) -> Index | None:
        """Its samples, by the verdicts of a judge of the run (else its own)."""
        with self._lock:
            if self.read is None:
                return None
            shown = judge if judge in self.read.state.verdicts else self.judge
            if shown not in self._indexes:
                self._indexes[shown] = Index.of(self.read, shown)
            return self._indexes[shown]

    def indexes(self) -> Mapping[str | None, Index]:
        """Those that were asked for."""
        with self._lock:
            return dict(self._indexes)

    @property
    def judge(self) -> str | None:
        """The run's own: the first of those that it names, or who judged most."""
        if self.read is None:
            return None
        judged = {name: len(found) for name, found in self.read.state.verdicts.items()}
        named = next((name for name in self.read.folder.manifest.judges if judged.get(name)), None)
        return named or max(sorted(judged), key=lambda name: judged[name], default=None)

    def told(self) -> report.Read:
        """What a report's provenance needs of the answers: no texts."""
        said = self.read.said if self.read is not None else Said(0)
        return report.Read({}, report.together(list(said.changed.values())), sum(list(said.tokens.values())))

    @property
    def weight(self) -> int:
        """About how many bytes of memory it holds."""
        if self.read is None:
            return 0
        answers, samples = len(self.read.state.answers), len(self.read.folder.manifest.selected)
        return self.read.said.characters + 2500 * answers + 1500 * samples


def _source(read: Read, judge: str | None) -> Source:
    folder: ViewedFolder = read.folder
    return Source(folder, read.state, summarise(folder, judge=judge, state=read.state))
