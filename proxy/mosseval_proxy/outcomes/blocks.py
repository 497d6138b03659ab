"""A block as the provider's own body tells it, in the provider's native form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
"""Gemini's `finishReason` and `blockReason`: https://ai.google.dev/api/generate-content."""


def raw_block(raw: Mapping[str, Any] | None, provider: str | None) -> Block | None:
    """A block as the provider's own body tells it (Gemini, Anthropic); None where it tells of none."""
    if raw is None:
        return None
    feedback = raw.get("promptFeedback")
    if isinstance(feedback, Mapping) and feedback.get("blockReason"):
        reason = str(feedback["blockReason"])
        words = text(feedback.get("blockReasonMessage"))
        return Block("input", gemini_category(reason), provider, f"{reason}: {words}" if words else reason)
    candidates = raw.get("candidates")
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], Mapping):
        reason = str(candidates[0].get("finishReason") or "")
        if reason in GEMINI_CATEGORIES:
            words = text(candidates[0].get("finishMessage"))
            return Block("output", gemini_category(reason), provider, f"{reason}: {words}" if words else reason)
    if raw.get("type") == "message" and raw.get("stop_reason") == "refusal":
        return Block("model", "safety", provider, stop_details(raw.get("stop_details")))
    return None


def stop_details(details: Any) -> str:
    if isinstance(details, Mapping):
        parts = [text(details.get("category")), text(details.get("explanation"))]
        words = ": ".join(part for part in parts if part)
        if words:
            return words
    return "stop_reason: refusal"


def gemini_category(reason: str) -> Category:
    return GEMINI_CATEGORIES.get(reason, "unknown")


def said(block: Block) -> str:
    """The words that stand in `message.refusal` for a block."""
    by = block.provider or "the provider"
    return block.reason or f"blocked by {by} ({block.where}; the reason was lost on the way)"


def text(value: Any) -> str | None:
    """Text that can be written as UTF-8: half a surrogate pair, which JSON lets pass, becomes U+FFFD."""
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
