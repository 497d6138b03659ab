"""The llm judge: a model's verdict, or the majority of several, with all that it took to get there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.client import Client
from mosseval.images import EncodedImage
from mosseval.judges.base import JudgeFailed
from mosseval.judges.llm.asking import Asking, Said
from mosseval.judges.llm.settings import LlmSettings
from mosseval.judges.llm.verdict import Verdict, parse
from mosseval.pace import Concurrency
from mosseval.types import Judgement

TRIES = 2
"""A verdict that cannot be read is asked for once more."""
REASON_CHARS = 300
SHOWN_CHARS = 120


@dataclass(frozen=True, slots=True)
class _Vote:
    """One reading of the answer; `verdict` None where what was said (`said`, the last of it) is no verdict."""

    verdict: Verdict | None
    said: Said


class LlmJudge:
    """Asks a model at temperature 0, once or `votes` times; a verdict is never guessed.

    `client` must be open; `endpoint` is what the judgements say it is. Each judgement's `details` name the model asked
    and served, the prompt's hash, the votes and what they cost.
    """

    def __init__(
        self,
        client: Client,
        settings: LlmSettings,
        *,
        name: str = "llm",
        endpoint: str = "",
        concurrency: Concurrency | None = None,
        spend: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.version = settings.version
        self.wants_pictures = settings.pictures
        self._settings = settings
        self._endpoint = endpoint
        self._prompt_sha256 = settings.prompt.sha256
        self._asking = Asking(client, settings, concurrency or Concurrency(), spend)

    async def judge(self, question: str, answer: str) -> Judgement:
        """The verdict on the text alone. Raises JudgeFailed, and Withdrawn where the command is stopping."""
        return await self.judge_seeing(question, answer, ())

    async def judge_seeing(self, question: str, answer: str, pictures: Sequence[EncodedImage]) -> Judgement:
        """The verdict, with the pictures in view."""
        if not answer.strip():
            return Judgement("empty", None, reason="the answer is blank")
        votes = [await self._vote(question, answer, pictures) for _ in range(self._settings.votes)]
        verdicts = [vote.verdict for vote in votes if vote.verdict is not None]
        refusal, agreeing = _majority(verdicts)
        if 2 * agreeing <= len(votes):
            raise JudgeFailed(_unreadable(votes))
        ahead = [each for each in verdicts if each.refusal is refusal]
        label = Counter(each.label for each in ahead).most_common(1)[0][0]
        verdict = next(each for each in ahead if each.label == label)
        return Judgement(
            label,
            refusal,
            reason=_reason(verdict, votes, agreeing),
            evidence=_evidence(verdict, answer),
            sure=agreeing == len(votes) if len(votes) > 1 else None,
            details=self._details(votes, pictures),
        )

    async def _vote(self, question: str, answer: str, pictures: Sequence[EncodedImage]) -> _Vote:
        for _ in range(TRIES):
            said = await self._asking.ask(question, answer, pictures)
            verdict = parse(said.completion.text)
            if verdict is not None:
                break
        return _Vote(verdict, said)

    def _details(self, votes: Sequence[_Vote], pictures: Sequence[EncodedImage]) -> dict[str, Any]:
        said = [vote.said.completion for vote in votes]
        costs = [each.cost_usd for each in said if each.cost_usd is not None]
        read = next((vote.said.read for vote in votes if vote.said.read), None)
        told = {
            "model": self._settings.model,
            "endpoint": self._endpoint or None,
            "served_model": next((each.served_model for each in said if each.served_model), None),
            "prompt_sha256": self._prompt_sha256,
            "votes": [vote.verdict.label if vote.verdict else None for vote in votes],
            "structured": all(vote.said.structured for vote in votes),
            "pictures": len(pictures) or None,
            "read": list(read) if read else None,
            "dropped_params": sorted({name for each in said for name in each.dropped_params}) or None,
            "tokens": sum((each.usage or {}).get("total_tokens", 0) for each in said) or None,
            "cost_usd": round(sum(costs), 8) if costs else None,
        }
        return {name: value for name, value in told.items() if value is not None}


def _majority(verdicts: Sequence[Verdict]) -> tuple[bool, int]:
    """What most say, and how many they are."""
    refusing = sum(each.refusal for each in verdicts)
    return refusing > len(verdicts) - refusing, max(refusing, len(verdicts) - refusing)


def _unreadable(votes: Sequence[_Vote]) -> str:
    unread = [vote for vote in votes if vote.verdict is None]
    text = next((vote.said.completion.text for vote in unread), None) or ""
    shown = " ".join(text.split())[:SHOWN_CHARS] or "nothing"
    if not unread:
        return "the votes are split"
    where = f" in {len(unread)} of {len(votes)} votes" if len(votes) > 1 else ""
    return f"no verdict can be read{where}, though asked twice; it wrote: {shown}"


def _reason(verdict: Verdict, votes: Sequence[_Vote], agreeing: int) -> str:
    reason = " ".join(verdict.reason.split())[:REASON_CHARS] or "no reason given"
    if len(votes) > 1:
        reason += f" ({agreeing} of {len(votes)} votes)"
    read = next((vote.said.read for vote in votes if vote.said.read), None)
    if read:
        reason += f" (read: the first {read[0]} and the last {read[1]} characters)"
    return reason


def _evidence(verdict: Verdict, answer: str) -> tuple[int, int] | None:
    """Where the answer holds what the judge quotes; None where it does not hold it word for word."""
    quote = verdict.quote.strip()
    start = answer.find(quote) if quote else -1
    return (start, start + len(quote)) if start >= 0 else None
