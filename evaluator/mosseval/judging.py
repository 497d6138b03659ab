"""Judging as records come in: each verdict is on disk before it counts."""

from __future__ import annotations

from dataclasses import replace

from mosseval.judges import Judge, JudgeFailed
from mosseval.store.codec import judgement_line
from mosseval.store.lines import Appender
from mosseval.store.state import RunState
from mosseval.tally import Tally
from mosseval.types import Judgement, Sample


class Judging:
    """One judge, writing to one shard's judgements."""

    def __init__(self, judge: Judge, lines: Appender, tally: Tally) -> None:
        self._judge = judge
        self._lines = lines
        self._tally = tally

    async def judge(self, key: str, sample: Sample, answer: str) -> None:
        """Judges one answer; where the judge fails, that is what is written, and it is tried again later.

        A yes or no is `correct` where it is what the sample expects.
        """
        try:
            judgement = await self._judge.judge(sample.question, answer)
        except JudgeFailed as failed:
            self._tally.last_trouble = f"judge {self._judge.name}: {failed}"
            judgement = Judgement("unjudged", None, reason="judge_failed")
        if sample.expected is not None and judgement.label in ("yes", "no"):
            judgement = replace(judgement, correct=judgement.label == sample.expected.strip().lower())
        name, version = self._judge.name, self._judge.version
        self._lines.append(judgement_line(key, judgement, judge=name, judge_version=version, answer=answer))
        self._tally.count_judgement(judgement)

    def owed(self, state: RunState) -> set[str]:
        """The keys of answers that an earlier run left without a verdict."""
        return {key for key, answer in state.answers.items() if answer.answer_sha256 and self._owes(state, key)}

    def _owes(self, state: RunState, key: str) -> bool:
        verdict = state.verdict(self._judge.name, key)
        return verdict is None or verdict.owed
