"""From tokens to text as it grows: no half characters, and nothing that may yet turn out to be a stop string."""

from __future__ import annotations

from collections.abc import Callable, Sequence

UNFINISHED = "\ufffd"
"""What a decoder puts for the bytes of a character that is not whole yet."""


class GrowingText:
    """Decodes tokens one by one; the pieces together are the text of all tokens.

    The tokens since the last whole character are decoded together with those of the piece before, because many
    tokenizers drop the space in front of the first token that they are given.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._tokens: list[int] = []
        self._before = 0
        self._said = 0

    def add(self, token: int) -> str:
        """The text that a token adds; empty while a character is not whole."""
        self._tokens.append(token)
        return self._piece(whole_only=True)

    def rest(self) -> str:
        """What is left at the end, half characters included."""
        return self._piece(whole_only=False)

    def _piece(self, *, whole_only: bool) -> str:
        before = self._decode(self._tokens[self._before : self._said])
        text = self._decode(self._tokens[self._before :])
        if len(text) <= len(before) or (whole_only and text.endswith(UNFINISHED)):
            return ""
        self._before, self._said = self._said, len(self._tokens)
        return text[len(before) :]


class Stops:
    """Holds text back for as long as it may be the beginning of a stop string, and cuts at the first whole one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._held = ""
        self.hit = False

    def add(self, piece: str) -> str:
        """What can be said of the text so far; once `hit`, nothing more comes."""
        if self.hit:
            return ""
        text = self._held + piece
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.hit, self._held = True, ""
            return text[: min(found)]
        held = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def rest(self) -> str:
        """What was held back and turned out to be no stop string."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """The length of the longest end of `text` that is a beginning of `stop`."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)
