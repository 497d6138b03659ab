"""What only the providers with a form of their own have: limits reached, empty objects, delays, guardrails."""

from __future__ import annotations

from typing import Any

import pytest
from wired import QUESTION, Wired
from wires import anthropic, bedrock, cohere, gemini, ollama, vertex
from wires.base import Sent, Wire

NATIVE = (*anthropic.WIRES, *gemini.WIRES, *vertex.WIRES, *bedrock.WIRES, *cohere.WIRES, *ollama.WIRES)
EVERY = pytest.mark.parametrize("wire", NATIVE, ids=lambda wire: wire.name)
LIMITED = [
    (anthropic.ANTHROPIC, anthropic.message(anthropic.words("hel"), stop="max_tokens")),
    (anthropic.ANTHROPIC, anthropic.message(anthropic.words("hel"), stop="model_context_window_exceeded")),
    (gemini.GEMINI, gemini.candidate("hel", "MAX_TOKENS")),
    (vertex.VERTEX, gemini.candidate("hel", "MAX_TOKENS")),
    (bedrock.BEDROCK, bedrock.answer("hel", "max_tokens")),
    (cohere.COHERE, cohere.answer("hel", "MAX_TOKENS")),
    (ollama.OLLAMA, ollama.answer("hel", "length")),
]
ENDS: list[tuple[Wire, list[Any]]] = [
    (anthropic.ANTHROPIC, anthropic.tail("max_tokens")),
    (gemini.GEMINI, [gemini.candidate(None, "MAX_TOKENS")]),
    (vertex.VERTEX, [gemini.candidate(None, "MAX_TOKENS")]),
    (bedrock.BEDROCK, bedrock.tail("max_tokens")),
    (cohere.COHERE, cohere.tail("MAX_TOKENS")),
    (ollama.OLLAMA, [ollama.answer("", "length")]),
]


@pytest.mark.parametrize(("wire", "body"), LIMITED, ids=lambda value: getattr(value, "name", ""))
def test_a_limit_that_was_reached_is_said(on_the_wire: Wired, wire: Wire, body: Any) -> None:
    answer = on_the_wire.ask(wire, Sent(body))
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("hel", "length")


@pytest.mark.parametrize(("wire", "end"), ENDS, ids=lambda value: getattr(value, "name", ""))
def test_a_limit_that_was_reached_is_said_in_a_stream(on_the_wire: Wired, wire: Wire, end: list[Any]) -> None:
    chunks = on_the_wire.ask_streamed(wire, wire.streamed(wire.half, end))
    assert chunks[-2].choices[0].finish_reason == "length"


@EVERY
def test_a_streamed_blank_leaves_as_a_blank(on_the_wire: Wired, wire: Wire) -> None:
    chunks = on_the_wire.ask_streamed(wire, wire.streamed(*blank_stream(wire)))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == ""
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].mosseval["block"] is None


def blank_stream(wire: Wire) -> list[list[Any]]:
    return {
        "anthropic": [anthropic.START, anthropic.last({"stop_reason": "end_turn"})],
        "vertex-claude": [anthropic.START, anthropic.last({"stop_reason": "end_turn"})],
        "bedrock": [bedrock.START, bedrock.tail("end_turn")],
        "cohere": [cohere.START, cohere.tail("COMPLETE")],
    }.get(wire.name, [[wire.blank]])


@EVERY
@pytest.mark.parametrize("body", [{}, {"id": "x"}, {"error": None}, {"error": {}}, [], "text", 7])
def test_an_answer_that_says_nothing_is_a_failure(on_the_wire: Wired, wire: Wire, body: Any) -> None:
    failure = on_the_wire.failure(wire, Sent(body))
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")


@pytest.mark.parametrize("wire", [gemini.GEMINI, vertex.VERTEX], ids=lambda wire: wire.name)
def test_google_tells_the_delay_in_the_body(on_the_wire: Wired, wire: Wire) -> None:
    body = gemini.error(429, "Resource has been exhausted", details=gemini.RETRY)
    failure = on_the_wire.failure(wire, Sent(body, 429))
    assert failure.code == "rate_limit_exceeded"
    assert failure.response.headers["retry-after"] == "31"


def test_a_guardrail_looks_at_the_whole_question(on_the_wire: Wired) -> None:
    messages = [*QUESTION, {"role": "assistant", "content": "In water."}, {"role": "user", "content": "For how long?"}]
    settings = {"mosseval": {"safety_settings": bedrock.GUARDRAIL}}
    wire = bedrock.BEDROCK
    on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=messages, extra_body=settings)
    sent = on_the_wire.provider.last_body["messages"]
    assert [message["content"] for message in sent] == [[{"text": each["content"]}] for each in messages]
