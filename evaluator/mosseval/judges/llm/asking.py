"""Puts fenced material to the judge's endpoint: as fast as it bears, with a schema where it takes one, shortened only
where it overflows, and no more once the endpoint is known to be gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mosseval.client import Client
from mosseval.images import EncodedImage
from mosseval.judges.base import JudgeFailed
from mosseval.judges.llm.prompt import Prompt, shortened
from mosseval.judges.llm.settings import MAX_TOKENS, TEMPERATURE, LlmSettings
from mosseval.judges.llm.verdict import SCHEMA
from mosseval.pace import Concurrency
from mosseval.types import Completion, Failure
from mosseval.values import mend

LONGEST = 200_000
"""Characters of a reply that are sent at most."""
SHORTEST = 500
"""A context that does not take this much of a reply takes none."""
OVERFLOW_CODES = frozenset({"context_length_exceeded", "request_too_large"})
OVERFLOW_WORDS = ("context length", "context window", "maximum context", "prompt is too long")
NO_SCHEMA_CODES = frozenset({"unsupported_parameter", "bad_request"})
FOR_GOOD = frozenset(
    {"invalid_api_key", "forbidden", "model_not_found", "model_retired", "model_not_allowed", "model_not_configured"}
    | {"provider_key_rejected", "insufficient_quota", "not_an_api"}
)
"""Failures that the next answer would meet too."""
PASSING = frozenset(
    {"unreachable", "timeout", "connection_lost", "malformed_response", "upstream_unavailable", "upstream_timeout"}
    | {"rate_limit_exceeded"}
)
"""Failures that say nothing of the answer: so many in a row, each after all its attempts, and the endpoint is gone."""
FAILURES_IN_A_ROW = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What the model wrote, how much of the reply it had read (None: all), and whether it was held to a schema."""

    completion: Completion
    read: tuple[int, int] | None
    structured: bool


class Asking:
    """One judge model at one endpoint. `spend` hears what each request cost in USD (None: unknown)."""

    def __init__(
        self,
        client: Client,
        settings: LlmSettings,
        concurrency: Concurrency,
        spend: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._settings = settings
        self._concurrency = concurrency
        self._spend = spend
        self._prompt: Prompt = settings.prompt
        self._structured = True
        self._answered_at = 0.0
        self._gone = ""
        self._failures_in_a_row = 0

    async def ask(self, question: str, reply: str, pictures: Sequence[EncodedImage]) -> Said:
        """What the model says of the reply. Raises JudgeFailed, and Withdrawn on a stop."""
        room = LONGEST
        while True:
            text, read = shortened(reply, room)
            outcome, structured = await self._put(question, text, pictures)
            if isinstance(outcome, Completion):
                if outcome.block is not None:
                    raise JudgeFailed(f"its endpoint blocked the question: {outcome.block.reason or 'no reason given'}")
                return Said(outcome, read, structured)
            room = min(room, len(reply)) // 2
            if not _overflows(outcome) or room < SHORTEST:
                raise JudgeFailed(f"{outcome.code}: {outcome.message}")

    async def _put(
        self, question: str, text: str, pictures: Sequence[EncodedImage]
    ) -> tuple[Completion | Failure, bool]:
        """Asks with the schema; without it where the endpoint takes none, and from then on."""
        if self._structured:
            outcome = await self._complete(self._body(question, text, pictures, structured=True))
            if not (isinstance(outcome, Failure) and _takes_no_schema(outcome)):
                return outcome, True
        outcome = await self._complete(self._body(question, text, pictures, structured=False))
        if isinstance(outcome, Completion):
            self._structured = False
        return outcome, False

    async def _complete(self, body: bytes) -> Completion | Failure:
        if self._gone:
            raise JudgeFailed(self._gone)
        await self._concurrency.slot()
        latency_s: float | None = None
        try:
            if self._gone:
                raise JudgeFailed(self._gone)
            asked = time.monotonic()
            outcome = await self._client.complete(body)
            if isinstance(outcome, Completion):
                latency_s = outcome.latency_s if outcome.attempts == 1 else None
                self._answered_at = time.monotonic()
                self._failures_in_a_row = 0
                self._spend(outcome.cost_usd)
            else:
                self._learn(outcome, asked)
            return outcome
        finally:
            self._concurrency.done(latency_s)

    def _learn(self, failure: Failure, asked: float) -> None:
        """Whether the endpoint is gone, for as long as this command lasts."""
        self._failures_in_a_row += failure.code in PASSING
        nobody = failure.code == "unreachable" and self._answered_at < asked
        if failure.code in FOR_GOOD or nobody or self._failures_in_a_row >= FAILURES_IN_A_ROW:
            self._gone = f"{failure.code}: {failure.message}"

    def _body(self, question: str, text: str, pictures: Sequence[EncodedImage], *, structured: bool) -> bytes:
        fenced = self._prompt.fenced(mend(question), mend(text))
        content: str | list[dict[str, Any]] = fenced.user
        if pictures:
            content = [*map(_shown, pictures), {"type": "text", "text": fenced.user}]
        body: dict[str, Any] = {
            "model": self._settings.model,
            "temperature": TEMPERATURE,
            "max_tokens": MAX_TOKENS,
            "messages": [{"role": "system", "content": fenced.system}, {"role": "user", "content": content}],
        }
        if structured:
            body["response_format"] = dict(SCHEMA)
        return orjson.dumps(body)


def _shown(picture: EncodedImage) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:{picture.type};base64,{picture.base64.decode()}"}}


def _overflows(failure: Failure) -> bool:
    if failure.code in OVERFLOW_CODES:
        return True
    return failure.code == "bad_request" and any(words in failure.message.lower() for words in OVERFLOW_WORDS)


def _takes_no_schema(failure: Failure) -> bool:
    return failure.code in NO_SCHEMA_CODES and not _overflows(failure)
