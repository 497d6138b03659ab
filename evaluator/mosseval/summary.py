"""The numbers of a run (contract 3): every rate with its denominator and interval, every gap named.

What is counted how is the task's: see `refusals` and `accuracy`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from mosseval.accuracy import Accuracy, paper_readings, yes_no_row
from mosseval.beside import Beside, beside, splits
from mosseval.contrast import good_outcome
from mosseval.counting import Rate, Row, grouped, refusal_row
from mosseval.refusals import COUNTS, OUTSIDE, Refusals
from mosseval.repeats import Repeats
from mosseval.store import Answer, Manifest, Run, RunState
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


@dataclass(frozen=True, slots=True)
class Summary:
    """A run's numbers; `document` is contract 3."""

    manifest: Manifest
    judge: str | None
    rows: tuple[Row, ...]
    simulated: bool
    provenance: Mapping[str, Any]
    beside: tuple[Beside, ...] = ()
    splits: int = 0

    @property
    def task(self) -> str:
        """`refusal` or `yes_no`."""
        return self.manifest.task

    @property
    def numbers(self) -> Numbers:
        """The numbers of the run's task."""
        return NUMBERS[self.task](self.rows)

    @property
    def text_only(self) -> bool:
        """Whether the questions were asked without their pictures."""
        return self.manifest.config.image.get("text_only") is True

    @property
    def counts(self) -> dict[str, int]:
        """How many samples ended how; they add up to `samples`."""
        found = Counter(row.kind for row in self.rows)
        return {kind: found[kind] for kind in self.numbers.counts}

    @property
    def rate(self) -> Rate:
        """The refusal rate, provider blocks included; or the accuracy over all samples."""
        return self.numbers.rate

    @property
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
            "samples": len(self.rows),
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


def summarise(run: Run, *, judge: str | None = None, state: RunState | None = None) -> Summary:
    """The summary of a run by the verdicts of `judge` (default: the run's first, or who judged most).

    `state` is what the run says, where it was read already.
    """
    state, manifest = state or run.state(), run.manifest
    judge = judge or next((name for name in manifest.judges if name in state.verdicts), None) or _busiest(state)
    rows = tuple(_ROWS[manifest.task](run, state, judge))
    providers = {answer.record.provider for answer in state.answers.values()}
    return Summary(
        manifest=manifest,
        judge=judge,
        rows=rows,
        simulated=manifest.simulated or "simulated" in providers,
        provenance=_provenance(run, state, judge),
        beside=beside(state, judge, manifest.task),
        splits=splits(state, judge),
    )


def _keys(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Key and sample id of each sample in each repeat."""
    for repeat in range(manifest.repeats):
        for sample_id in manifest.selected:
            yield f"{manifest.config.benchmark}/{sample_id}/{repeat}", sample_id


def _refusal_rows(run: Run, state: RunState, judge: str | None) -> Iterator[Row]:
    tags = run.tags()
    for key, sample_id in _keys(run.manifest):
        yield refusal_row(sample_id, state.answers.get(key), state, judge, tags.get(sample_id, {}))


def _yes_no_rows(run: Run, state: RunState, judge: str | None) -> Iterator[Row]:
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


_ROWS: Mapping[str, Callable[[Run, RunState, str | None], Iterator[Row]]] = MappingProxyType(
    {"refusal": _refusal_rows, "yes_no": _yes_no_rows}
)


def _busiest(state: RunState) -> str | None:
    if not state.verdicts:
        return None
    return max(sorted(state.verdicts), key=lambda name: len(state.verdicts[name]))


def _provenance(run: Run, state: RunState, judge: str | None) -> dict[str, Any]:
    manifest, answers = run.manifest, list(state.answers.values())
    versions = {verdict.judge_version for verdict in state.verdicts.get(judge or "", {}).values()}
    costs = [answer.record.cost_usd for answer in answers if answer.record.cost_usd is not None]
    return {
        "run": run.name,
        "endpoint": manifest.config.endpoint,
        "served_models": sorted(_seen(answers, "served_model")),
        "providers": sorted(_seen(answers, "provider")),
        "decoding": dict(manifest.config.decoding),
        "safety_settings": manifest.config.safety_settings,
        "sent_safety_settings": _sent_safety(answers),
        "dropped_params": sorted({each for answer in answers for each in answer.record.dropped_params}),
        "added_params": sorted({f"{name}={value}" for a in answers for name, value in a.record.added_params.items()}),
        "questions_sha256": manifest.data.questions_sha256,
        "images_sha256": manifest.data.images_sha256,
        "judge_versions": sorted(versions),
        "versions": dict(manifest.versions),
        "errors": dict(Counter(a.record.error.code for a in answers if a.record.error).most_common()),
        "empty_at_token_limit": sum(
            1 for a in answers if a.record.status == "empty" and a.record.finish_reason == "length"
        ),
        "unusable": len(manifest.unusable),
        "cost_usd": round(sum(costs), 6) if costs else None,
        "created_at": manifest.created_at,
    }


def _seen(answers: Iterable[Answer], field: str) -> set[str]:
    return {value for answer in answers if (value := getattr(answer.record, field)) is not None}


def _sent_safety(answers: list[Answer]) -> list[dict[str, Any]]:
    """The providers' safety switches as they were sent, each setting once."""
    found: list[dict[str, Any]] = []
    for answer in answers:
        sent = answer.record.safety_settings
        if sent is not None and dict(sent) not in found:
            found.append(dict(sent))
    return found
