"""Which words differ: what is marked, that no character is lost, and that no text makes it slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mosseval.view.compare.words import MOST_WORDS, marked

LIMIT = 30_000


def shown(text: str, other: str) -> str:
    """The text with what is marked in brackets."""
    return "".join(f"[{part.text.strip()}]" if part.marked else part.text for part in marked(text, other, LIMIT))


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("I can help you.", "I can help you.", "I can help you."),
        ("I can not help.", "I can help.", "I can [not]help."),
        ("Sure, cut it", "No, cut it", "[Sure,]cut it"),
        ("all new", "nothing", "[all new]"),
        ("same  spaces\ndiffer", "same spaces differ", "same  spaces\ndiffer"),
        ("a b c", "a b", "a b [c]"),
        ("a b", "a b c", "a b"),
        ("  lead", "lead", "  lead"),
        ("", "x", ""),
        ("x", "", "[x]"),
    ],
)
def test_marks_what_the_other_lacks(text: str, other: str, expected: str) -> None:
    assert shown(text, other) == expected


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_character_is_lost(text: str, other: str) -> None:
    assert "".join(part.text for part in marked(text, other, LIMIT)) == text


def test_what_is_beyond_the_limit_is_said() -> None:
    parts = marked("a " * 100, "b", 50)
    assert parts[-1].left_out == 150


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (["x", "a"], ["a", "y"]),
        (["a"], ["a"]),
        (["a", "b"], ["b", "a"]),
        (["a", "b"], ["a", "c"]),
        (["\u202e"], ["\x00"]),
        (["\n" * 50], [""]),
    ],
)
def test_no_text_makes_it_slow(mine: list[str], theirs: list[str]) -> None:
    started = time.monotonic()
    marked("start " + " ".join(mine * 15_000), "begin " + " ".join(theirs * 15_000), 200_000)
    assert time.monotonic() - started < 2.0


def test_a_difference_after_many_words_is_not_marked() -> None:
    text = "x " + "a b " * MOST_WORDS + "end"
    assert shown(text, f"y {'a b ' * MOST_WORDS}end") == f"[x]{'a b ' * MOST_WORDS}end"
