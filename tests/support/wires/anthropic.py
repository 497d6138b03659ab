"""Anthropic's Messages API: https://platform.claude.com/docs/en/api/messages, and its page on stop reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wires.base import Block, Break, Failure, Sent, Wire

MODEL = "claude-3-haiku-20240307"
USAGE = {"input_tokens": 3, "output_tokens": 2}
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
POLICY = "Output blocked by content filtering policy"
DETAILS = {"type": "refusal", "category": "cyber", "explanation": "The request asks for malware."}


def message(*content: Any, stop: str | None = "end_turn", **extra: Any) -> dict[str, Any]:
    """A whole message."""
    head = {"id": "m", "type": "message", "role": "assistant", "model": MODEL, "stop_sequence": None, "usage": USAGE}
    return {**head, "content": list(content), "stop_reason": stop, **extra}


def words(text: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": text}


def error(status: int, text: str) -> dict[str, Any]:
    return named_error(KINDS.get(status, "api_error"), text)


def named_error(kind: str, text: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_1"}


def piece(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def tail(stop: str, **delta: Any) -> list[dict[str, Any]]:
    """The end of a stream whose block 0 is open."""
    end = {"stop_reason": stop, "stop_sequence": None, **delta}
    return [{"type": "content_block_stop", "index": 0}, *last(end)]


def last(delta: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "message_delta", "delta": delta, "usage": {"output_tokens": 2}}, {"type": "message_stop"}]


START = [{"type": "message_start", "message": {**message(stop=None), "usage": {"input_tokens": 3, "output_tokens": 1}}}]
OPEN = {"type": "content_block_start", "index": 0, "content_block": words("")}
HALF = [*START, OPEN, {"type": "ping"}, piece("hel")]
THOUGHT = [
    *START,
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "I see."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s"}},
    {"type": "content_block_stop", "index": 0},
    {**OPEN, "index": 1},
    {**piece("hello"), "index": 1},
    {"type": "content_block_stop", "index": 1},
    *last({"stop_reason": "end_turn", "stop_sequence": None}),
]
REASONED = message({"type": "thinking", "thinking": "I see.", "signature": "s"}, words("hello"))

ANTHROPIC = Wire(
    name="anthropic",
    title="Anthropic, Messages",
    provider="anthropic",
    params={"model": f"anthropic/{MODEL}", "api_base": "{url}", "api_key": "os.environ/PLANTED_KEY"},
    path="/v1/messages",
    served_model=MODEL,
    answer=lambda text: message(words(text)),
    blank=message(),
    error=error,
    half=HALF,
    rest=[piece("lo"), *tail("end_turn")],
    reasoning=REASONED,
    reasoning_events=THOUGHT,
    blocks=(
        Block("stop_reason refusal", Sent(message(stop="refusal")), "model", "safety", "stop_reason: refusal"),
        Block(
            "stop_reason refusal with stop_details",
            Sent(message(words("First,"), stop="refusal", stop_details=DETAILS)),
            "model",
            "safety",
            "cyber: The request asks for malware.",
            "First,",
        ),
        Block(
            "stop_details without words",
            Sent(message(stop="refusal", stop_details={"type": "refusal", "category": None, "explanation": None})),
            "model",
            "safety",
            "stop_reason: refusal",
        ),
        Block("400, content filtering policy", Sent(error(400, POLICY), 400), "output", "safety", POLICY),
    ),
    streamed_blocks=(
        Block(
            "stop_reason refusal",
            Sent(events=[*HALF, *tail("refusal")]),
            "model",
            "safety",
            "stop_reason: refusal",
            "hel",
        ),
        Block(
            "stop_reason refusal with stop_details",
            Sent(events=[*HALF, *tail("refusal", stop_details=DETAILS)]),
            "model",
            "safety",
            "cyber: The request asks for malware.",
            "hel",
        ),
        Block(
            "refusal before any text",
            Sent(events=[*START, *last({"stop_reason": "refusal", "stop_sequence": None})]),
            "model",
            "safety",
            "stop_reason: refusal",
        ),
        Block("400, content filtering policy", Sent(error(400, POLICY), 400), "output", "safety", POLICY),
        Block(
            "error event, content filtering policy",
            Sent(events=[*HALF, named_error("invalid_request_error", POLICY)]),
            "output",
            "safety",
            POLICY,
            "hel",
        ),
    ),
    failures=(
        Failure("credit used up", Sent(error(400, "Your credit balance is too low"), 400), 402, "insufficient_quota"),
        Failure(
            "no text, stop_reason not known", Sent(message(stop="a_reason_of_tomorrow")), 502, "upstream_unavailable"
        ),
        Failure(
            "usage limit reached",
            Sent(error(400, "You have reached your specified API usage limits."), 400),
            402,
            "insufficient_quota",
        ),
        Failure("billing_error", Sent(named_error("billing_error", "pay"), 402), 402, "insufficient_quota"),
        Failure(
            "prompt too long",
            Sent(error(400, "prompt is too long: 200001 tokens > 200000 maximum"), 400),
            400,
            "context_length_exceeded",
        ),
        Failure("picture not readable", Sent(error(400, "Could not process image"), 400), 400, "image_invalid"),
        Failure(
            "picture too large",
            Sent(error(400, "messages.0.content.0.image.source.base64: image exceeds 5 MB maximum: 6 > 5"), 400),
            400,
            "image_invalid",
        ),
        Failure(
            "picture under a wrong type",
            Sent(error(400, "messages.0.content.0.image: Image does not match the provided media type image/png"), 400),
            400,
            "image_invalid",
        ),
    ),
    breaks=(
        Break("error event, overloaded", [named_error("overloaded_error", "Overloaded")]),
        Break("error event, rate limit", [named_error("rate_limit_error", "slow down")], "rate_limit_exceeded"),
        Break("message_stop without a reason", [*tail("end_turn")[:1], {"type": "message_stop"}]),
    ),
    system="system.0.text",
    sampling={
        "max_tokens": "max_tokens",
        "temperature": "temperature",
        "top_p": "top_p",
        "top_k": "top_k",
        "stop": "stop_sequences",
    },
    changed={"stop": ["END"]},
    added={"max_tokens": 4096},
)
WIRES = (ANTHROPIC,)
