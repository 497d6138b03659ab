"""Which runs stand beside each other, by whose verdicts, and on which samples they differ."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

from mosseval.comparable import common_judge
from mosseval.comparison import OUTCOMES
from mosseval.counting import Row
from mosseval.report.page.differences import Differences, differences_of
from mosseval.report.page.source import Source, labelled
from mosseval.summary import summarise
from mosseval.view.followed import Read
from mosseval.view.library import Entry, Library, Stamp
from mosseval.view.shelf import Shelf

MOST_RUNS = 6
KEPT = 16
ALL, LABEL, OUTCOME = "", "label", "outcome"
KINDS = (ALL, LABEL, OUTCOME)
ONES = {"refusal": "one is refused, another not", "yes_no": "one is correct, another not"}


@dataclass(frozen=True, slots=True)
class Beside:
    """The runs that can be compared, the baseline first, with what comes of it; `refused` says which cannot, and why.

    `judge` is by whose verdicts, `judges` all that could be asked for.
    """

    entries: tuple[Entry, ...]
    sources: tuple[Source, ...]
    reads: tuple[Read, ...]
    refused: tuple[str, ...]
    judge: str | None
    judges: tuple[str, ...]
    repeats: int
    differences: Differences

    def rows(self, repeat: int) -> list[dict[str, Row]]:
        """How each sample ended in each run."""
        found = []
        for source in self.sources:
            selected = len(source.folder.manifest.selected)
            mine = source.summary.rows[repeat * selected : (repeat + 1) * selected]
            found.append({row.sample: row for row in mine})
        return found


def filters(task: str) -> dict[str, str]:
    """What the samples can be filtered by, in words."""
    return {ALL: "all samples", LABEL: "the verdicts differ", OUTCOME: ONES[task]}


def samples(rows: Sequence[Mapping[str, Row]], wanted: str, task: str) -> list[str]:
    """The ids of the samples that a filter leaves, in the baseline's order, then what other runs have beside."""
    ids = dict.fromkeys(sample for each in rows for sample in each)
    if wanted == ALL:
        return list(ids)
    found = ([each[sample] for each in rows if sample in each] for sample in ids)
    differ = _labels_differ if wanted == LABEL else partial(_outcomes_differ, outcome=OUTCOMES[task])
    return [sample for sample, ended in zip(ids, found, strict=True) if differ(ended)]


def _labels_differ(ended: Sequence[Row]) -> bool:
    return len({row.kind for row in ended}) > 1


def _outcomes_differ(ended: Sequence[Row], outcome: Callable[[Row], bool | None]) -> bool:
    """As McNemar's test counts: what stands outside in a run differs from nothing."""
    return len({outcome(row) for row in ended} - {None}) > 1


class Comparing:
    """What comes of comparing, kept while the runs' files do not change; threads may ask at once."""

    def __init__(self, library: Library, shelf: Shelf) -> None:
        self._library, self._shelf = library, shelf
        self._lock = Lock()
        self._found: OrderedDict[tuple[tuple[tuple[Entry, Stamp], ...], str], Beside] = OrderedDict()

    def beside(self, names: Sequence[str], judge: str) -> Beside | None:
        """The runs of these names, by this judge ('': the one that read most in all); None where none can be read."""
        known = {entry.name: entry for entry in self._library.entries()}
        wanted = list(dict.fromkeys(names))[:MOST_RUNS]
        absent = tuple(f"{name}: there is no such run" for name in wanted if name not in known)
        key = tuple((known[name], known[name].stamp()) for name in wanted if name in known), judge
        with self._lock:
            found = self._found.get(key) or self._read([entry for entry, _ in key[0]], judge)
            if found is None:
                return None
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return replace(found, refused=(*absent, *found.refused))

    def _read(self, entries: Sequence[Entry], judge: str) -> Beside | None:
        readings = [(entry, self._shelf.reading(entry)) for entry in entries]
        broken = tuple(f"{entry.name}: {each.trouble}" for entry, each in readings if each.source is None)
        whole = [
            (entry, each.read, source)
            for entry, each in readings
            if each.read is not None and (source := each.source) is not None
        ]
        if not whole:
            return None
        sources = labelled([source for _, _, source in whole])
        judges = tuple(sorted({name for source in sources for name in source.state.verdicts}))
        shown = judge if judge in judges else common_judge([source.state for source in sources])
        sources = [_judged(source, shown) for source in sources]
        found = differences_of(sources)
        fit = [sources[0].summary, *(comparison.run for _, comparison in found.comparisons)]
        fitting = [
            (entry, read, source)
            for (entry, read, _), source in zip(whole, sources, strict=True)
            if any(source.summary is each for each in fit)
        ]
        return Beside(
            entries=tuple(entry for entry, _, _ in fitting),
            sources=tuple(source for _, _, source in fitting),
            reads=tuple(read for _, read, _ in fitting),
            refused=(*broken, *found.refused),
            judge=shown,
            judges=judges,
            repeats=max(source.folder.manifest.repeats for _, _, source in fitting),
            differences=found,
        )


def _judged(source: Source, judge: str | None) -> Source:
    """The source by another judge's verdicts."""
    if judge is None or source.summary.judge == judge:
        return source
    return replace(source, summary=summarise(source.folder, judge=judge, state=source.state))
