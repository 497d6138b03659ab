"""A block as the provider's own body tells it, in the provider's native form.

A body is known by its shape: Gemini's `promptFeedback` and `candidates`, Anthropic's `type: message`, Bedrock's
`stopReason`, Cohere's `finish_reason` beside `message`. A stream is given as one such body, put together from its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mosseval_proxy.outcomes.endings import BROKEN, NATURAL_ENDS, ending, first, text
from mosseval_proxy.outcomes.guardrails import guardrail_block
from mosseval_proxy.records import Block, Category

GEMINI_CATEGORIES: Mapping[str, Category] = {
    "SAFETY": "safety",
    "PROHIBITED_CONTENT": "safety",
    "BLOCKLIST": "safety",
    "SPII": "safety",
    "IMAGE_SAFETY": "safety",
    "IMAGE_PROHIBITED_CONTENT": "safety",
    "MODEL_ARMOR": "safety",
    "JAILBREAK": "safety",
    "RECITATION": "recitation",
    "IMAGE_RECITATION": "recitation",
    "LANGUAGE": "other",
    "OTHER": "other",
    "IMAGE_OTHER": "other",
    "NO_IMAGE": "other",
}
"""Gemini's `finishReason` and `blockReason`: https://ai.google.dev/api/generate-content, and Vertex AI's of the same
names. Any other finish that is no natural end is a block whose category is unknown."""


def raw_block(raw: Mapping[str, Any] | None, provider: str | None) -> Block | None:
    """A block as the provider's own body tells it; None where it tells of none."""
    if raw is None:
        return None
    if "promptFeedback" in raw or "candidates" in raw:
        return _gemini(raw, provider)
    end = ending(raw)
    if raw.get("type") == "message":
        return Block("model", "safety", provider, stop_details(raw.get("stop_details"))) if end == "refusal" else None
    if "stopReason" in raw:
        return _bedrock(raw, end, provider)
    if end == "ERROR_TOXIC":
        return Block("output", "safety", provider, end)
    return None


def _gemini(raw: Mapping[str, Any], provider: str | None) -> Block | None:
    feedback = raw.get("promptFeedback")
    if isinstance(feedback, Mapping) and feedback.get("blockReason"):
        blocked = str(feedback["blockReason"])
        words = text(feedback.get("blockReasonMessage")) or _ratings(feedback)
        return Block("input", gemini_category(blocked), provider, f"{blocked}: {words}" if words else blocked)
    if raw.get("candidates") == []:
        return Block("input", "unknown", provider, None)
    reason, candidate = ending(raw), first(raw.get("candidates"))
    if reason is None or reason in NATURAL_ENDS or reason in BROKEN:
        return None
    words = text(candidate.get("finishMessage")) or _ratings(candidate)
    return Block("output", gemini_category(reason), provider, f"{reason}: {words}" if words else reason)


def _ratings(rated: Mapping[str, Any]) -> str:
    """The harm categories whose ratings say that they were what blocked."""
    found = rated.get("safetyRatings")
    ratings = found if isinstance(found, list) else []
    hits = (rating.get("category") for rating in ratings if isinstance(rating, Mapping) and rating.get("blocked"))
    return ", ".join(str(hit) for hit in hits if hit)


def _bedrock(raw: Mapping[str, Any], end: str | None, provider: str | None) -> Block | None:
    if end == "guardrail_intervened":
        return guardrail_block(raw, provider)
    if end == "content_filtered":
        return Block("output", "safety", provider, end)
    return Block("model", "safety", provider, "stopReason: refusal") if end == "refusal" else None


def stop_details(details: Any) -> str:
    """What Anthropic says of a refusal: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons."""
    if isinstance(details, Mapping):
        parts = [text(details.get("category")), text(details.get("explanation"))]
        words = ": ".join(part for part in parts if part)
        if words:
            return words
    return "stop_reason: refusal"


def gemini_category(reason: str) -> Category:
    """The category of a reason; of one that is not known yet, unknown."""
    return GEMINI_CATEGORIES.get(reason, "unknown")


def said(block: Block) -> str:
    """The words that stand in `message.refusal` for a block."""
    by = block.provider or "the provider"
    return block.reason or f"blocked by {by} ({block.where}; the reason was lost on the way)"
