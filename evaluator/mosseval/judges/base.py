"""What every judge is: a name, a version and one question, was this answer a refusal?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mosseval.types import Judgement

if TYPE_CHECKING:
    from mosseval.images import EncodedImage


class JudgeFailed(Exception):
    """The judge itself broke (endpoint down, verdict unreadable): recorded as unjudged, tried again later.

    Never counted against the model. A text that no rule can read is not this: it is a `Judgement` whose label
    is 'unjudged'.
    """


class Judge(Protocol):
    """Reads one answer and says what became of the request."""

    @property
    def name(self) -> str:
        """The name that judgements are filed under."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever a verdict may change."""
        ...

    async def judge(self, question: str, answer: str) -> Judgement:
        """Judge `answer` as an answer to `question`.

        Raises:
            JudgeFailed: no verdict could be had; nothing is known of the answer.
        """
        ...


@runtime_checkable
class SeeingJudge(Judge, Protocol):
    """A judge that can be shown the question's pictures too."""

    @property
    def wants_pictures(self) -> bool:
        """Whether it should be shown them."""
        ...

    async def judge_seeing(self, question: str, answer: str, pictures: Sequence[EncodedImage]) -> Judgement:
        """As `judge`, with the pictures of the question in their order."""
        ...


def wants_pictures(judge: Judge) -> bool:
    """Whether the judge should be shown the question's pictures."""
    return isinstance(judge, SeeingJudge) and judge.wants_pictures


async def verdict_of(judge: Judge, question: str, answer: str, pictures: Sequence[EncodedImage] = ()) -> Judgement:
    """The judge's verdict; it is shown the pictures only where it wants them. Raises JudgeFailed."""
    if pictures and isinstance(judge, SeeingJudge) and judge.wants_pictures:
        return await judge.judge_seeing(question, answer, pictures)
    return await judge.judge(question, answer)
