"""OpenAI's chat completions, and servers of one's own that speak them.

https://platform.openai.com/docs/api-reference/chat/object, https://platform.openai.com/docs/guides/error-codes
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wires.base import Block, Break, Failure, Sent, Wire

MODEL = "gpt-4o-2024-08-06"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
HEAD = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "usage": USAGE}


def completion(message: dict[str, Any], finish: str | None = "stop", **choice: Any) -> dict[str, Any]:
    """A plain answer with one choice."""
    whole = {"role": "assistant", "content": None, **message}
    return {**HEAD, "choices": [{"index": 0, "message": whole, "finish_reason": finish, **choice}]}


def answer(text: str) -> dict[str, Any]:
    return completion({"content": text, "refusal": None})


def chunk(delta: dict[str, Any], finish: str | None = None, **choice: Any) -> dict[str, Any]:
    """A streamed piece."""
    choices = [{"index": 0, "delta": delta, "finish_reason": finish, **choice}]
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices}


def error(code: str | None, message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "type": kind, "param": None}}


def bare_error(_status: int, message: str) -> dict[str, Any]:
    return error(None, message)


FIRST = chunk({"role": "assistant", "content": ""})
HALF = [FIRST, chunk({"content": "hel"})]
END = [{**chunk({}), "choices": [], "usage": USAGE}, "[DONE]"]
REST = [chunk({"content": "lo"}), chunk({}, "stop"), *END]
PLAIN = ("max_tokens", "temperature", "top_p", "seed", "stop", "presence_penalty", "frequency_penalty")
SAMPLING = {name: name for name in PLAIN}
"""What OpenAI's own models take, those that reason apart."""
JSON_MODE = {"response_format": {"type": "json_object"}}
SAFETY_SYSTEM = "Your request was rejected as a result of our safety system."
USAGE_POLICY = "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
REFUSED = Block("message.refusal", Sent(completion({"refusal": "I won't."})), "model", "safety", "I won't.")
FILTERED = Block(
    "finish_reason content_filter",
    Sent(completion({"content": "ha"}, "content_filter")),
    "output",
    "unknown",
    None,
    "ha",
)
INVALID_PROMPT = Block(
    "400 invalid_prompt",
    Sent(error("invalid_prompt", USAGE_POLICY), 400),
    "input",
    "safety",
    f"{USAGE_POLICY} (invalid_prompt)",
)
BLOCKS = (
    REFUSED,
    FILTERED,
    Block(
        "finish_reason content_filter without text",
        Sent(completion({}, "content_filter")),
        "output",
        "unknown",
        None,
    ),
    INVALID_PROMPT,
    Block(
        "400 content_policy_violation",
        Sent(error("content_policy_violation", SAFETY_SYSTEM), 400),
        "input",
        "safety",
        f"{SAFETY_SYSTEM} (content_policy_violation)",
    ),
)
STREAMED_REFUSAL = Block(
    "message.refusal",
    Sent(events=[FIRST, chunk({"refusal": "I "}), chunk({"refusal": "won't."}), chunk({}, "stop"), *END]),
    "model",
    "safety",
    "I won't.",
)
STREAMED_FILTER = Block(
    "finish_reason content_filter",
    Sent(events=[*HALF, chunk({}, "content_filter"), *END]),
    "output",
    "unknown",
    None,
    "hel",
)
STREAMED_BLOCKS = (
    STREAMED_REFUSAL,
    STREAMED_FILTER,
    INVALID_PROMPT,
)
FAILURES = (
    Failure(
        "key refused", Sent(error("invalid_api_key", "Incorrect API key provided"), 401), 424, "provider_key_rejected"
    ),
    Failure(
        "quota used up",
        Sent(error("insufficient_quota", "You exceeded your current quota"), 429),
        402,
        "insufficient_quota",
    ),
    Failure(
        "context too long",
        Sent(error("context_length_exceeded", "This model's maximum context length is 8 tokens"), 400),
        400,
        "context_length_exceeded",
    ),
    Failure(
        "picture refused",
        Sent(error("invalid_image_format", "You uploaded an unsupported image."), 400),
        400,
        "image_invalid",
    ),
    Failure("no choices", Sent({**HEAD, "choices": []}), 502, "upstream_unavailable"),
    Failure(
        "no message", Sent({**HEAD, "choices": [{"index": 0, "finish_reason": "stop"}]}), 502, "upstream_unavailable"
    ),
    Failure("a page of HTML with 503", Sent(b"<html>busy</html>", 503), 502, "upstream_unavailable"),
    Failure("a redirect", Sent({}, 307, {"Location": "/v1/elsewhere"}), 502, "upstream_unavailable"),
)
GOOGLES = (
    Block("finish_reason SAFETY, as Google sends it", Sent(completion({}, "SAFETY")), "output", "safety", "SAFETY"),
    Block(
        "finish_reason RECITATION, as Google sends it",
        Sent(completion({"content": "hel"}, "RECITATION")),
        "output",
        "recitation",
        "RECITATION",
        "hel",
    ),
    Block(
        "finish_reason content_filter: PROHIBITED_CONTENT",
        Sent(completion({}, "content_filter: PROHIBITED_CONTENT")),
        "output",
        "safety",
        "PROHIBITED_CONTENT",
    ),
    Block(
        "finish_reason content_filter: A_REASON_NOT_KNOWN_YET",
        Sent(completion({}, "content_filter: A_REASON_NOT_KNOWN_YET")),
        "output",
        "unknown",
        "A_REASON_NOT_KNOWN_YET",
    ),
    Block(
        "finish_reason refusal",
        Sent(completion({"content": "hel"}, "refusal")),
        "model",
        "safety",
        "stop_reason: refusal",
        "hel",
    ),
)
"""What servers of this form send that others stand behind."""
STREAMED_GOOGLES = (
    Block(
        "finish_reason SAFETY, as Google sends it",
        Sent(events=[*HALF, chunk({}, "SAFETY"), *END]),
        "output",
        "safety",
        "SAFETY",
        "hel",
    ),
    Block(
        "finish_reason content_filter: PROHIBITED_CONTENT",
        Sent(events=[FIRST, chunk({}, "content_filter: PROHIBITED_CONTENT"), *END]),
        "output",
        "safety",
        "PROHIBITED_CONTENT",
    ),
)
WITHOUT_TEXT = (
    Failure(
        "no text, finish_reason not known", Sent(completion({"content": ""}, "mishap")), 502, "upstream_unavailable"
    ),
    Failure("no text, no finish_reason", Sent(completion({"content": None}, None)), 502, "upstream_unavailable"),
    Failure(
        "finish_reason MALFORMED_FUNCTION_CALL",
        Sent(completion({}, "MALFORMED_FUNCTION_CALL")),
        502,
        "upstream_unavailable",
    ),
)
BREAKS = (
    Break("error event", [error("server_error", "the server broke", "server_error")]),
    Break("an event that is no JSON", ["{"]),
)
REASONING = completion({"content": "hello", "reasoning_content": "I see."})
REASONING_EVENTS = [
    FIRST,
    chunk({"reasoning_content": "I "}),
    chunk({"reasoning_content": "see."}),
    chunk({"content": "hel"}),
    *REST,
]

OPENAI = Wire(
    name="openai",
    title="OpenAI, chat completions",
    provider="openai",
    params={"model": "openai/gpt-4o", "api_key": "os.environ/PLANTED_KEY"},
    path="/v1/chat/completions",
    served_model=MODEL,
    answer=answer,
    blank=completion({"content": ""}),
    error=bare_error,
    half=HALF,
    rest=REST,
    blocks=BLOCKS,
    streamed_blocks=STREAMED_BLOCKS,
    failures=FAILURES,
    breaks=BREAKS,
    sampling=SAMPLING,
    json_mode=JSON_MODE,
)
REASONS = replace(
    OPENAI,
    name="openai-reasoning",
    title="OpenAI, a model that reasons",
    params={**OPENAI.params, "model": "openai/o3-mini"},
    sampling={
        "max_tokens": "max_completion_tokens",
        "seed": "seed",
        "stop": "stop",
        "reasoning_effort": "reasoning_effort",
    },
    blocks=BLOCKS[:1],
    streamed_blocks=STREAMED_BLOCKS[:1],
    failures=(),
    breaks=(),
)
COMPATIBLE = replace(
    OPENAI,
    name="openai-compatible",
    title="A server of one's own through `openai/` and `api_base`",
    params={"model": "openai/llava", "api_base": "{url}/v1", "api_key": "os.environ/PLANTED_KEY"},
    reasoning=REASONING,
    reasoning_events=REASONING_EVENTS,
    blocks=(*BLOCKS, *GOOGLES),
    streamed_blocks=(*STREAMED_BLOCKS, *STREAMED_GOOGLES),
    failures=(*FAILURES, *WITHOUT_TEXT),
    sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty", "num_beams", "reasoning_effort")},
    notes=("Passed through: litellm has no part in it.",),
)
ROUTED = replace(
    COMPATIBLE,
    name="openai-compatible-routed",
    title="The same with a setting of LiteLLM's Router",
    params={**COMPATIBLE.params, "rpm": 100_000},
    notes=("Goes through litellm.",),
)
TOO_LONG = "This model's maximum context length is 8 tokens. However, you requested 9 tokens"
TOO_MANY = "max_tokens=99 cannot be greater than max_model_len=max_total_tokens=8. Please request fewer output tokens."
NO_ROOM = "'max_tokens' or 'max_completion_tokens' is too large: 9."
PICTURES = "At most 1 image(s) may be provided in one prompt."


def vllm_error(status: int, message: str) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": status}


VLLM = replace(
    COMPATIBLE,
    name="vllm",
    title="vLLM",
    provider="hosted_vllm",
    pages=("https://docs.vllm.ai/en/stable/serving/openai_compatible_server/",),
    params={"model": "hosted_vllm/llava", "api_base": "{url}/v1"},
    error=vllm_error,
    failures=(
        Failure("context too long", Sent(vllm_error(400, TOO_LONG), 400), 400, "context_length_exceeded"),
        Failure("max_tokens over the context", Sent(vllm_error(400, TOO_MANY), 400), 400, "context_length_exceeded"),
        Failure("max_tokens over the rest", Sent(vllm_error(400, NO_ROOM), 400), 400, "context_length_exceeded"),
        Failure("too many pictures", Sent(vllm_error(400, PICTURES), 400), 413, "request_too_large"),
        Failure("finish_reason abort", Sent(completion({"content": "hel"}, "abort")), 502, "upstream_unavailable"),
    ),
    breaks=(Break("error event", [vllm_error(500, "the engine died")]),),
    blocks=(REFUSED, FILTERED),
    streamed_blocks=(STREAMED_REFUSAL, STREAMED_FILTER),
    sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty", "reasoning_effort")},
)
WIRES = (OPENAI, REASONS, COMPATIBLE, ROUTED, VLLM)
