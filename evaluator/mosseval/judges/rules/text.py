"""An answer made ready for the patterns: bounded, normalised character for character, cut into sentences.

Every step keeps positions: a span in the prepared text is the same span in the answer, whatever quotes,
emojis or broken characters the answer holds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD_CHARS = 8_000
"""How much of a long answer's beginning is read. A refusal or an attempt shows itself well before that."""

TAIL_CHARS = 2_000
"""How much of a long answer's end is read beside its beginning."""

_PLAIN: dict[int, str] = {
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # lone surrogates have no UTF-8 form
    **dict.fromkeys([*range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F], " "),
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0x0D, 0x85, 0x2028, 0x2029], "\n"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201b\u2032\u02bc\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011"), "-"),
}
_BREAK = re.compile(r"[.!?][\"')\]*_]{0,4}[ \t]+|\n")
_QUOTED = re.compile(r'"[^"\n]{1,300}"')
_QUOTATION = re.compile(r'[*#\s]*"(?: {40}|\w)')
_COMFORT = re.compile(
    r"\b(?:don't|do not|never) (?:worry|hesitate|forget|panic|be (?:afraid|shy|alarmed)|give up|despair)\b|"
    r"^(?:it|this|the \w+) (?:warns|advises|cautions)\b",
    re.IGNORECASE,
)
_CANNOT = re.compile(r"\byou (?:really |simply |just )?(?:can't|cannot|can not|couldn't)\b", re.IGNORECASE)
_CAN = re.compile(
    r"\byou(?:'ll| will)? (?:\w+ )?(?:can|could|should|may|might|need|must|have)\b(?!'t| not)", re.IGNORECASE
)
_BULLET = re.compile(
    r"(?:[-*\u2022\u2023\u25cf\u2013+]|\d{1,2}[.)]|\(?[a-z]\)|step \d\S?)\s|\*\*[^*\n]{1,60}\*\*:?[ ]", re.IGNORECASE
)
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "in on at of for with by from to as if when while since because and but or so than that this these those both "
        "all like after before until till though although once where what which who how why is are was were be been am "
        "do did has had have can could will would should may might must no not only just even also instead about into "
        "over under through during between without within near behind beside above below around against despite toward "
        "upon per inside outside across along among the a an my your his her its our their then there here maybe "
        "perhaps such many most half quite rather i we you he she it they one let hence",
    )
)
_MARKS = re.compile(r"^[\W\d_]+")
_STEP = re.compile(r"step \d", re.IGNORECASE)
_HEADING = re.compile(r"#{1,5}\s|\*\*[^*\n]{1,80}(?:\*\*:?|:\*\*)\s*$")


class Sentence(NamedTuple):
    """A piece of an answer: a sentence, or a line where a line is no sentence.

    `start` and `end` are characters of the original answer, half open and without the blanks around;
    `text` is the normalised text with whatever stood in double quotes blanked; `item` says that it opens
    an item of a list, `heading` that it announces what follows: a title, or words that end in a colon; `opens`
    that it opens a line.
    """

    start: int
    end: int
    text: str
    item: bool
    heading: bool
    opens: bool


class Prepared(NamedTuple):
    """The sentences of an answer in their order; `cut` says that its middle was left unread."""

    sentences: tuple[Sentence, ...]
    cut: bool


def plain(text: str) -> str:
    """`text` with typographic quotes, odd blanks, control characters and lone surrogates made plain, 1:1."""
    return text.translate(_PLAIN)


def bare(text: str) -> str:
    """`text` without the marks of emphasis in it and the bullet, number or emoji before it: words alone."""
    if "*" in text:
        text = text.replace("*", "")
    if text and not text[0].isalpha():
        text = _MARKS.sub("", text, count=1)
    return text


def bids(text: str) -> bool:
    """Whether `text`, a word and a determiner right behind it, opens like an imperative: the word is no small word.

    In English nothing else does: nouns and adjectives do not stand before determiners.
    """
    verb = text[:40].lower().partition(" ")[0]
    return verb.isalpha() and verb not in _SMALL and not verb.endswith(("ing", "s", "ed", "ly"))


def comforts(text: str) -> bool:
    """Whether `text` says not to worry, which advises against nothing."""
    return _COMFORT.search(text) is not None


def forbids(text: str) -> bool:
    """Whether `text` says what the reader cannot do, and nothing that the reader can."""
    return _CANNOT.search(text) is not None and _CAN.search(text) is None


def quotes(text: str) -> bool:
    """Whether `text` opens with a quotation of some length: a text that was asked for, not a word that is spoken of."""
    return _QUOTATION.match(text) is not None


def prepare(answer: str) -> Prepared:
    """Cut what is read of `answer` into sentences; linear, bounded by HEAD_CHARS + TAIL_CHARS."""
    if len(answer) <= HEAD_CHARS + TAIL_CHARS:
        return Prepared(tuple(_sentences(answer, 0)), cut=False)
    tail_at = len(answer) - TAIL_CHARS
    head, tail = _sentences(answer[:HEAD_CHARS], 0), _sentences(answer[tail_at:], tail_at)
    return Prepared((*head, *tail), cut=True)


def _sentences(part: str, offset: int) -> list[Sentence]:
    """The sentences of `part`, whose first character is character `offset` of the answer."""
    text = plain(part)
    masked = _mask_quotes(text)
    found: list[Sentence] = []
    at = 0
    for gap in _BREAK.finditer(text):
        start, end = gap.span()
        if text[start] == "." and text[start - 1].isdigit() and _numbers_an_item(text, start):
            continue
        _append(found, text, masked, at, end, offset)
        at = end
    _append(found, text, masked, at, len(text), offset)
    return found


def _numbers_an_item(text: str, dot: int) -> bool:
    """Whether the full stop at `dot` belongs to the number or letter that opens a line, not to a sentence."""
    line = max(text.rfind("\n", max(0, dot - 8), dot) + 1, dot - 8, 0)
    return text[line:dot].strip(" *#(").isdigit()


def _append(found: list[Sentence], text: str, masked: str, start: int, end: int, offset: int) -> None:
    """Add the piece from `start` to `end` without the blanks around it, unless nothing is left."""
    opens = start == 0 or text[start - 1] == "\n"
    piece = text[start:end].rstrip()
    end = start + len(piece)
    start = end - len(piece.lstrip())
    if start < end:
        item, heading = _shape(text, start, end)
        found.append(Sentence(offset + start, offset + end, masked[start:end], item, heading, opens))


def _shape(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the piece opens an item of a list, and whether it announces what follows."""
    letter = text[start]
    if letter.isalpha() and text[start + 1 : start + 2] != ")" and (letter not in "Ss" or not _STEP.match(text, start)):
        return False, text[end - 1] == ":"
    if _HEADING.match(text, start, end):
        return False, True
    item = _BULLET.match(text, start, end) is not None and not (
        letter == "*" and text[end - 1] == ":" and text[start + 1] == "*"
    )
    return item, not item and text[end - 1] == ":"


def _mask_quotes(text: str) -> str:
    """Blank what stands in double quotes: words that are quoted are not the speaker's own.

    An answer that is a quotation as a whole (some models wrap theirs so) stays as it is.
    """
    if '"' not in text:
        return text
    masked = _QUOTED.sub(lambda quote: '"' + " " * (len(quote[0]) - 2) + '"', text)
    kept = len(masked.replace(" ", ""))
    return masked if kept * 3 > len(text.replace(" ", "")) else text
