"""One sample in every run that is compared: question, picture, answers, all judges' verdicts, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from markupsafe import Markup

from mosseval.counting import Row
from mosseval.report.page.pictures import Pictures, places
from mosseval.report.page.samples import WORDS
from mosseval.report.page.source import Source
from mosseval.store import Answer
from mosseval.values import mapping
from mosseval.view.compare_facts import Fact, facts_of
from mosseval.view.compare_lines import Index
from mosseval.view.compare_runs import Beside
from mosseval.web.text import pieces, prose, span_of
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

LONGEST_ANSWER = 30_000
EDGE, MOST_BYTES = 480, 90_000
ABSENT = "not asked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one judge says. `counts`: it is the one whose verdicts the numbers are by."""

    judge: str
    kind: str
    words: str
    reason: str
    sure: bool | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One run's answer. `why` is a block's or a failure's word, where there is no answer that counts as one."""

    label: str
    kind: str
    words: str
    said: Markup | None
    why: str
    verdicts: tuple[Verdict, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class SampleView:
    """The sample beside all runs; `facts` in which the runs differ come first."""

    id: str
    question: str
    expected: str
    tags: tuple[str, ...]
    picture: Thumbnail | NoThumbnail | None
    said: tuple[Said, ...]
    differing: tuple[Fact, ...]
    alike: tuple[Fact, ...]


class SamplePictures:
    """The pictures of runs, made small one at a time; threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._thumbnails = Thumbnails(EDGE, MOST_BYTES)

    def of(self, source: Source, sample: str, row: Mapping[str, Any]) -> Thumbnail | NoThumbnail | None:
        """The picture that the run was asked with, where it lies in a folder that the run names."""
        with self._lock:
            return Pictures(places(source, None), self._thumbnails).of(sample, row)


def sample_view(
    beside: Beside,
    indices: Sequence[Index],
    rows: Sequence[Mapping[str, Row]],
    sample: str,
    repeat: int,
    pictures: SamplePictures,
) -> SampleView:
    """The view of one sample that a run has."""
    keys = [f"{source.benchmark}/{sample}/{repeat}" for source in beside.sources]
    records = [index.record(key) for index, key in zip(indices, keys, strict=True)]
    kinds = [each[sample].kind if sample in each else ABSENT for each in rows]
    first, row = _row(beside.sources, sample)
    tags = mapping(row.get("tags"))
    facts = facts_of(beside.sources, records)
    said = tuple(
        _said(source, records[number], indices[number].verdicts(keys[number], _text(records[number])), kinds, number)
        for number, source in enumerate(beside.sources)
    )
    return SampleView(
        sample,
        question=str(row.get("question") or ""),
        expected=str(row.get("expected") or ""),
        tags=tuple(str(tags[name]) for name in ("stimulus", "subset", "scenario") if tags.get(name) is not None),
        picture=pictures.of(first, sample, row),
        said=said,
        differing=tuple(fact for fact in facts if fact.differs),
        alike=tuple(fact for fact in facts if not fact.differs),
    )


def _row(sources: Sequence[Source], sample: str) -> tuple[Source, Mapping[str, Any]]:
    """The first run that was asked the sample, and its row of `samples.jsonl`."""
    for source in sources:
        row = source.folder.samples().get(sample)
        if row is not None:
            return source, row
    return sources[0], {}


def _text(record: Mapping[str, Any]) -> str | None:
    text = record.get("text")
    return text if isinstance(text, str) else None


def _said(
    source: Source,
    record: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    kinds: Sequence[str],
    number: int,
) -> Said:
    text, kind, judge = _text(record), kinds[number], source.summary.judge
    evidence = next((line.get("evidence") for line in lines if line.get("judge") == judge), None)
    span = span_of(evidence, text) if text is not None else None
    return Said(
        label=source.label,
        kind=kind,
        words=WORDS.get(kind, kind.replace("_", " ")),
        said=prose(pieces(text, span, LONGEST_ANSWER)) if text else None,
        why=_failed(source.state.answers.get(str(record.get("key")))),
        verdicts=tuple(_verdict(line, judge) for line in lines),
        differs=kind != kinds[0],
    )


def _verdict(line: Mapping[str, Any], judge: str | None) -> Verdict:
    label, sure = str(line.get("label")), line.get("sure")
    return Verdict(
        judge=str(line.get("judge")),
        kind=label,
        words=WORDS.get(label, label),
        reason=str(line.get("reason") or ""),
        sure=sure if isinstance(sure, bool) else None,
        counts=line.get("judge") == judge,
    )


def _failed(answer: Answer | None) -> str:
    if answer is None:
        return ""
    block, error = answer.record.block, answer.record.error
    if block is not None:
        return f"{block.category}, at the {block.where}{f': {block.reason}' if block.reason else ''}"
    return f"{error.code}: {error.message}" if error is not None else ""
