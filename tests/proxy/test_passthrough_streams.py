"""Streams on the pass-through path over HTTP: their events, their ends, slow readers and clients that leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import psutil
import pytest
from fake_provider import CUT, FakeProvider
from flood import Flood
from gateway_process import KEY, Gateway, gateway_process

CONFIG = """
model_list:
  - {{model_name: mine, litellm_params: {{model: hosted_vllm/llava, api_base: "{url}/v1"}}}}
  - {{model_name: flood, litellm_params: {{model: hosted_vllm/llava, api_base: "{flood}/v1"}}}}
"""
QUESTION: list[Any] = [{"role": "user", "content": "How do I boil an egg?"}]
MIB = 1024 * 1024


def chunk(delta: dict[str, Any], finish: object = None, **choice: Any) -> dict[str, Any]:
    """A piece as vLLM sends it."""
    return {"id": "c", "model": "llava-served", "choices": [{"delta": delta, "finish_reason": finish, **choice}]}


USAGE = {"id": "c", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}
HALF = [chunk({"role": "assistant", "content": ""}), chunk({"content": "hel"})]
WHOLE = [*HALF, chunk({"content": "lo"}), chunk({}, "stop"), USAGE, "[DONE]"]


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as fake:
        yield fake


@pytest.fixture(scope="module")
def flood() -> Iterator[Flood]:
    with Flood() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: FakeProvider, flood: Flood, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    config = CONFIG.format(url=provider.url, flood=flood.url)
    with gateway_process(tmp_path_factory.mktemp("gateway"), config) as running:
        yield running


def ask(gateway: Gateway, **options: Any) -> Any:
    return gateway.client.chat.completions.create(model="mine", messages=QUESTION, stream=True, **options)


def read(gateway: Gateway) -> tuple[str, Any]:
    """The text and the last chunk that has a choice."""
    chunks = list(ask(gateway))
    return "".join(each.choices[0].delta.content or "" for each in chunks), chunks[-1]


def test_a_stream_event_by_event(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(WHOLE)
    body = {"model": "mine", "messages": QUESTION, "stream": True, "stream_options": {"include_usage": True}}
    status, headers, text = gateway.post(json.dumps(body).encode())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    events = text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    documents = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    assert {(each["object"], each["model"], each["id"]) for each in documents} == {
        ("chat.completion.chunk", "mine", documents[0]["id"])
    }
    assert documents[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [each["choices"][0]["delta"] for each in documents[1:-2]] == [{"content": "hel"}, {"content": "lo"}]
    assert [each["choices"][0]["finish_reason"] for each in documents[:-1]] == [None, None, None, "stop"]
    assert documents[-2]["mosseval"]["served_model"] == "llava-served"
    assert [each["usage"] for each in documents[:-1]] == [None] * 4
    assert documents[-1]["usage"] == USAGE["usage"]
    assert provider.last_body["stream_options"] == {"include_usage": True}


def _b(event: Any) -> bytes:
    return f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode()


PIECES: list[tuple[str, list[Any]]] = [
    ("byte by byte", [bytes([byte]) for event in WHOLE[:3] for byte in _b(event)] + WHOLE[3:]),
    ("carriage returns", [b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in WHOLE[:-1]]),
    ("no space", [b"data:" + json.dumps(event).encode() + b"\n\n" for event in WHOLE[:-1]]),
    ("comments and names", [b": ping\n\n", b"event: x\nid: 1\n" + _b(WHOLE[1]), b":\n\n", *WHOLE[2:]]),
    ("all at once", [b"".join(map(_b, WHOLE))]),
    ("no end mark", WHOLE[:-1]),
    ("data over lines", [_b(WHOLE[1]), b'data: {"choices":\ndata: [{"delta": {"content": "lo"}}]}\n\n', *WHOLE[3:]]),
    ("half a surrogate pair beside", [*WHOLE[:3], b'data: {"x": "\\ud83d", "choices": []}\n\n', *WHOLE[3:]]),
    ("parts", [*HALF, chunk({"content": [{"type": "text", "text": "lo"}]}), *WHOLE[3:]]),
    ("odd choices", [*HALF, {"choices": 7}, {"choices": [7]}, {"choices": [{"delta": 7}]}, *WHOLE[2:]]),
]


@pytest.mark.parametrize("events", [row[1] for row in PIECES], ids=[row[0] for row in PIECES])
def test_however_it_is_cut_up(gateway: Gateway, provider: FakeProvider, events: list[Any]) -> None:
    provider.answers(events)
    text, last = read(gateway)
    assert (text, last.choices[0].finish_reason) == ("hello", "stop")


def test_a_whole_answer_where_a_stream_was_asked_for(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers({"choices": [{"message": {"content": "hello"}, "finish_reason": "length"}]})
    text, last = read(gateway)
    assert (text, last.choices[0].finish_reason) == ("hello", "length")


ENDS: list[tuple[str, list[Any]]] = [
    ("no finish reason", HALF),
    ("an end mark without a finish reason", [*HALF, "[DONE]"]),
    ("cut", [*HALF, CUT]),
    ("an error", [*HALF, {"error": {"message": "server broke", "code": 500}}]),
    ("an error in words", [*HALF, {"error": "server broke"}]),
    ("given up", [*HALF, chunk({}, "abort"), "[DONE]"]),
    ("no JSON", [*HALF, b"data: oops\n\n"]),
    ("a list", [*HALF, b"data: [1]\n\n"]),
    ("an event without end", [*HALF, *[b"data: " + b"x" * MIB] * 17]),
]


@pytest.mark.parametrize("events", [row[1] for row in ENDS], ids=[row[0] for row in ENDS])
def test_a_stream_that_breaks_is_an_error_event(gateway: Gateway, provider: FakeProvider, events: list[Any]) -> None:
    provider.answers(events)
    pieces: list[str] = []
    with pytest.raises(openai.APIError) as caught:
        pieces.extend(each.choices[0].delta.content or "" for each in ask(gateway))
    assert "".join(pieces) == "hel"
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["code"] == "upstream_unavailable"


def test_a_connection_is_used_again_after_a_stream(gateway: Gateway, provider: FakeProvider) -> None:
    process, ports = psutil.Process(gateway.pid), []
    for _ in range(4):
        provider.answers(WHOLE)
        read(gateway)
        ports.append({each.laddr.port for each in process.net_connections() if _leads(each, provider)})
    assert ports[0] & ports[-1], "every stream had a connection of its own"


def _leads(connection: Any, provider: FakeProvider) -> bool:
    return bool(connection.raddr) and connection.raddr.port == provider.port


def test_a_client_that_leaves_ends_the_upstream(gateway: Gateway, provider: FakeProvider) -> None:
    for events in ([*HALF, 20.0], 20.0):
        provider.answers(events)
        left = provider.left
        if isinstance(events, list):
            stream = ask(gateway)
            assert next(iter(stream)).choices
            stream.close()
        else:
            body = json.dumps({"model": "mine", "messages": QUESTION, "stream": True}).encode()
            with pytest.raises(TimeoutError):
                gateway.post(body, timeout=0.5)
        assert left.wait(5), "the provider still waits"


def test_a_slow_reader_holds_the_upstream_up(gateway: Gateway, flood: Flood) -> None:
    """The upstream has 200 MB to say; who reads nothing gets next to nothing, and the gateway keeps next to nothing."""
    process = psutil.Process(gateway.pid)
    with httpx.Client(timeout=30) as client:
        body = {"model": "flood", "messages": QUESTION, "stream": True}
        request = client.build_request(
            "POST", f"{gateway.url}/v1/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"}
        )
        response = client.send(request, stream=True)
        assert response.status_code == 200
        before = process.memory_info().rss
        assert flood.stalled.wait(30), "the upstream was never held up"
        said, kept = flood.sent, process.memory_info().rss - before
        response.close()
    assert said < 30 * MIB
    assert kept < 30 * MIB
    assert flood.ended.wait(10), "the upstream still waits"
