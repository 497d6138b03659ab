"""The numbers of a run (contract 3): every rate with its denominator and interval, every gap named.

What is counted how is the task's: see `refusals` and `accuracy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

from mosseval.accuracy import Accuracy, paper_readings, yes_no_row
from mosseval.alike import Alike
from mosseval.beside import Beside, Tables, beside, splits, tables
from mosseval.contrast import good_outcome
from mosseval.counting import Rate, Row, grouped, number_of, refusal_row
from mosseval.parts import LARGE, Part, Parts, answers_of
from mosseval.provenance import Seen
from mosseval.refusals import COUNTS, OUTSIDE, Refusals
from mosseval.repeats import Repeats
from mosseval.store import Manifest, Run, RunState
from mosseval.types import TagValue

__all__ = ["BY", "COUNTS", "NUMBERS", "OUTSIDE", "Numbers", "Rate", "Row", "Summary", "summarise"]

BY = ("stimulus", "harm", "human", "child", "syn", "ocr", "subset", "scenario")
"""The tags that a summary is broken down by, where a benchmark has them; `run.json` may name more (`by`)."""


class Numbers(Protocol):
    """What a task makes of a run's rows. `counts` are the kinds in order, `outside` those that no rate covers."""

    @property
    def counts(self) -> tuple[str, ...]: ...
    @property
    def outside(self) -> tuple[str, ...]: ...
    @property
    def rate(self) -> Rate: ...
    @property
    def gaps(self) -> int: ...
    @property
    def repeats(self) -> Repeats | None: ...
    def rate_of(self, rows: Iterable[Row]) -> Rate: ...
    def bounds(self) -> tuple[float | None, float | None]: ...
    def paper_counting(self) -> dict[str, Any]: ...
    def document(self) -> dict[str, Any]: ...


NUMBERS: Mapping[str, Callable[[Sequence[Row]], Numbers]] = MappingProxyType({"refusal": Refusals, "yes_no": Accuracy})
"""The numbers of each task."""


@dataclass(frozen=True)
class Summary:
    """A run's numbers; `document` is contract 3. What is asked for again and again is counted once."""

    manifest: Manifest
    judge: str | None
    rows: tuple[Row, ...]
    simulated: bool
    provenance: Mapping[str, Any]
    beside: tuple[Beside, ...] = ()
    splits: int = 0
    judges: tuple[str, ...] = ()
    """All whose verdicts the run holds."""

    @property
    def task(self) -> str:
        """`refusal` or `yes_no`."""
        return self.manifest.task

    @cached_property
    def numbers(self) -> Numbers:
        """The numbers of the run's task."""
        return NUMBERS[self.task](self.rows)

    @property
    def text_only(self) -> bool:
        """Whether the questions were asked without their pictures."""
        return self.manifest.config.image.get("text_only") is True

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many samples ended how; they add up to `samples`."""
        found: Counter[str] = Counter()
        for row in self.rows:
            found[row.kind] += row.times
        return {kind: found[kind] for kind in self.numbers.counts}

    @cached_property
    def rate(self) -> Rate:
        """The refusal rate, provider blocks included; or the accuracy over all samples."""
        return self.numbers.rate

    @cached_property
    def gaps(self) -> int:
        """How many samples the rate says nothing about."""
        return self.numbers.gaps

    def bounds(self) -> tuple[float | None, float | None]:
        """The rate in percent if none, and if all, of what is outside were refusals (or correct)."""
        return self.numbers.bounds()

    def by(self) -> dict[str, dict[str, Rate]]:
        """The rate by each tag of BY, and of those that `run.json` names, that this benchmark has."""
        tables: dict[str, dict[str, Rate]] = {}
        for tag in dict.fromkeys((*BY, *self.manifest.by)):
            groups = grouped(self.rows, tag)
            if groups:
                tables[tag] = {name: self.numbers.rate_of(rows) for name, rows in groups.items()}
        return tables

    def paper_counting(self) -> dict[str, Any]:
        """The published rule of the task, whatever it does to failures."""
        return self.numbers.paper_counting()

    def document(self) -> dict[str, Any]:
        """The object that `mosseval summary --format json` prints."""
        return {
            "benchmark": self.manifest.config.benchmark,
            "model": self.manifest.config.model,
            "simulated": self.simulated,
            "task": self.task,
            "judge": self.judge,
            "samples": number_of(self.rows),
            "counts": self.counts,
            **self.numbers.document(),
            "by": {tag: {name: rate.document() for name, rate in groups.items()} for tag, groups in self.by().items()},
            "paper_counting": self.paper_counting(),
            "repeats": repeats.document() if (repeats := self.numbers.repeats) else None,
            "good_outcome": good_outcome(self.task, self.manifest.config.benchmark),
            "text_only": self.text_only,
            **({"other_judges": [each.document() for each in self.beside]} if self.beside else {}),
            **({"panel_splits": self.splits} if self.splits else {}),
            "provenance": dict(self.provenance),
        }


class _Reading:
    """What a summary needs of a run's states: of the whole one, or of one part after the other."""

    def __init__(self, manifest: Manifest, judge: str | None) -> None:
        self._manifest = manifest
        self._judge = judge
        self._seen = Seen()
        self._tables: Tables = {}
        self._splits = 0

    def rows(self, source: Run | Part, state: RunState) -> Iterator[Row]:
        """The rows of a source, which is taken in."""
        self._seen.add(state, self._judge)
        for name, table in tables(state, self._judge, self._manifest.task).items():
            self._tables[name] = self._tables.get(name, Counter()) + table
        self._splits += splits(state, self._judge)
        return _ROWS[self._manifest.task](source, state, self._judge)

    def summary(self, name: str, rows: Iterable[Row], judges: Iterable[str]) -> Summary:
        """The summary of the run `name`, when all its rows were made; `judges` are all that judged."""
        return Summary(
            manifest=self._manifest,
            judge=self._judge,
            rows=tuple(rows),
            simulated=self._manifest.simulated or "simulated" in self._seen.providers,
            provenance=self._seen.document(name, self._manifest),
            beside=beside(self._tables),
            splits=self._splits,
            judges=tuple(sorted(judges)),
        )


def summarise(run: Run, *, judge: str | None = None, state: RunState | None = None) -> Summary:
    """The summary of a run by the verdicts of `judge` (default: the run's first, or who judged most).

    `state` is what the run says, where it was read already. A run of more than `parts.LARGE` answers that was not is
    read in parts, and its rows stand for samples that ended alike (`Row.times`): memory does not grow with the run.
    """
    if state is None and answers_of(run.manifest) > LARGE:
        return _large(run, judge)
    state = state or run.state()
    judge = judge or _shown(run.manifest, {name: len(found) for name, found in state.verdicts.items()})
    reading = _Reading(run.manifest, judge)
    return reading.summary(run.name, tuple(reading.rows(run, state)), state.verdicts)


def _large(run: Run, judge: str | None) -> Summary:
    with Parts(run, (*BY, *run.manifest.by)) as parts:
        reading, alike = _Reading(run.manifest, judge or _shown(run.manifest, parts.judges)), Alike()
        for part in parts.each():
            alike.add(reading.rows(part, part.state))
        return reading.summary(run.name, alike.rows(), parts.judges)


def _shown(manifest: Manifest, judged: Mapping[str, int]) -> str | None:
    """By whose verdicts: the first judge of the run that gave any, or who gave most."""
    named = next((name for name in manifest.judges if judged.get(name)), None)
    return named or max(sorted(judged), key=lambda name: judged[name], default=None)


def _keys(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Key and sample id of each sample in each repeat."""
    for repeat in range(manifest.repeats):
        for sample_id in manifest.selected:
            yield f"{manifest.config.benchmark}/{sample_id}/{repeat}", sample_id


def _refusal_rows(run: Run | Part, state: RunState, judge: str | None) -> Iterator[Row]:
    tags = run.tags()
    for key, sample_id in _keys(run.manifest):
        yield refusal_row(sample_id, state.answers.get(key), state, judge, tags.get(sample_id, {}))


def _yes_no_rows(run: Run | Part, state: RunState, judge: str | None) -> Iterator[Row]:
    tags: dict[str, Mapping[str, TagValue]] = {}
    expected: dict[str, str] = {}
    for sample_id, row in run.samples().items():
        tags[sample_id], expected[sample_id] = row.get("tags") or {}, row.get("expected") or ""
    paper = frozenset(paper_readings(run, state, expected))
    for key, sample_id in _keys(run.manifest):
        yield yes_no_row(
            sample_id,
            state.answers.get(key),
            state,
            judge,
            tags.get(sample_id, {}),
            expected.get(sample_id),
            paper_correct=key in paper,
        )


_ROWS: Mapping[str, Callable[[Run | Part, RunState, str | None], Iterator[Row]]] = MappingProxyType(
    {"refusal": _refusal_rows, "yes_no": _yes_no_rows}
)
