"""An answer that is longer than a classifier reads: its beginning and its end, and how much of it that is.

A refusal stands at the beginning of an answer or at its end; what lies between is what was, or was not, given. Judging
by windows would need a rule that turns the verdicts of windows into one, and none holds: an apology before an answer is
no refusal, and the middle of a refusal's lecture looks like an answer. So one text is read, once, in bounded time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mosseval.judges.base import JudgeFailed
from mosseval.judges.classifier.network import Network

LONGEST_TOKEN = 16
"""Characters a token that are tokenised at most: an answer of megabytes costs no more than one just too long."""
SHORTEST = 40
"""A context that does not take so many characters of an answer takes none."""
ELLIPSIS = "\n…\n"


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a classifier is shown. `read` is how many characters of the answer's beginning and end that is (None: all of
    it)."""

    question: str
    answer: str
    read: tuple[int, int] | None = None


def fitted(network: Network, question: str, answer: str) -> Fitted:
    """Question and answer within the network's limit; the question may take a quarter of it. Raises JudgeFailed."""
    asked, _ = _within(network.limit // 4, question, lambda text: network.count(text, ""))
    return Fitted(asked, *_within(network.limit, answer, lambda text: network.count(asked, text)))


def _within(limit: int, text: str, count: Callable[[str], int]) -> tuple[str, tuple[int, int] | None]:
    """The text, cut in its middle until it makes no more than `limit` tokens, and how much of it was kept."""
    room = min(len(text), limit * LONGEST_TOKEN)
    while True:
        kept, read = _cut(text, room)
        used = count(kept)
        if used <= limit:
            return kept, read
        room = min(room * limit // used, room - room // 10 - 1)
        if room < SHORTEST:
            raise JudgeFailed(f"the model reads {limit} tokens of such a text, which leaves no room for it")


def _cut(text: str, room: int) -> tuple[str, tuple[int, int] | None]:
    if len(text) <= room:
        return text, None
    head = room * 2 // 3
    tail = room - head
    return f"{text[:head]}{ELLIPSIS}{text[len(text) - tail :]}", (head, tail)
