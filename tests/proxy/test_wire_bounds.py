"""Providers that send too much, and clients that read too slowly: neither costs memory."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from fake_provider import Flood, Pause
from gateway_process import KEY
from wired import QUESTION, Wired, wired
from wires import openai_chat
from wires.anthropic import ANTHROPIC
from wires.base import Sent, Wire, sse
from wires.openai_chat import COMPATIBLE, OPENAI

MIB = 1024 * 1024
EVERY = (OPENAI, COMPATIBLE, ANTHROPIC)
EVENTS = (
    *[openai_chat.chunk({"content": "x" * 8000})] * 2,
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 8000}},
)
WIRES = [
    pytest.param(wire, event, id=f"{wire.name}, {how}")
    for wire, event, how in zip(EVERY, EVENTS, ("through litellm", "passed through", "translated"), strict=True)
]
HURRIED = [replace(wire, name=f"{wire.name}-hurried", params={**wire.params, "timeout": 1}) for wire in EVERY]
TIMES = 16_000
"""About 128 MB: twice what a kernel may hold by itself (`tcp_rmem` allows up to 32 MB for one connection) and more."""


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """A gateway whose bound on an answer does not come before the reader's slowness."""
    bound = str(512 * MIB)
    folder = tmp_path_factory.mktemp("roomy")
    with wired(folder, [*EVERY, *HURRIED], MOSSEVAL_GATEWAY_MAX_ANSWER_BYTES=bound) as running:
        yield running


def flood(wired: Wired, wire: Wire, event: Any) -> None:
    """The provider begins a stream that goes on and on."""
    wired.provider.answers(Flood(b"".join(map(sse, wire.half)), sse(event), TIMES))


def request(running: Wired, wire: Wire) -> socket.socket:
    """A client with a small buffer that asks for a stream and reads nothing."""
    host, _, port = running.gateway.url.removeprefix("http://").partition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
    client.connect((host, int(port)))
    body = json.dumps({"model": wire.model, "messages": QUESTION, "stream": True}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    client.sendall(head.encode() + kind.encode() + body)
    return client


@pytest.mark.parametrize(("wire", "event"), WIRES)
def test_a_slow_reader_holds_the_provider_back(roomy: Wired, wire: Wire, event: Any) -> None:
    gateway = psutil.Process(roomy.gateway.pid)
    before = gateway.memory_info().rss
    flood(roomy, wire, event)
    with request(roomy, wire) as client:
        assert roomy.provider.stalled.wait(40), f"{roomy.provider.accepted} bytes were taken without a pause"
        accepted = roomy.provider.accepted
        assert gateway.memory_info().rss - before < 48 * MIB
        assert client.recv(12) == b"HTTP/1.1 200"
    assert accepted < TIMES * 8000 / 2
    assert roomy.provider.left.wait(20), "the provider still waits"


@pytest.mark.parametrize(
    ("wire", "event"), list(zip(HURRIED, EVENTS, strict=True)), ids=[wire.name for wire in HURRIED]
)
def test_a_slow_reader_is_no_slow_provider(roomy: Wired, wire: Wire, event: Any) -> None:
    """The provider may be waited for a second; the client takes longer, with far more in front of it than buffers."""
    roomy.sends(wire, Sent(events=[*wire.half, *[event] * 4000, *wire.rest]))
    with request(roomy, wire) as client:
        time.sleep(3)
        client.settimeout(60)
        last = b""
        while not last.endswith(b"0\r\n\r\n"):
            piece = client.recv(MIB)
            assert piece, last
            last = (last + piece)[-4000:]
    assert b"data: [DONE]" in last, last[-500:]


@pytest.mark.parametrize("wire", HURRIED, ids=lambda wire: wire.name)
@pytest.mark.parametrize("stalls", [True, False], ids=["stalls", "drips"])
def test_a_slow_provider_is_one(roomy: Wired, wire: Wire, *, stalls: bool) -> None:
    drops: list[Any] = [20.0] if stalls else [Pause(0.3), b": ping\n\n"] * 30
    roomy.sends(wire, Sent(events=[*wire.half, *drops, *wire.rest]))
    body = json.dumps({"model": wire.model, "messages": QUESTION, "stream": True}).encode()
    started = time.monotonic()
    _, _, text = roomy.gateway.post(body, timeout=60)
    assert json.loads(text.rstrip().rpartition("data: ")[2])["error"]["code"] == "upstream_timeout"
    assert time.monotonic() - started < 6


@pytest.mark.parametrize(("wire", "event"), WIRES)
def test_a_stream_without_end_is_ended(on_the_wire: Wired, wire: Wire, event: Any) -> None:
    flood(on_the_wire, wire, event)
    body = json.dumps({"model": wire.model, "messages": QUESTION, "stream": True}).encode()
    started = time.monotonic()
    status, _, text = on_the_wire.gateway.post(body, timeout=60)
    last = json.loads(text.rstrip().rpartition("data: ")[2])
    assert status == 200
    assert last["error"]["code"] == "upstream_unavailable"
    assert "over" in last["error"]["message"]
    assert len(text) < 20 * MIB
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("wire", EVERY, ids=lambda wire: wire.name)
def test_an_answer_that_is_too_long_is_a_failure(on_the_wire: Wired, wire: Wire) -> None:
    for status in (200, 400):
        body = wire.answer("x" * 17 * MIB) if status == 200 else wire.error(400, "x" * 17 * MIB)
        failure = on_the_wire.failure(wire, Sent(body, status))
        expected = (502, "upstream_unavailable") if status == 200 else (400, "invalid_request")
        assert (failure.status_code, failure.code) == expected
        assert len(failure.response.content) < 10_000
