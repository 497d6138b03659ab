"""Which words of two answers differ: by difflib, over so few words that no text can make it slow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from mosseval.web.text import Piece

WORD = re.compile(r"^\s*\S+\s*|\S+\s*|^\s+$")
MOST_WORDS = 250
"""That are compared, of what is left when the same beginning and end are taken off; the slowest pair takes 0.1 s."""


def marked(text: str, other: str, limit: int) -> tuple[Piece, ...]:
    """The text in parts, those marked that the other text does not have; words beyond the bound are not marked."""
    cut = text[:limit]
    mine, theirs = WORD.findall(cut), WORD.findall(other[:limit])
    flags = _differing(mine, theirs)
    starts = [0, *(place for place in range(1, len(mine)) if flags[place] != flags[place - 1]), len(mine)]
    parts = [Piece("".join(mine[start:end]), flags[start]) for start, end in pairwise(starts) if end > start]
    rest = (Piece("", left_out=len(text) - limit),) if len(text) > limit else ()
    return (*parts, *rest)


def _differing(mine: Sequence[str], theirs: Sequence[str]) -> list[bool]:
    """For each word of the first whether the second lacks it there."""
    start = next(_apart(mine, theirs))
    most = min(len(mine), len(theirs)) - start
    end = min(next(_apart(mine[::-1], theirs[::-1])), most)
    inner, others = mine[start : len(mine) - end], theirs[start : len(theirs) - end]
    near = SequenceMatcher(None, _bare(inner[:MOST_WORDS]), _bare(others[:MOST_WORDS]), autojunk=False)
    flags = [True] * min(len(inner), MOST_WORDS) + [False] * max(0, len(inner) - MOST_WORDS)
    for match in near.get_matching_blocks():
        flags[match.a : match.a + match.size] = [False] * match.size
    return [*[False] * start, *flags, *[False] * end]


def _apart(mine: Sequence[str], theirs: Sequence[str]) -> Iterator[int]:
    """At how many words the two part."""
    for place, (word, other) in enumerate(zip(mine, theirs, strict=False)):
        if word.strip() != other.strip():
            yield place
    yield min(len(mine), len(theirs))


def _bare(words: Sequence[str]) -> list[str]:
    return [word.strip() for word in words]
