"""Cohere's v1 chat, for a form that the gateway does not read itself: https://docs.cohere.com/v1/reference/chat."""

from __future__ import annotations

from typing import Any

from wires.base import Block, Failure, Sent, Wire, json_line

MODEL = "command-r-08-2024"
META = {
    "meta": {"tokens": {"input_tokens": 3, "output_tokens": 2}, "billed_units": {"input_tokens": 3, "output_tokens": 2}}
}


def answer(text: str, finish: str = "COMPLETE") -> dict[str, Any]:
    return {"response_id": "r", "generation_id": "g", "text": text, "finish_reason": finish, "chat_history": [], **META}


def error(_status: int, text: str) -> dict[str, Any]:
    return {"message": text}


def piece(text: str) -> dict[str, Any]:
    return {"is_finished": False, "event_type": "text-generation", "text": text}


def end(finish: str = "COMPLETE") -> dict[str, Any]:
    whole = answer("hello", finish)
    return {"is_finished": True, "event_type": "stream-end", "finish_reason": finish, "response": whole}


COHERE_V1 = Wire(
    name="cohere-v1",
    title="Cohere, chat v1 (through litellm's mapping)",
    provider="cohere_chat",
    params={"model": f"cohere_chat/v1/{MODEL}", "api_base": "{url}/v1/chat", "api_key": "os.environ/PLANTED_KEY"},
    path="/v1/chat",
    encode=json_line,
    content_type="application/stream+json",
    served_model=f"v1/{MODEL}",
    answer=answer,
    blank=answer(""),
    error=error,
    half=[piece("hel")],
    rest=[piece("lo"), end()],
    blocks=(Block("finish ERROR_TOXIC", Sent(answer("ha", "ERROR_TOXIC")), "output", "safety", "ERROR_TOXIC", "ha"),),
    failures=(Failure("finish ERROR", Sent(answer("", "ERROR")), 502, "upstream_unavailable"),),
)
