"""The samples of a benchmark: an index that a page holds, and shards that it loads when a reader comes to them.

A page opened from disk may fetch nothing, but a script whose hash its policy names may add further scripts. So a shard
is a script that calls one function with JSON. Its answers stand beside it once more, whole, as plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.leaderboard.albums import Albums
from mosseval.leaderboard.board import Run, Section
from mosseval.leaderboard.cards import KINDS, Card, Reading, groups_of, kind_words
from mosseval.report.page.pictures import Places
from mosseval.report.page.samples import chosen, kinds_of, warning
from mosseval.report.page.source import read_answers
from mosseval.web.text import name, shown
from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails

SHARD_BYTES, CARD_BYTES = 150_000, 100_000
"""Of a shard, and of a sample in it: what a reader sees first is within a megabyte, whatever the answers are."""
INDEX_BYTES = 300_000
EXCERPTS = (400, 160, 60, 0)
"""Characters of a question in an index, tried until the index is within its bound."""
EDGE, PICTURE_BYTES = 224, 10_000
LONGEST, SHORTEST, ROOM = 4000, 100, 60_000
"""Characters of an answer that are shown, the fewest that long ones are cut to, and of all answers to a sample."""
Write = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Explorer:
    """What the page of a benchmark's samples needs. `total` counts all its samples, of which `shown` are there."""

    section: Section
    index: Mapping[str, Any]
    groups: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    warning: str
    shown: int
    total: int
    shards: int
    bytes: int


def explorer_of(section: Section, places: Sequence[Places], most: int, write: Write) -> Explorer:
    """Writes the shards with at most `most` samples, and gives what the page needs; `places` are its pictures'."""
    kinds = kinds_of(section.sources)
    wanted = {sample for found in chosen(kinds, most).values() for sample in found}
    readings = [_reading(run, wanted) for run in section.runs]
    cards = [_card(sample, readings) for sample in kinds if sample in wanted]
    stem, rows, size = f"samples/{section.slug}", [], 0
    shards = 0
    with Thumbnails(EDGE, PICTURE_BYTES) as thumbnails:
        albums = Albums(places, thumbnails)
        for number, (held, script) in enumerate(_shards(cards, albums, len(readings))):
            shards, size = number + 1, size + len(script)
            write(f"{stem}/{number}.js", b"mossevalShard(%d,%s);\n" % (number, script))
            write(f"data/{stem}/{number}.json", as_json([card.as_data() for card in held]))
            rows += [(card, number) for card in held]
    return Explorer(
        section=section,
        index={"stem": stem, "shards": shards, **_index(rows, readings)},
        groups=tuple(groups_of(cards, section.group_tag)),
        kinds=tuple((kind, kind_words(kind)) for kind in KINDS if _met(kind, readings, wanted)),
        warning=warning(section.sources[0]),
        shown=len(cards),
        total=len(kinds),
        shards=shards,
        bytes=size,
    )


def as_json(value: object) -> bytes:
    """JSON of ASCII alone, in which nothing ends a script element or a line of a script."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()


def _reading(run: Run, wanted: set[str]) -> Reading:
    source = run.source
    read = read_answers(source, {source.key(sample) for sample in wanted})
    return Reading(run, read, source.kinds(), source.folder.samples())


def _card(sample: str, readings: Sequence[Reading]) -> Card:
    row = next((reading.samples[sample] for reading in readings if sample in reading.samples), {})
    return Card(sample, row, readings)


def _shards(cards: Sequence[Card], albums: Albums, runs: int) -> Iterator[tuple[list[Card], bytes]]:
    """The cards in shards of at most SHARD_BYTES, each with its JSON."""
    longest = max(SHORTEST, min(LONGEST, ROOM // runs))
    held: list[Card] = []
    parts: list[bytes] = []
    for card in cards:
        part = _part(card, albums.of(card), longest)
        if held and sum(map(len, parts)) + len(part) > SHARD_BYTES:
            yield held, b"[%s]" % b",".join(parts)
            held, parts = [], []
        held.append(card)
        parts.append(part)
    if held:
        yield held, b"[%s]" % b",".join(parts)


def _part(card: Card, picture: Thumbnail | NoThumbnail | None, longest: int) -> bytes:
    """A card's JSON, its answers shortened until it is within CARD_BYTES."""
    part = as_json(card.as_shown(picture, longest))
    while len(part) > CARD_BYTES and longest > SHORTEST:
        longest = max(SHORTEST, longest // 2)
        part = as_json(card.as_shown(picture, longest))
    return part


def _index(rows: Sequence[tuple[Card, int]], readings: Sequence[Reading]) -> dict[str, Any]:
    index: dict[str, Any] = {}
    for excerpt in EXCERPTS:
        index = {
            "runs": [name(reading.run.label) for reading in readings],
            "kinds": [[kind, kind_words(kind)] for kind in KINDS],
            "samples": [
                [name(card.sample), shown(card.question, excerpt) if excerpt else "", card.words(), card.ends(), number]
                for card, number in rows
            ],
        }
        if len(as_json(index)) <= INDEX_BYTES:
            break
    return index


def _met(kind: str, readings: Sequence[Reading], wanted: set[str]) -> bool:
    return any(reading.kinds.get(sample) == kind for reading in readings for sample in wanted)
