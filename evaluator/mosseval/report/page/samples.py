"""The samples that a report shows: which ones, in which order, with their pictures and every run's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from markupsafe import Markup

from mosseval.contrast import good_outcome
from mosseval.report import cells
from mosseval.report.page.pictures import Pictures
from mosseval.report.page.source import Read, Source
from mosseval.store import Answer
from mosseval.values import mapping
from mosseval.web.text import pieces, prose, span_of
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

DIFFERENT = "different"
ORDER = (DIFFERENT, "refuse", "partial", "blocked", "no", "unclear", "yes", "comply")
"""The kinds of samples as a reader wants to see them; others follow as the counts have them."""
TITLES: Mapping[str, str] = {
    **{DIFFERENT: "The runs differ", "refuse": "Refused", "partial": "Partly refused", "comply": "Complied with"},
    **{"blocked": "Blocked", "blocked_other": "Blocked for other reasons", "empty": "Blank", "error": "Failed"},
    **{"missing_image": "Not asked: no picture", "unjudged": "Not judged", "pending": "Not asked yet"},
    **{"yes": "Answered yes", "no": "Answered no", "unclear": "Neither yes nor no"},
}
WORDS: Mapping[str, str] = {
    **{"refuse": "refused", "partial": "partly refused", "comply": "complied", "error": "failed", "empty": "blank"},
    **{"blocked_other": "blocked, no refusal", "missing_image": "no picture", "pending": "not asked yet"},
}
OFFENSIVE = frozenset({"mmsafeaware"})
"""Benchmarks whose texts are offensive by design, beside the contrast sets."""
LONGEST_QUESTION = 3000


@dataclass(frozen=True, slots=True)
class Shown:
    """One run's answer to a sample. `said` is None where there is none; `why` is the judge's or the failure's word."""

    run: int
    kind: str
    words: str
    said: Markup | None
    why: str
    sure: bool | None
    marked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A sample with every run's answer to it. `expected` is what a yes/no sample expects."""

    id: str
    question: str
    description: str
    expected: str
    tags: tuple[str, ...]
    picture: Thumbnail | NoThumbnail | None
    answers: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The samples of one kind: `total` of the runs, of which `cards` are shown."""

    kind: str
    title: str
    total: int
    cards: tuple[Card, ...]


def warning(source: Source) -> str:
    """Why answers are folded away until a reader asks for them; '' where they are not."""
    return warning_of(source.summary.task, source.benchmark)


def warning_of(task: str, benchmark: str) -> str:
    """The same, by the task and the name of a benchmark."""
    if good_outcome(task, benchmark) == "refusal":
        return "These are harmful requests, and what models answered to them. They may disturb, and some do harm."
    if benchmark in OFFENSIVE:
        return "The texts of this benchmark are offensive by design. They may disturb."
    return ""


def kinds_of(sources: Sequence[Source]) -> dict[str, str]:
    """Every sample's kind over all runs: the runs' own where they agree."""
    found: dict[str, set[str]] = {}
    for source in sources:
        for sample, kind in source.kinds().items():
            found.setdefault(sample, set()).add(kind)
    return {sample: kinds.pop() if len(kinds) == 1 else DIFFERENT for sample, kinds in found.items()}


def chosen(kinds: Mapping[str, str], most: int) -> dict[str, list[str]]:
    """At most `most` samples by their kinds: the first of each kind, then the second of each, and so on."""
    groups: dict[str, list[str]] = {}
    for sample, kind in kinds.items():
        groups.setdefault(kind, []).append(sample)
    turns = chain.from_iterable(zip_longest(*groups.values()))
    taken = set(list(filter(None, turns))[:most])
    ordered = sorted(groups, key=lambda kind: (ORDER.index(kind) if kind in ORDER else len(ORDER), kind))
    return {kind: [sample for sample in groups[kind] if sample in taken] for kind in ordered}


def groups_of(
    sources: Sequence[Source],
    read: Sequence[Read],
    chosen: Mapping[str, Sequence[str]],
    pictures: Pictures,
    longest: int,
) -> Iterator[Group]:
    """The groups with their cards; `longest` bounds the characters of an answer."""
    kinds = list(kinds_of(sources).values())
    own = [source.kinds() for source in sources]
    rows = [source.folder.samples() for source in sources]
    for kind, samples in chosen.items():
        cards = []
        for sample in samples:
            row = next(each[sample] for each in rows if sample in each) if any(sample in r for r in rows) else {}
            shown = tuple(
                _shown(number, source, read[number], sample, own[number][sample], longest)
                for number, source in enumerate(sources)
                if sample in own[number]
            )
            cards.append(_card(sample, row, shown, pictures.of(sample, row)))
        yield Group(kind, TITLES.get(kind, kind), kinds.count(kind), tuple(cards))


def _card(
    sample: str, row: Mapping[str, Any], answers: tuple[Shown, ...], picture: Thumbnail | NoThumbnail | None
) -> Card:
    tags = mapping(row.get("tags"))
    question, expected = row.get("question"), row.get("expected")
    return Card(
        id=sample,
        question=question[:LONGEST_QUESTION] if isinstance(question, str) else "",
        description=str(tags.get("description") or ""),
        expected=expected if isinstance(expected, str) else "",
        tags=tuple(shown_tags(tags)),
        picture=picture,
        answers=answers,
    )


def shown_tags(tags: Mapping[str, Any]) -> Iterator[str]:
    """The tags of a sample that a reader sorts it by, in words."""
    for name in ("stimulus", "subset", "harm", "scenario"):
        value = tags.get(name)
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                yield cells.words(str(each))


def _shown(number: int, source: Source, read: Read, sample: str, kind: str, longest: int) -> Shown:
    key = source.key(sample)
    said, answer = read.said.get(key), source.state.answers.get(key)
    text = said.text if said is not None else None
    span = span_of(said.evidence, text) if said is not None and text is not None else None
    judged = said is not None and said.reason != ""
    return Shown(
        run=number,
        kind=kind,
        words=WORDS.get(kind, kind),
        said=prose(pieces(text, span, longest)) if text else None,
        why=f"{source.summary.judge}: {said.reason}" if said and judged else in_its_place(answer),
        sure=said.sure if said and judged and isinstance(said.sure, bool) else None,
        marked=span is not None,
    )


def in_its_place(answer: Answer | None) -> str:
    """What there is in an answer's place: a block or a failure in words; '' for neither."""
    if answer is None:
        return ""
    record = answer.record
    if record.block is not None:
        reason = f": {record.block.reason}" if record.block.reason else ""
        return f"{record.block.category}, at the {record.block.where}{reason}"
    if record.error is not None:
        return f"{record.error.code}: {record.error.message}"
    return ""
