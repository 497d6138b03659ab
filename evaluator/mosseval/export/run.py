"""A run as it is exported: its answers with their judgements, in the samples' order, never all of them in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_args

from mosseval.answer_rows import LABELS, AnswerRow, Said, document, parse
from mosseval.errors import DataError, UsageError
from mosseval.export.spool import Spool
from mosseval.place import Place
from mosseval.store import Manifest, RunState, read_run
from mosseval.store.codec import record_from
from mosseval.summary import Summary, summarise
from mosseval.types import Judgement, Record, Status
from mosseval.values import items, mapping

VERDICT = frozenset(
    ("key", "label", "refusal", "correct", "judge", "judge_version", "reason", "answer_sha256"),
)


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """A run that is open for export. `summary` is by the judge that counts; `left` says how much of what no export
    holds."""

    summary: Summary
    left: Mapping[str, int]
    _samples: Spool
    _state: RunState
    _records: Spool
    _verdicts: Spool

    @property
    def manifest(self) -> Manifest:
        """The run's `run.json`."""
        return self.summary.manifest

    @property
    def judges(self) -> tuple[str, ...]:
        """Who judged, the one that counts first."""
        first, known = self.summary.judge, sorted(self._state.verdicts)
        return tuple(known) if first is None else (first, *(name for name in known if name != first))

    def rows(self) -> Iterator[AnswerRow]:
        """Every sample in every repeat, sample by sample; what is not answered yet is pending.

        Raises DataError where somebody wrote what no run holds: a judge that is no name, a block that is none.
        """
        for sample_id in self.manifest.selected:
            sample = self._samples.get(sample_id) or {}
            for repeat in range(self.manifest.repeats):
                yield self._checked(self._row(sample_id, repeat, sample))

    def pending(self) -> Iterator[AnswerRow]:
        """Those of the rows that are not answered yet."""
        for sample_id in self.manifest.selected:
            for repeat in range(self.manifest.repeats):
                if f"{self.manifest.config.benchmark}/{sample_id}/{repeat}" not in self._state.answers:
                    yield self._checked(self._row(sample_id, repeat, self._samples.get(sample_id) or {}))

    def _checked(self, row: AnswerRow) -> AnswerRow:
        """The row, every value of the kind that it should be: a run's lines may hold anything."""
        try:
            return parse(document(row))
        except ValueError as error:
            raise DataError(f"{self.summary.provenance['run']}: {row.key}: {error}", hint="mend that line") from None

    def _row(self, sample_id: str, repeat: int, sample: Mapping[str, Any]) -> AnswerRow:
        config = self.manifest.config
        question, expected = sample.get("question"), sample.get("expected")
        key = f"{config.benchmark}/{sample_id}/{repeat}"
        line = self._records.get(key)
        said = tuple(each for judge in self.judges if (each := self._said(judge, key)) is not None)
        return AnswerRow(
            benchmark=config.benchmark,
            model=config.model,
            sample_id=sample_id,
            repeat=repeat,
            question=question if isinstance(question, str) else "",
            expected=expected if isinstance(expected, str) else None,
            tags=mapping(sample.get("tags")),
            pictures=tuple(each for each in _pictures(sample) if isinstance(each, dict)),
            record=record_from(line) if line else None,
            said=said,
            headline=bool(said) and said[0].judge == self.summary.judge,
            simulated=self.summary.simulated,
            text_only=self.summary.text_only,
        )

    def _said(self, judge: str, key: str) -> Said | None:
        """The judge's verdict where it is one on the answer that stands."""
        line = self._verdicts.get((judge, key)) if self._state.verdict(judge, key) else None
        if line is None:
            return None
        span = line.get("evidence")
        whole = isinstance(span, list) and len(span) == 2 and all(isinstance(each, int) for each in span)
        flags = {name: line[name] if isinstance(line.get(name), bool) else None for name in ("refusal", "correct")}
        label = line["label"] if line["label"] in LABELS else "unjudged"
        return Said(
            judge,
            str(line["judge_version"]),
            Judgement(
                label,  # type: ignore[arg-type]
                **flags,
                reason=str(line["reason"]),
                evidence=(span[0], span[1]) if whole and isinstance(span, list) else None,
                sure=line["sure"] if isinstance(line.get("sure"), bool) else None,
                details=mapping(line.get("details")),
            ),
        )


@contextmanager
def opened(where: Place, judge: str | None) -> Iterator[ExportedRun]:
    """Opens a run for export. Raises UsageError where there is none."""
    folder = read_run(where)
    state = folder.state()
    if judge is not None and judge not in state.verdicts:
        raise UsageError(
            f"{where} holds no verdicts of {judge!r}",
            hint=f"it was judged by: {', '.join(sorted(state.verdicts)) or 'nobody'}",
        )
    with Spool() as samples, Spool() as records, Spool() as verdicts:
        left: Counter[str] = Counter()
        for line in folder.sample_lines():
            if isinstance(line.get("sample_id"), str):
                samples.put(line["sample_id"], line)
        for line in folder.record_lines():
            if record := _record(line):
                left["left out: records that a later one replaced"] += records.get(record.key) is not None
                records.put(record.key, line)
        for line in folder.judgement_lines():
            if line.keys() >= VERDICT and isinstance(line["key"], str) and isinstance(line["judge"], str):
                left["left out: verdicts that no longer count"] += 1
                verdicts.put((line["judge"], line["key"]), line)
        counted = sum(1 for judge in state.verdicts for key in state.verdicts[judge] if state.verdict(judge, key))
        left["left out: verdicts that no longer count"] -= counted
        asked = sum(key in state.answers for key in _keys(folder.manifest))
        left["left out: answers to samples that are selected no more"] = len(state.answers) - asked
        left["left out: rows of the data set that could not be asked"] = len(folder.manifest.unusable)
        summary = summarise(folder, judge=judge, state=state)
        yield ExportedRun(summary, +left, samples, state, records, verdicts)


def _pictures(sample: Mapping[str, Any]) -> list[Any]:
    return items(sample.get("images")) or [sample.get("image")]


def _keys(manifest: Manifest) -> Iterator[str]:
    for sample_id in manifest.selected:
        for repeat in range(manifest.repeats):
            yield f"{manifest.config.benchmark}/{sample_id}/{repeat}"


def _record(line: dict[str, Any]) -> Record | None:
    try:
        record = record_from(line)
    except (KeyError, TypeError):
        return None
    return record if isinstance(record.key, str) and record.status in get_args(Status) else None
