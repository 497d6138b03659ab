"""Any string as text on a page: characters that steer what is seen are shown by their number, never obeyed.

Everything here is hostile until it has been here: answers, questions, names, reasons, errors, paths.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

KEPT = frozenset("\n\t\u200c\u200d")
"""Shown as they are: line ends and tabs, and the two joiners that Persian, Indic scripts and emoji are written with."""
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of control, format, surrogate, private and unassigned characters, and of its line ends."""
LONGEST_NAME = 200


def steers(character: str) -> bool:
    """Whether a character could reorder, hide or break what stands around it."""
    return character not in KEPT and unicodedata.category(character) in STEERING


def shown(text: str, limit: int | None = None) -> str:
    """The text with each steering character as `⟨U+202E⟩`, at most `limit` characters of it. Plain, not yet escaped."""
    text = clipped(text.replace("\r\n", "\n"), limit)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_named(each) if steers(each) else each for each in text)


def name(text: object) -> str:
    """A name on one line: a model's, a file's, a tag's."""
    return shown(" ".join(str(text)[: LONGEST_NAME * 4].split()), LONGEST_NAME)


def clipped(text: str, limit: int | None) -> str:
    """At most `limit` characters, an ellipsis in the last one's place where there were more."""
    return text if limit is None or len(text) <= limit else f"{text[: limit - 1]}…"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of a text."""

    start: int
    end: int


def span_of(evidence: object, text: str) -> Span | None:
    """The span that a judgement names, or None where what stands there is none of this text."""
    if not isinstance(evidence, list | tuple) or len(evidence) != 2:
        return None
    start, end = evidence
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        return None
    return Span(start, end)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: `marked` where it decided; `left_out` counts characters in whose place it stands."""

    text: str
    marked: bool = False
    left_out: int = 0


def pieces(text: str, span: Span | None, limit: int) -> tuple[Piece, ...]:
    """The text in parts, about `limit` characters of it: its beginning, and the span wherever it lies."""
    if span is None:
        return _cut(text, limit)
    start, end = span.start, min(span.end, span.start + limit)
    marked = Piece(text[start:end], marked=True)
    room = max(limit - len(marked.text), limit // 4)
    if start <= room // 2:
        parts = (Piece(text[:start]), marked, *_cut(text[end:], room - start))
    else:
        begin, near = text[: room // 4], text[start - room // 4 : start]
        gap = Piece("", left_out=start - len(begin) - len(near))
        parts = (Piece(begin), gap, Piece(near), marked, *_cut(text[end:], room // 2))
    return tuple(each for each in parts if each.text or each.left_out)


def prose(parts: tuple[Piece, ...]) -> Markup:
    """Escaped markup of a text's parts: `<mark>` around what decided, `<i class="ctl">` around steering characters."""
    return Markup("").join(map(_piece, parts))


def _cut(text: str, limit: int) -> tuple[Piece, ...]:
    if len(text) <= limit:
        return (Piece(text),)
    return Piece(text[:limit]), Piece("", left_out=len(text) - limit)


def _piece(piece: Piece) -> Markup:
    if piece.left_out:
        return Markup('<span class="cut">[… {} characters left out …]</span>').format(f"{piece.left_out:,}")
    body = Markup("").join(_runs(piece.text.replace("\r\n", "\n")))
    return Markup("<mark>{}</mark>").format(body) if piece.marked else body


def _runs(text: str) -> Iterator[Markup]:
    """Stretches of ordinary text, and the steering characters between them."""
    start = 0
    for place, character in enumerate(text):
        if steers(character):
            yield escape(text[start:place])
            yield Markup('<i class="ctl">{}</i>').format(_code(character))
            start = place + 1
    yield escape(text[start:])


def _named(character: str) -> str:
    return f"⟨{_code(character)}⟩"


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
