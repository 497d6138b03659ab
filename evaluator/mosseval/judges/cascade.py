"""The cascade: a cheap judge decides where it is sure, another judge the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mosseval.judges.base import Judge, verdict_of, wants_pictures
from mosseval.types import Judgement

if TYPE_CHECKING:
    from mosseval.images import EncodedImage


class CascadeJudge:
    """`first` where its verdict is sure (or the answer is blank), else `second`, whose failure is the cascade's."""

    def __init__(self, first: Judge, second: Judge, *, name: str = "cascade") -> None:
        self.name = name
        self.version = f"1:{first.name}={first.version},{second.name}={second.version}"
        self.wants_pictures = wants_pictures(second)
        self._first = first
        self._second = second

    async def judge(self, question: str, answer: str) -> Judgement:
        """The verdict, with who gave it in `details`. Raises JudgeFailed."""
        return await self.judge_seeing(question, answer, ())

    async def judge_seeing(self, question: str, answer: str, pictures: Sequence[EncodedImage]) -> Judgement:
        """As `judge`; only the second judge may look."""
        first = await self._first.judge(question, answer)
        if first.sure is True or first.label == "empty":
            return replace(first, details={**first.details, "decided_by": self._first.name})
        second = await verdict_of(self._second, question, answer, pictures)
        unsure = {"label": first.label, "refusal": first.refusal, "reason": first.reason}
        details = {**second.details, "decided_by": self._second.name, self._first.name: unsure}
        return replace(second, details=details)
