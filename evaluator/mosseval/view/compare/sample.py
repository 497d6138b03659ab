"""One sample in every run that is compared: question, picture, answers, all judges' verdicts, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mosseval.counting import Row
from mosseval.report.page.samples import WORDS, in_its_place
from mosseval.report.page.source import Source
from mosseval.store.codec import answer_sha256
from mosseval.values import mapping
from mosseval.view.compare.facts import Fact, facts_of
from mosseval.view.compare.runs import Beside
from mosseval.view.compare.words import marked
from mosseval.view.folder import Line
from mosseval.view.followed import Read
from mosseval.view.pictures import RunPictures
from mosseval.web.text import pieces, prose, span_of
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

LONGEST_ANSWER = 30_000
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
class _Answered:
    """A run's answer, the one whose words it is held against (None: none), and how it and the baseline ended."""

    text: str | None
    beside: str | None
    kind: str
    first: str

    def markup(self, evidence: object) -> Markup:
        """The answer; what decided is marked, or the words that differ."""
        text = self.text or ""
        if self.beside is not None:
            return prose(marked(text, self.beside, LONGEST_ANSWER))
        return prose(pieces(text, span_of(evidence, text), LONGEST_ANSWER))


@dataclass(frozen=True, slots=True)
class SampleView:
    """The sample beside all runs; `facts` in which the runs differ come first."""

    id: str
    question: str
    expected: str
    tags: tuple[str, ...]
    picture: Thumbnail | NoThumbnail
    said: tuple[Said, ...]
    differing: tuple[Fact, ...]
    alike: tuple[Fact, ...]


def sample_view(
    beside: Beside,
    rows: Sequence[Mapping[str, Row]],
    sample: str,
    repeat: int,
    pictures: RunPictures,
    *,
    words: bool = False,
) -> SampleView:
    """The view of one sample that a run has; `words` marks the words that differ, and not what decided."""
    keys = [f"{source.benchmark}/{sample}/{repeat}" for source in beside.sources]
    records = [read.record(key) for read, key in zip(beside.reads, keys, strict=True)]
    kinds = [each[sample].kind if sample in each else ABSENT for each in rows]
    first, row = _row(beside.sources, sample)
    tags = mapping(row.get("tags"))
    facts = facts_of(beside.sources, records)
    texts = [_text(record) for record in records]
    said = tuple(
        _said(
            source,
            keys[number],
            _Answered(texts[number], texts[0 if number else 1] if words else None, kinds[number], kinds[0]),
            _verdicts(beside.reads[number], keys[number], texts[number]),
        )
        for number, source in enumerate(beside.sources)
    )
    return SampleView(
        sample,
        question=str(row.get("question") or ""),
        expected=str(row.get("expected") or ""),
        tags=tuple(str(tags[name]) for name in ("stimulus", "subset", "scenario") if tags.get(name) is not None),
        picture=pictures.made(first.folder.manifest, sample, mapping(row.get("image")), "medium"),
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


def _verdicts(read: Read, key: str, text: str | None) -> list[Line]:
    """What each judge says of exactly this answer, by the judges' names."""
    if text is None:
        return []
    named = answer_sha256(text)
    lines = (read.judgement(judge, key) for judge in sorted(read.state.verdicts))
    return [line for line in lines if line.get("answer_sha256") == named]


def _said(source: Source, key: str, answered: _Answered, lines: Sequence[Mapping[str, Any]]) -> Said:
    judge, text = source.summary.judge, answered.text
    evidence = next((line.get("evidence") for line in lines if line.get("judge") == judge), None)
    return Said(
        label=source.label,
        kind=answered.kind,
        words=WORDS.get(answered.kind, answered.kind.replace("_", " ")),
        said=answered.markup(evidence) if text else None,
        why=in_its_place(source.state.answers.get(key)),
        verdicts=tuple(_verdict(line, judge) for line in lines),
        differs=answered.kind != answered.first,
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
