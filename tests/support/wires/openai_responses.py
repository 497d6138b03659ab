"""OpenAI's Responses API, which litellm takes for models that have no other.

https://platform.openai.com/docs/api-reference/responses, https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from typing import Any

from wires.base import Block, Break, Failure, Sent, Wire
from wires.openai_chat import INVALID_PROMPT, USAGE_POLICY, bare_error

MODEL = "gpt-5-codex-2025-09-23"
USAGE = {
    "input_tokens": 3,
    "output_tokens": 2,
    "total_tokens": 5,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def response(output: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": MODEL,
        "output": output,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": USAGE,
        **fields,
    }


def message(*content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": list(content)}


def text(words: str) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []}


def answer(words: str) -> dict[str, Any]:
    return response([message(text(words))])


def incomplete(reason: str, words: str) -> dict[str, Any]:
    return response([message(text(words))], status="incomplete", incomplete_details={"reason": reason})


def failed(code: str, words: str) -> dict[str, Any]:
    return response([], status="failed", error={"code": code, "message": words})


def delta(words: str) -> dict[str, Any]:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return {"type": "response.output_text.delta", **place, "delta": words}


REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "I see."}]}
REFUSAL = response([message({"type": "refusal", "refusal": "I won't."})])
CREATED = {"type": "response.created", "response": response([], status="in_progress", usage=None)}
ITEM = {"type": "response.output_item.added", "output_index": 0, "item": {**message(), "status": "in_progress"}}
HALF = [CREATED, ITEM, delta("hel")]
REST = [delta("lo"), {"type": "response.completed", "response": answer("hello")}]
BLOCKS = (
    Block("refusal in the output", Sent(REFUSAL), "model", "safety", "I won't."),
    Block("incomplete, content_filter", Sent(incomplete("content_filter", "ha")), "output", "unknown", None, "ha"),
    Block(
        "failed, invalid_prompt",
        Sent(failed("invalid_prompt", USAGE_POLICY)),
        "input",
        "safety",
        f"{USAGE_POLICY} (invalid_prompt)",
    ),
    INVALID_PROMPT,
)
STREAMED_BLOCKS = (
    Block(
        "refusal in the output",
        Sent(
            events=[
                CREATED,
                ITEM,
                {
                    "type": "response.refusal.delta",
                    "item_id": "msg_1",
                    "output_index": 0,
                    "content_index": 0,
                    "delta": "I",
                },
                {"type": "response.completed", "response": REFUSAL},
            ]
        ),
        "model",
        "safety",
        "I won't.",
    ),
    Block(
        "incomplete, content_filter",
        Sent(events=[*HALF, {"type": "response.incomplete", "response": incomplete("content_filter", "hel")}]),
        "output",
        "unknown",
        None,
        "hel",
    ),
    Block(
        "failed, invalid_prompt",
        Sent(events=[CREATED, {"type": "response.failed", "response": failed("invalid_prompt", USAGE_POLICY)}]),
        "input",
        "safety",
        f"{USAGE_POLICY} (invalid_prompt)",
    ),
)
RESPONSES = Wire(
    name="openai-responses",
    title="OpenAI, Responses API",
    provider="openai",
    params={"model": "openai/gpt-5-codex", "api_key": "os.environ/PLANTED_KEY"},
    path="/v1/responses",
    served_model=MODEL,
    answer=answer,
    blank=answer(""),
    error=bare_error,
    half=HALF,
    rest=REST,
    reasoning=response([REASONING, message(text("hello"))]),
    reasoning_events=[
        CREATED,
        {
            "type": "response.reasoning_summary_text.delta",
            "item_id": "rs_1",
            "output_index": 0,
            "summary_index": 0,
            "delta": "I see.",
        },
        ITEM,
        delta("hel"),
        *REST,
    ],
    blocks=BLOCKS,
    streamed_blocks=STREAMED_BLOCKS,
    failures=(
        Failure("failed, server_error", Sent(failed("server_error", "it broke")), 502, "upstream_unavailable"),
        Failure(
            "failed, rate_limit_exceeded",
            Sent(failed("rate_limit_exceeded", "slow down")),
            429,
            "rate_limit_exceeded",
        ),
    ),
    breaks=(
        Break("error event", [{"type": "error", "code": "server_error", "message": "it broke", "param": None}]),
        Break("failed", [{"type": "response.failed", "response": failed("server_error", "it broke")}]),
    ),
    error_in_200=failed("server_error", "it broke"),
    sampling={"max_tokens": "max_output_tokens", "reasoning_effort": "reasoning.effort"},
    json_mode={"text.format.type": "json_object"},
    system="instructions",
)
WIRES = (RESPONSES,)
