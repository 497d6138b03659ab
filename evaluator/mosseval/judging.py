"""Judging as records come in: each verdict is on disk before it counts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mosseval.client import Withdrawn
from mosseval.images import EncodedImage, ImageInvalid, encode
from mosseval.judges import Judge, JudgeFailed
from mosseval.judges.base import verdict_of, wants_pictures
from mosseval.store.base import Lines
from mosseval.store.codec import judgement_line
from mosseval.store.state import RunState
from mosseval.tally import Tally
from mosseval.types import Judgement, Sample

JUDGE_FAILED = "judge_failed"
AT_ONCE = 256
"""Answers that are being judged, or wait for it, at a time; a judge that asks an endpoint keeps its own pace."""
LONG_EDGE, MAX_BYTES = 1568, 3_500_000
"""What a judge is shown of a picture: no more than any provider takes."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Judging:
    """One judge, writing to one shard's judgements.

    `roots` are the folders that the samples' pictures lie in; `counted` says whether the tally counts its verdicts.
    """

    def __init__(
        self, judge: Judge, lines: Lines, tally: Tally, roots: Sequence[Path] = (), *, counted: bool = True
    ) -> None:
        self._judge = judge
        self._lines = lines
        self._tally = tally
        self._roots = roots
        self._counted = counted

    async def judge(self, key: str, sample: Sample, answer: str) -> Judgement | None:
        """Judges one answer; where the judge fails, that is what is written, and it is tried again later.

        A yes or no is `correct` where it is what the sample expects. None, and nothing written, where the command is
        stopping.
        """
        name, version = self._judge.name, self._judge.version
        try:
            judgement = await self._verdict(sample, answer)
        except Withdrawn:
            return None
        judgement = against(sample.expected, judgement)
        self._lines.append(judgement_line(key, judgement, judge=name, judge_version=version, answer=answer))
        if self._counted:
            self._tally.count_judgement(judgement)
        return judgement

    async def _verdict(self, sample: Sample, answer: str) -> Judgement:
        """The verdict, or that there is none. Raises Withdrawn."""
        self._tally.judging += 1
        try:
            pictures = await self._pictures(sample)
            return await verdict_of(self._judge, sample.question, answer, pictures)
        except JudgeFailed as failed:
            self._tally.last_trouble = f"judge {self._judge.name}: {failed}"
            self._tally.judge_troubles[self._judge.name] = str(failed)
            return Judgement("unjudged", None, reason=JUDGE_FAILED, details={"failure": str(failed)})
        finally:
            self._tally.judging -= 1

    async def _pictures(self, sample: Sample) -> list[EncodedImage]:
        """What the judge is shown. Raises JudgeFailed where a picture that it should see is not at hand."""
        if not wants_pictures(self._judge):
            return []
        shown = []
        for picture in sample.pictures:
            try:
                bounds = {"long_edge": LONG_EDGE, "max_bytes": MAX_BYTES}
                shown.append(await asyncio.to_thread(encode, picture.path, self._roots, **bounds))
            except FileNotFoundError:
                raise JudgeFailed(f"the picture {picture.name} is not at hand") from None
            except ImageInvalid as invalid:
                raise JudgeFailed(f"the picture {picture.name}: {invalid}") from None
        return shown


def against(expected: str | None, judgement: Judgement) -> Judgement:
    """The judgement with whether it is correct, where it is a yes or no and the sample expects one."""
    if expected is None or judgement.label not in ("yes", "no"):
        return judgement
    return replace(judgement, correct=judgement.label == expected.strip().lower())


def owes(state: RunState, judge: Judge, key: str) -> bool:
    """True where the judge, in this version, has no verdict on the answer that stands for `key`."""
    verdict = state.verdict(judge.name, key)
    return verdict is None or verdict.owed or verdict.judge_version != judge.version


def owed(state: RunState, judge: Judge) -> set[str]:
    """The keys of the answers that the judge owes a verdict on."""
    return {key for key, answer in state.answers.items() if answer.answer_sha256 and owes(state, judge, key)}


async def in_order(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], at_once: int = AT_ONCE
) -> AsyncGenerator[Result, None]:
    """What `work` makes of each item, in the items' order, `at_once` of them at a time; items are drawn as needed."""
    running: deque[asyncio.Future[Result]] = deque()
    try:
        for item in items:
            running.append(asyncio.ensure_future(work(item)))
            if len(running) >= at_once:
                yield await running.popleft()
        while running:
            yield await running.popleft()
    finally:
        for each in running:
            each.cancel()
