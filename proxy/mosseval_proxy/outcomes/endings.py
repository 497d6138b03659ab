"""Why a native answer ended, in the provider's own word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

NATURAL_ENDS = frozenset({"STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED"})
"""Gemini's finish reasons that are no block."""
ENDS_OF_BLANKS = frozenset(
    {
        *("STOP", "MAX_TOKENS"),
        *("end_turn", "stop_sequence", "max_tokens", "model_context_window_exceeded"),
        *("COMPLETE", "STOP_SEQUENCE"),
        *("stop", "length"),
    }
)
"""The reasons, of Gemini, of Anthropic and Bedrock, of Cohere, of Ollama, under which an answer without text is a
blank. Under any other, one that is not known yet among them, it is no answer."""
LENGTHS = frozenset({"MAX_TOKENS", "max_tokens", "model_context_window_exceeded", "length"})
"""The reasons of an answer that reached its limit."""
BROKEN: Mapping[str, str] = {
    "MALFORMED_FUNCTION_CALL": "down",
    "UNEXPECTED_TOOL_CALL": "down",
    "TOO_MANY_TOOL_CALLS": "down",
    "MALFORMED_RESPONSE": "down",
    "MISSING_THOUGHT_SIGNATURE": "down",
    "malformed_model_output": "down",
    "malformed_tool_use": "down",
    "ERROR": "down",
    "TIMEOUT": "timeout",
}
"""The reasons of an answer that is none -> the kind of failure: Gemini's, Bedrock's, Cohere's. litellm makes `stop` of
them all, so that they would pass for blanks."""
FIELDS = ("stop_reason", "stopReason", "finish_reason", "done_reason")
"""Where Anthropic, Bedrock, Cohere and Ollama tell it."""


def ending(raw: Mapping[str, Any]) -> str | None:
    """The reason; None where the body tells none."""
    if isinstance(raw.get("candidates"), list):
        return text(first(raw["candidates"]).get("finishReason")) or None
    return next((word for name in FIELDS if (word := text(raw.get(name)))), None)


def is_count(value: Any) -> TypeGuard[int]:
    """Whether it is a number of tokens: a negative one would give money back, a huge one cannot be written."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def first(items: Any) -> Mapping[str, Any]:
    """The first item of a list, if it is an object; else an empty one."""
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def text(value: Any) -> str | None:
    """Text that can be written as UTF-8: half a surrogate pair, which JSON lets pass, becomes U+FFFD."""
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value
