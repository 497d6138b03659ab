"""A sample with every run's answer: as a page shows it, and as the data hold it.

What a page shows is text with nothing steering in it (`web.text.shown`) and small pictures; the page's script makes
text nodes of it, never markup. What the data hold is what the run holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.leaderboard.board import Run
from mosseval.report import cells
from mosseval.report.page.samples import LONGEST_QUESTION, TITLES, WORDS, in_its_place, shown_tags
from mosseval.report.page.source import Read, Said
from mosseval.values import mapping
from mosseval.web.text import Piece, name, pieces, shown, span_of
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

KINDS = tuple(kind for kind in TITLES if kind != "different")
"""How a sample may end in a run; pages name a kind by its place here."""
LONGEST_REASON = 600
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A run with what was read of it: its answers, how each sample ended, the rows of its samples."""

    run: Run
    read: Read
    kinds: Mapping[str, str]
    samples: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Card:
    """One sample. `row` is that of `samples.jsonl`, of the first run that has it."""

    sample: str
    row: Mapping[str, Any]
    readings: Sequence[Reading]

    @property
    def question(self) -> str:
        """The question; '' where the run does not hold it."""
        found = self.row.get("question")
        return found if isinstance(found, str) else ""

    @property
    def expected(self) -> str:
        """What a yes/no sample expects."""
        found = self.row.get("expected")
        return found if isinstance(found, str) else ""

    @property
    def tags(self) -> Mapping[str, Any]:
        """The sample's tags."""
        return mapping(self.row.get("tags"))

    def ends(self) -> str:
        """How the sample ended in each run, a character a run: its kind's place in KINDS; `-` where not asked."""
        return "".join(_code(reading.kinds.get(self.sample)) for reading in self.readings)

    def words(self) -> list[str]:
        """The tags in words."""
        return [name(tag) for tag in shown_tags(self.tags)]

    def as_shown(self, picture: Thumbnail | NoThumbnail | None, longest: int) -> Json:
        """For a page; `longest` bounds the characters of an answer."""
        return {
            "id": name(self.sample),
            "question": shown(self.question, LONGEST_QUESTION),
            "expected": name(self.expected),
            "tags": self.words(),
            "picture": _picture(picture, name(self.tags.get("description") or "")),
            "answers": [
                _answer_shown(number, reading, self.sample, longest)
                for number, reading in enumerate(self.readings)
                if self.sample in reading.kinds
            ],
        }

    def as_data(self) -> Json:
        """For the data: what the runs hold, nothing cut or made safe."""
        image = mapping(self.row.get("image"))
        return {
            "sample_id": self.sample,
            "question": self.question,
            "expected": self.expected or None,
            "tags": dict(self.tags),
            "image_sha256": image.get("sha256"),
            "answers": [
                _answer_data(reading, self.sample) for reading in self.readings if self.sample in reading.kinds
            ],
        }


def _code(kind: str | None) -> str:
    return "-" if kind not in KINDS else "0123456789abcdefghijklmnopqrstuvwxyz"[KINDS.index(kind)]


def kind_words(kind: str) -> str:
    """A kind as a badge has it."""
    return WORDS.get(kind, kind)


def _picture(picture: Thumbnail | NoThumbnail | None, description: str) -> Json | None:
    if picture is None:
        return None
    if isinstance(picture, NoThumbnail):
        return {"why": picture.why, "description": description}
    return {"url": picture.url, "width": picture.width, "height": picture.height, "description": description}


def _answer_shown(number: int, reading: Reading, sample: str, longest: int) -> Json:
    source = reading.run.source
    key = source.key(sample)
    said, kind = reading.read.said.get(key), reading.kinds[sample]
    why, sure = _why(reading, key, said)
    span = span_of(said.evidence, said.text) if said and said.text else None
    parts = pieces(said.text, span, longest) if said and said.text else ()
    found = {"run": number, "kind": KINDS.index(kind) if kind in KINDS else 0, "said": list(map(_piece, parts))}
    return {**found, "why": shown(" ".join(why.split()), LONGEST_REASON), **({"unsure": True} if sure is False else {})}


def _piece(piece: Piece) -> str | list[str] | int:
    """A text; a text in a list where it decided; the number of characters where some were left out."""
    if piece.left_out:
        return piece.left_out
    return [shown(piece.text)] if piece.marked else shown(piece.text)


def _why(reading: Reading, key: str, said: Said | None) -> tuple[str, bool | None]:
    if said is not None and said.reason:
        return f"{reading.run.source.summary.judge}: {said.reason}", said.sure if isinstance(said.sure, bool) else None
    return in_its_place(reading.run.source.state.answers.get(key)), None


def _answer_data(reading: Reading, sample: str) -> Json:
    source = reading.run.source
    key = source.key(sample)
    said = reading.read.said.get(key)
    span = span_of(said.evidence, said.text) if said and said.text else None
    return {
        "run": reading.run.slug,
        "kind": reading.kinds[sample],
        "text": said.text if said else None,
        "judge": source.summary.judge,
        "reason": said.reason if said and said.reason else None,
        "evidence": [span.start, span.end] if span else None,
        "sure": said.sure if said and isinstance(said.sure, bool) else None,
        "instead": in_its_place(source.state.answers.get(key)) or None,
    }


def groups_of(cards: Sequence[Card], tag: str) -> Iterator[str]:
    """The values of a tag over the cards, in words, each once."""
    values = (card.tags.get(tag) for card in cards)
    every = (each for value in values for each in (value if isinstance(value, list) else [value]) if each is not None)
    yield from dict.fromkeys(name(cells.words(str(each))) for each in every)
