"""The last step of every call to a provider: what it said is cleaned of keys, and the answer says where it is from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mosseval_proxy.catalogue import Entry
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.records import Answer, Block
from mosseval_proxy.scrub import Scrubber


def settle(outcome: Answer | GatewayError, scrubber: Scrubber, **stamps: Any) -> Answer:
    """The answer with `stamps` (fields of `Answer`) on it; neither holds a key. Raises GatewayError."""
    if isinstance(outcome, GatewayError):
        raise GatewayError(
            outcome.code,
            scrubber.clean(outcome.message),
            param=outcome.param,
            retry_after_s=outcome.retry_after_s,
        ) from None
    return Answer(
        text=outcome.text,
        finish_reason=outcome.finish_reason,
        reasoning=outcome.reasoning,
        refusal=outcome.refusal and scrubber.clean(outcome.refusal),
        block=_clean(outcome.block, scrubber),
        usage=outcome.usage,
        **stamps,
    )


def cost(answer: Answer, entry: Entry, reckoned: float | None = None) -> float | None:
    """US dollars by the entry's price; where it has none, what was `reckoned` elsewhere."""
    if entry.price is not None and answer.usage is not None:
        usage = answer.usage
        return entry.price.of(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
    return reckoned or None


def _clean(block: Block | None, scrubber: Scrubber) -> Block | None:
    if block is None or block.reason is None:
        return block
    return replace(block, reason=scrubber.clean(block.reason))
