"""Every provider's streams through the gateway: whole, blocked, cut, failed before they begin, left by the client."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest
from wired import Wired
from wires import WIRES
from wires.anthropic import ANTHROPIC
from wires.base import CUT, Block, Sent, Wire
from wires.openai_chat import COMPATIBLE, OPENAI

EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
BLOCKS = [pytest.param(w, block, id=f"{w.name}: {block.name}") for w in WIRES for block in w.streamed_blocks]
BREAKS = [
    *(pytest.param(w, w.half, "upstream_unavailable", id=f"{w.name}: ends early") for w in WIRES),
    *(pytest.param(w, [*w.half, CUT], "upstream_unavailable", id=f"{w.name}: cut") for w in WIRES),
    *(pytest.param(w, [*w.half, *b.events], b.code, id=f"{w.name}: {b.name}") for w in WIRES for b in w.breaks),
]


@EVERY
def test_a_stream(on_the_wire: Wired, wire: Wire) -> None:
    chunks = on_the_wire.ask_streamed(wire, wire.streamed(wire.half, wire.rest))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.choices[0].delta.role is None for chunk in chunks[1:-1])
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    own = chunks[-2].mosseval
    assert (own["served_model"], own["provider"], own["block"]) == (wire.served_model, wire.provider, None)
    assert own["cost_usd"] == pytest.approx(7e-6)
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 2, 5)
    assert [request[0] for request in on_the_wire.provider.requests] == [wire.stream_path or wire.path]


@EVERY
def test_a_stream_without_usage_asked_for(on_the_wire: Wired, wire: Wire) -> None:
    chunks = list(on_the_wire.ask(wire, wire.streamed(wire.half, wire.rest), stream=True))
    assert all(chunk.choices for chunk in chunks)
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("wire", [w for w in WIRES if w.reasoning_events is not None], ids=lambda wire: wire.name)
def test_streamed_reasoning_is_kept_apart(on_the_wire: Wired, wire: Wire) -> None:
    chunks = on_the_wire.ask_streamed(wire, Sent(events=wire.reasoning_events))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == "hello"
    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "I see."


@pytest.mark.parametrize(("wire", "row"), BLOCKS)
def test_a_streamed_block(on_the_wire: Wired, wire: Wire, row: Block) -> None:
    chunks = on_the_wire.ask_streamed(wire, row.sent)
    last = chunks[-2]
    block = {"where": row.where, "category": row.category, "provider": wire.provider, "reason": row.reason}
    assert last.mosseval["block"] == block
    assert last.choices[0].finish_reason == "content_filter"
    assert last.choices[0].delta.refusal
    assert ("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) or None) == row.text


@pytest.mark.parametrize(("wire", "events", "code"), BREAKS)
def test_a_broken_stream_is_an_error_event(on_the_wire: Wired, wire: Wire, events: list[Any], code: str) -> None:
    pieces: list[str] = []
    stream = on_the_wire.ask(wire, Sent(events=events), stream=True)
    with pytest.raises(openai.APIError) as caught:
        pieces.extend(piece.choices[0].delta.content or "" for piece in stream)
    assert "".join(pieces) == "hel"
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["code"] == code


@EVERY
def test_a_stream_that_never_begins_keeps_its_status(on_the_wire: Wired, wire: Wire) -> None:
    failure = on_the_wire.failure(wire, wire.failed(429, "slow down", Retry_After="7"), stream=True)
    assert (failure.status_code, failure.code) == (429, "rate_limit_exceeded")
    assert failure.response.headers["retry-after"] == "7"
    assert len(on_the_wire.provider.requests) == 1


@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE, ANTHROPIC], ids=lambda wire: wire.name)
def test_a_client_that_leaves_is_noticed_within_a_second(on_the_wire: Wired, wire: Wire) -> None:
    waited = []
    for _ in range(3):
        stream = on_the_wire.ask(wire, Sent(events=[*wire.half, 15.0]), stream=True)
        assert any(piece.choices[0].delta.content for piece in stream)
        began = time.monotonic()
        stream.close()
        assert on_the_wire.provider.left.wait(10)
        waited.append(time.monotonic() - began)
    assert min(waited) < 1, "the best of three: others may have the machine"


@EVERY
def test_a_client_that_leaves_cancels_the_upstream(on_the_wire: Wired, wire: Wire) -> None:
    stream = on_the_wire.ask(wire, Sent(events=[*wire.half, 15.0]), stream=True)
    assert any(piece.choices[0].delta.content for piece in stream)
    stream.close()
    assert on_the_wire.provider.left.wait(10), "the provider still waits"
