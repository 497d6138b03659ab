"""Keys and pictures leave texts; everything else stays."""

from __future__ import annotations

import pytest

from mosseval_proxy.scrub import MAX_LENGTH, Scrubber

LOOKS_LIKE_A_KEY = [
    "sk-proj-abcdefghijklmnop1234",
    "sk-ant-api03-abcdefgh-ijkl",
    "sk-abc***********wxyz",
    "AIzaSyA-1234567890abcdefghijklmno",
    "AKIAIOSFODNN7EXAMPLE",
    "gsk_abcdefgh12345678",
    "xai-abcdefgh12345678",
    "ya29.a0AfH6SMBabcdefgh_12-34",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig",
]


@pytest.mark.parametrize("key", LOOKS_LIKE_A_KEY)
def test_what_looks_like_a_key_is_removed(key: str) -> None:
    cleaned = Scrubber(()).clean(f"Incorrect API key provided: {key}. See the page on keys.")
    assert key not in cleaned
    assert cleaned.endswith("See the page on keys.")


CARRIERS = [
    "Bearer {}",
    "https://x/?key={}",
    'x-api-key: "{}"',
    '"api_key": "{}"',
    "Authorization: Bearer {}",
    '{{"Authorization": "Basic {}"}}',
    "x-goog-api-key: {}",
    "X-Amz-Security-Token={}",
    '"access_token":"{}"',
]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_stands_where_a_key_stands_is_removed(carrier: str) -> None:
    assert "Zm9vYmFyYmF6" not in Scrubber(()).clean(carrier.format("Zm9vYmFyYmF6"))


def test_known_keys_are_removed_wherever_they_stand() -> None:
    assert Scrubber(["plain-words-key"]).clean("a plain-words-key b") == "a [key removed] b"
    assert "word" in Scrubber(["word"]).clean("a short word is no key")


def test_pictures_and_control_characters_are_removed() -> None:
    cleaned = Scrubber(()).clean(f"bad image data:image/png;base64,{'QUJD' * 100} \x1b[31m\x00")
    assert "QUJDQUJD" not in cleaned
    assert "\x1b" not in cleaned
    assert "\x00" not in cleaned


def test_an_ordinary_message_stays_and_a_long_one_is_bounded() -> None:
    message = "This model's maximum context length is 8192 tokens; task-specific settings and a monkey do not help."
    assert Scrubber(()).clean(message) == message
    assert len(Scrubber(()).clean("word " * 100_000)) <= MAX_LENGTH + 1
