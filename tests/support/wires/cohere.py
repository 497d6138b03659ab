"""Cohere's v2 chat: https://docs.cohere.com/reference/chat and https://docs.cohere.com/reference/chat-stream."""

from __future__ import annotations

from typing import Any

from wires.base import Block, Break, Failure, Sent, Switch, Wire, sse

MODEL = "command-a-vision-07-2025"
USAGE = {
    "billed_units": {"input_tokens": 1, "output_tokens": 2},
    "tokens": {"input_tokens": 3, "output_tokens": 2},
}


def answer(text: str | None, finish: str = "COMPLETE") -> dict[str, Any]:
    """A whole answer."""
    content = [] if text is None else [{"type": "text", "text": text}]
    return said(content, finish)


def said(content: list[Any], finish: str = "COMPLETE") -> dict[str, Any]:
    return {"id": "c", "message": {"role": "assistant", "content": content}, "finish_reason": finish, "usage": USAGE}


def error(_status: int, text: str) -> dict[str, Any]:
    return {"id": "e", "message": text}


def piece(text: str, index: int = 0) -> dict[str, Any]:
    return {"type": "content-delta", "index": index, "delta": {"message": {"content": {"text": text}}}}


def opened(index: int = 0, kind: str = "text") -> dict[str, Any]:
    content = {"type": kind, kind: ""}
    return {"type": "content-start", "index": index, "delta": {"message": {"content": content}}}


def tail(finish: str, index: int = 0, **delta: Any) -> list[dict[str, Any]]:
    """The end of a stream."""
    end = {"type": "message-end", "id": "c", "delta": {"finish_reason": finish, "usage": USAGE, **delta}}
    return [{"type": "content-end", "index": index}, end]


START = [
    {"type": "message-start", "id": "c", "delta": {"message": {"role": "assistant", "content": [], "tool_plan": ""}}}
]
HALF = [*START, opened(), piece("hel")]
STREAMED_THOUGHT = [
    *START,
    opened(0, "thinking"),
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "I see."}}}},
    {"type": "content-end", "index": 0},
    opened(1),
    piece("hello", 1),
    *tail("COMPLETE", 1),
]

COHERE = Wire(
    name="cohere",
    title="Cohere, chat v2",
    provider="cohere_chat",
    params={"model": f"cohere_chat/{MODEL}", "api_base": "{url}/v2/chat", "api_key": "os.environ/PLANTED_KEY"},
    path="/v2/chat",
    encode=sse,
    served_model=f"cohere_chat/{MODEL}",
    answer=answer,
    blank=answer(None),
    error=error,
    half=HALF,
    rest=[piece("lo"), *tail("COMPLETE")],
    reasoning=said([{"type": "thinking", "thinking": "I see."}, {"type": "text", "text": "hello"}]),
    reasoning_events=STREAMED_THOUGHT,
    blocks=(
        Block("finish ERROR_TOXIC", Sent(answer("First,", "ERROR_TOXIC")), "output", "safety", "ERROR_TOXIC", "First,"),
    ),
    streamed_blocks=(
        Block(
            "finish ERROR_TOXIC",
            Sent(events=[*HALF, *tail("ERROR_TOXIC")]),
            "output",
            "safety",
            "ERROR_TOXIC",
            "hel",
        ),
    ),
    failures=(
        Failure("finish ERROR", Sent(answer(None, "ERROR")), 502, "upstream_unavailable"),
        Failure("no text, finish not known", Sent(answer(None, "A_REASON")), 502, "upstream_unavailable"),
        Failure("finish TIMEOUT", Sent(answer("hel", "TIMEOUT")), 504, "upstream_timeout"),
        Failure(
            "too many tokens",
            Sent(error(400, "too many tokens: size limit exceeded by 9 tokens."), 400),
            400,
            "context_length_exceeded",
        ),
        Failure("trial key used up", Sent(error(402, "Please add a payment method"), 402), 402, "insufficient_quota"),
    ),
    breaks=(
        Break("finish ERROR", tail("ERROR", error="the model broke")),
        Break("finish TIMEOUT", tail("TIMEOUT"), "upstream_timeout"),
    ),
    sampling={
        "max_tokens": "max_tokens",
        "temperature": "temperature",
        "top_p": "p",
        "top_k": "k",
        "seed": "seed",
        "stop": "stop_sequences",
        "presence_penalty": "presence_penalty",
        "frequency_penalty": "frequency_penalty",
    },
    changed={"stop": ["END"]},
    switches=(
        Switch("safety_mode by default", None),
        Switch("safety_mode OFF", {"safety_mode": "OFF"}, {"safety_mode": "OFF"}),
    ),
    notes=("v2 documents no block: what its safety modes hold back comes as a refusal in words. ERROR_TOXIC is v1's.",),
)
WIRES = (COHERE,)
