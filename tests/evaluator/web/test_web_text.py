"""Any string as text on a page."""

from __future__ import annotations

import pytest
from hostile import PAYLOADS
from hypothesis import given
from hypothesis import strategies as st

from mosseval.web.text import Piece, Span, clipped, name, pieces, prose, shown, span_of, steers


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain\nlines\tand tabs", "plain\nlines\tand tabs"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("x\r\ny\rz", "x\ny⟨U+000D⟩z"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\u0645\u0631\u062d\u0628\u0627", "\u0645\u0631\u062d\u0628\u0627"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\ud800", "⟨U+D800⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
    ],
)
def test_steering_characters_are_shown_by_their_number(text: str, seen: str) -> None:
    assert shown(text) == seen


@given(st.text(st.characters(codec=None)))
def test_nothing_that_is_shown_steers_and_all_of_it_can_be_written(text: str) -> None:
    assert not any(map(steers, shown(text)))
    assert not any(map(steers, str(prose((Piece(text),)))))
    shown(text).encode()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_prose_holds_no_markup_but_ours(payload: str) -> None:
    made = str(prose(pieces(payload, Span(0, 1), 1000)))
    for ours in ("<mark>", "</mark>", '<i class="ctl">', "</i>", '<span class="cut">', "</span>"):
        made = made.replace(ours, "")
    assert "<" not in made
    assert '"' not in made
    assert "'" not in made


def test_name_is_one_line_and_bounded() -> None:
    assert name(" a\n b\t c ") == "a b c"
    assert len(name("x" * 10_000)) == 200
    assert clipped("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    "evidence", [None, [0, 10**9], [-1, 2], [2, 2], [3, 1], ["0", 2], {"a": 1}, [0, 1, 2], [0.0, 1.0], True]
)
def test_evidence_that_is_no_span_of_the_text_is_none(evidence: object) -> None:
    assert span_of(evidence, "abcdef") is None


def test_evidence_counts_characters() -> None:
    assert span_of([2, 4], "a\U0001f468bc") == Span(2, 4)
    assert str(prose(pieces("a\U0001f468bc", Span(2, 4), 100))) == "a\U0001f468<mark>bc</mark>"


@given(st.integers(0, 900), st.integers(1, 300), st.integers(20, 400))
def test_a_long_text_keeps_its_beginning_and_what_decided(start: int, length: int, limit: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(1000))
    span = Span(start, min(start + length, 1000))
    parts = pieces(text, span, limit)
    assert sum(len(part.text) + part.left_out for part in parts) == 1000
    assert sum(len(part.text) for part in parts) <= 3 * limit
    assert text.startswith(parts[0].text)
    marked = "".join(part.text for part in parts if part.marked)
    assert text[span.start : span.end].startswith(marked)
    assert marked
