"""What lines of a journal come to: whatever their order, whoever wrote them, however broken they are."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import act

from mosseval.annotations.acts import Answer, Slot, Undo, parse
from mosseval.annotations.book import Book

SLOT = Slot("Anna", Answer("b/1/0", "sha"))
FIELDS = ("annotation", "entry", "at", "rater", "id", "label", "undoes")
LINES = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, st.none() | st.text(max_size=9) | st.integers()))
WORDS = st.lists(
    st.tuples(st.sampled_from(["comply", "refuse", "undo"]), st.sampled_from(["Anna", "Ben"])), max_size=12
)


def at(second: int) -> str:
    return f"2026-11-25T10:00:{second:02d}.000000+00:00"


def book(*documents: dict[str, Any]) -> Book:
    made = Book()
    made.take(documents)
    return made


def test_the_last_by_time_stands_and_an_undo_brings_the_one_before_back() -> None:
    first = act("1", "comply", False, at=at(1)).document()
    second = act("2", "refuse", True, at=at(2), replaces="1").document()
    undo = Undo("3", at(3), "Anna", "2").document()
    for lines in ([first, second], [second, first], [first, second, first]):
        assert book(*lines).standing().acts[SLOT].entry == "2"
    for lines in ([first, second, undo], [undo, second, first], [undo, undo, first, second]):
        assert book(*lines).standing().acts[SLOT].entry == "1"
    assert book(first, Undo("3", at(3), "Anna", "1").document()).standing().acts == {}


def test_nobody_takes_back_what_another_said() -> None:
    found = book(act("1", "comply", False, at=at(1)).document(), Undo("2", at(2), "Ben", "1").document())
    assert found.standing().acts[SLOT].entry == "1"


def test_raters_answers_texts_and_final_words_stand_apart() -> None:
    lines = [
        act("1", "comply", False, at=at(1)),
        act("2", "refuse", True, at=at(2), rater="Ben"),
        act("3", "partial", True, at=at(3), answer=Answer("b/2/0", "sha")),
        act("4", "partial", False, at=at(4), answer=Answer("b/1/0", "another text")),
        act("5", "refuse", True, at=at(5), final=True),
    ]
    standing = book(*(each.document() for each in lines)).standing()
    assert sorted(each.entry for each in standing.acts.values()) == ["1", "2", "3", "4", "5"]
    assert standing.raters == ("Anna", "Ben")


@pytest.mark.parametrize(
    "changed",
    [
        {"annotation": 2},
        {"annotation": "1"},
        {"label": "no idea"},
        {"label": ["comply"]},
        {"label": "comply", "refusal": True},
        {"label": "partial", "refusal": None},
        {"label": None},
        {"refusal": 0},
        {"id": 7},
        {"answer_sha256": None},
        {"rater": ""},
        {"rater": "x" * 5000},
        {"at": "tomorrow"},
        {"at": "9999-12-31T23:59:59.999999+00:00"},
        {"entry": None},
        {"undoes": 3},
    ],
)
def test_a_line_that_is_no_act_is_passed_over(changed: dict[str, Any]) -> None:
    good = act("1", "comply", False, at=at(1)).document()
    assert parse(good) is not None
    assert parse({**good, **changed}) is None


@given(LINES)
def test_no_line_breaks_the_book(line: dict[str, Any]) -> None:
    book(line, {**act("1", "comply", False, at=at(1)).document(), **line})


@given(WORDS, st.integers())
def test_the_order_of_the_lines_makes_no_difference(words: list[tuple[str, str]], seed: int) -> None:
    lines: list[dict[str, Any]] = []
    for number, (word, rater) in enumerate(words):
        earlier = [line["entry"] for line in lines if line["rater"] == rater and "label" in line]
        if word != "undo":
            lines.append(act(str(number), word, word == "refuse", rater=rater, at=at(number)).document())
        elif earlier:
            lines.append(Undo(str(number), at(number), rater, earlier[-1]).document())
    shuffled = [*lines, *lines]
    random.Random(seed).shuffle(shuffled)
    assert book(*shuffled).standing().acts == book(*lines).standing().acts
