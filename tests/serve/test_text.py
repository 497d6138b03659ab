"""Text as it grows: whole characters, exact stops, and the same text however it is cut."""

from __future__ import annotations

import random

import pytest
from tiny_open_models import tokenizer

from mosseval_serve.text import GrowingText, Stops

WORDS = "Zürich 東京 🙂👩‍👩‍👧 naïve — ok\n\tend"


@pytest.mark.parametrize("seed", range(20))
def test_pieces_together_are_the_text_of_all_tokens(seed: int) -> None:
    tokens = tokenizer()
    numbers = random.Random(seed)
    ids = tokens(WORDS, add_special_tokens=False)["input_ids"]
    # Broken characters too: bytes in any order.
    ids = [*ids, *numbers.choices(ids, k=60)]
    growing = GrowingText(tokens.decode)
    pieces = [growing.add(each) for each in ids]
    assert "".join([*pieces, growing.rest()]) == tokens.decode(ids)


def test_no_half_characters_leave() -> None:
    tokens = tokenizer()
    growing = GrowingText(tokens.decode)
    pieces = [growing.add(each) for each in tokens("é🙂a", add_special_tokens=False)["input_ids"]]
    assert [piece for piece in pieces if piece] == ["é", "🙂", "a"]


@pytest.mark.parametrize("stops", [("END",), ("aab",), ("\n\n", "ab"), ("aba", "b")])
@pytest.mark.parametrize("seed", range(10))
def test_stop_cuts_where_the_whole_text_would_be_cut(stops: tuple[str, ...], seed: int) -> None:
    numbers = random.Random(seed)
    text = "".join(numbers.choices("ab\nEND", k=40))
    held = Stops(stops)
    said, at = "", 0
    while at < len(text) and not held.hit:
        size = numbers.randint(1, 3)
        said += held.add(text[at : at + size])
        at += size
    said += held.rest()
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    # A longer stop that ends later begins earlier: what has been said by then stays said, as everywhere.
    ends = sorted((text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text)
    if not places:
        assert said == text
        assert not held.hit
    elif ends[0][1] == min(places):
        assert said == text[: min(places)]
        assert held.hit
    else:
        assert held.hit
        assert not any(stop in said for stop in stops)


def test_beginning_of_a_stop_is_held_back_and_given_up() -> None:
    held = Stops(["STOP"])
    assert [held.add(each) for each in ("a S", "T", "O", "x")] == ["a ", "", "", "STOx"]
    assert (held.add("y ST"), held.rest()) == ("y ", "ST")
