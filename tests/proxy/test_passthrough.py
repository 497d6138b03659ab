"""The pass-through path over HTTP: which deployments take it, what is sent, and what a hostile server cannot do."""

from __future__ import annotations

import base64
import gzip
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest
from fake_provider import CUT, FakeProvider
from gateway_process import Gateway, gateway_process
from PIL import Image
from raw_http import once, request_bytes

KEY = "sk-planted-passthrough-key-0123456789"
CONFIG = """
model_list:
  - {{model_name: mine, litellm_params: {{model: hosted_vllm/llava, api_base: "{url}/v1"}}}}
  - model_name: keyed
    litellm_params: {{model: openai/llava, api_base: "{url}/v1/", api_key: os.environ/PLANTED_KEY}}
  - {{model_name: hasty, litellm_params: {{model: hosted_vllm/llava, api_base: "{url}/v1", timeout: 0.3}}}}
  - {{model_name: nobody, litellm_params: {{model: hosted_vllm/llava, api_base: "http://127.0.0.1:{closed}/v1"}}}}
  - {{model_name: many/*, litellm_params: {{model: hosted_vllm/*, api_base: "{url}/v1"}}}}
  - model_name: picky
    litellm_params: {{model: hosted_vllm/llava, api_base: "{url}/v1"}}
    model_info:
      {{input_cost_per_token: 0.000001, output_cost_per_token: 0.000002, mosseval: {{refuses: [temperature]}}}}
"""
QUESTION: list[Any] = [{"role": "user", "content": "How do I boil an egg?"}]
LIMIT = 64 * 1024


def answer(message: dict[str, Any], finish: object = "stop", **choice: Any) -> dict[str, Any]:
    """A chat completion as vLLM sends it."""
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "llava-served",
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish, **choice}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


HELLO = answer({"content": "hello"})


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as fake:
        yield fake


@pytest.fixture(scope="module")
def gateway(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder: Path = tmp_path_factory.mktemp("gateway")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    config = CONFIG.format(url=provider.url, closed=closed)
    environment = {
        "PLANTED_KEY": KEY,
        "MOSSEVAL_GATEWAY_MAX_ANSWER_BYTES": str(LIMIT),
        "http_proxy": "http://127.0.0.1:9",
    }
    with gateway_process(folder, config, **environment) as running:
        yield running
        loaded = Path(f"/proc/{running.pid}/maps").read_text()
        assert "/tiktoken/" not in loaded, "litellm was imported on the way"


def ask(gateway: Gateway, model: str = "mine", messages: list[Any] = QUESTION, **parameters: Any) -> Any:
    return gateway.client.chat.completions.create(model=model, messages=messages, **parameters)


def failure(gateway: Gateway, model: str = "mine") -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, model)
    return caught.value


def test_the_question_arrives_as_it_was_put(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO)
    sampling: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "seed": 7, "stop": ["x"], "presence_penalty": 0.1}
    got = ask(gateway, **sampling, extra_body={"top_k": 3, "repetition_penalty": 1.5, "num_beams": 5})
    path, headers, body = provider.requests[-1]
    assert path == "/v1/chat/completions"
    assert body == {"model": "llava", "messages": QUESTION, **sampling, "top_k": 3, "repetition_penalty": 1.5}
    assert got.choices[0].message.content == "hello"
    assert got.mosseval["dropped_params"] == ["num_beams"]
    assert (got.mosseval["served_model"], got.mosseval["provider"]) == ("llava-served", "hosted_vllm")
    assert got.mosseval["cost_usd"] is None
    sent = " ".join([*headers, *headers.values()])
    assert "gateway-key" not in sent
    assert "mosseval" not in sent.lower()
    assert "aiohttp" not in sent
    assert len(provider.requests) == 1


@pytest.mark.parametrize(("length", "piece"), [(3, 1), (5_000, 1), (5_000, 4_999), (300_000, 70_000), (300_000, 10**6)])
async def test_a_body_arrives_whole_in_whatever_pieces_it_comes(
    gateway: Gateway, provider: FakeProvider, length: int, piece: int
) -> None:
    provider.answers(HELLO)
    asked = "".join(chr(97 + at % 26) for at in range(length))
    head, body = request_bytes("mine", asked).split(b"\r\n\r\n", 1)
    chunked = head.replace(f"Content-Length: {len(body)}".encode(), b"Transfer-Encoding: chunked")
    pieces = [body[at : at + piece] for at in range(0, len(body), piece)]
    reply = await once(gateway.url, b"%s\r\n\r\n" % chunked + b"".join(map(_chunk, [*pieces, b""])))
    assert reply.status == 200
    assert provider.requests[-1][2]["messages"] == [{"role": "user", "content": asked}]


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_server_of_ones_own_behind_openai_gets_every_parameter(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO)
    got = ask(gateway, "keyed", extra_body={"num_beams": 5, "repetition_penalty": 1.5})
    path, headers, body = provider.requests[-1]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert (body["num_beams"], body["repetition_penalty"]) == (5, 1.5)
    assert (got.mosseval["provider"], got.mosseval["dropped_params"]) == ("openai", [])


def test_what_the_catalogue_says_of_a_model_counts(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO)
    got = ask(gateway, "picky", temperature=0.1, seed=1)
    assert got.mosseval["dropped_params"] == ["temperature"]
    assert "temperature" not in provider.last_body
    assert got.mosseval["cost_usd"] == pytest.approx(7e-6)


def test_a_name_for_many(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO)
    assert ask(gateway, "many/org/model-7").model == "many/org/model-7"
    assert provider.last_body["model"] == "org/model-7"


def picture(kind: str, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(8, 8), (300, 300), (1100, 1100)], ids=["tiny", "some", "megabytes"])
def test_pictures_arrive_byte_for_byte(gateway: Gateway, provider: FakeProvider, size: tuple[int, int]) -> None:
    files = [picture("PNG", size), picture("JPEG", (64, 48)), picture("PNG", size)]
    urls = [f"data:image/png;base64,{base64.b64encode(file).decode()}" for file in files]
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    parts[0]["image_url"]["detail"] = "low"
    parts.insert(1, {"type": "text", "text": 'Quotes " and \\ and äöü'})
    provider.answers(HELLO)
    got = ask(gateway, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": parts}])
    parts[2]["image_url"]["url"] = urls[1].replace("image/png", "image/jpeg")
    assert provider.last_body["messages"][1]["content"] == parts
    assert provider.requests[-1][1]["content-type"] == "application/json"
    assert [each["to"] for each in got.mosseval["images"]] == ["image/png", "image/jpeg", "image/png"]


def test_a_picture_that_the_server_refuses_is_an_invalid_picture(gateway: Gateway, provider: FakeProvider) -> None:
    error = {"error": {"message": "Failed to load image: cannot identify image file", "type": "BadRequestError"}}
    provider.answers(error, 400)
    caught = failure(gateway)
    assert (caught.status_code, caught.code) == (400, "image_invalid")


FORMS: list[tuple[str, Any, int, str]] = [
    ("an object instead of choices", {"choices": {"0": {}}}, 502, "upstream_unavailable"),
    ("a number among the choices", {"choices": [7]}, 502, "upstream_unavailable"),
    ("no message", {"choices": [{"finish_reason": "stop"}]}, 502, "upstream_unavailable"),
    ("content that is no text", answer({"content": {"a": 1}}), 502, "upstream_unavailable"),
    ("a list instead of an object", b"[1, 2]", 502, "upstream_unavailable"),
    ("brackets without end", b"[" * 50_000, 502, "upstream_unavailable"),
    ("not JSON", b"<html>hello</html>", 502, "upstream_unavailable"),
    ("given up", answer({"content": "Half of"}, "abort"), 502, "upstream_unavailable"),
    ("an error under 200", {"error": {"message": "boom", "code": 500}}, 502, "upstream_unavailable"),
    (
        "vLLM's older errors",
        {"object": "error", "message": "maximum context length is 8", "code": 400},
        400,
        "context_length_exceeded",
    ),
    ("an answer over the bound", answer({"content": "x" * (LIMIT + 1)}), 502, "upstream_unavailable"),
    ("a connection cut", CUT, 502, "upstream_unavailable"),
]


@pytest.mark.parametrize(("reply", "status", "code"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_what_is_no_answer_is_a_failure(
    gateway: Gateway, provider: FakeProvider, reply: Any, status: int, code: str
) -> None:
    provider.answers(reply)
    caught = failure(gateway)
    assert (caught.status_code, caught.code) == (status, code)
    assert len(provider.requests) == 1, "nothing is asked twice"


ODD: list[tuple[str, dict[str, Any], str | None, str]] = [
    ("parts", answer({"content": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]}), "hello", "stop"),
    ("no finish reason", answer({"content": "hello"}, None), "hello", "stop"),
    ("an unknown finish reason", answer({"content": "hello"}, "eos_token"), "hello", "stop"),
    ("a finish reason that is a list", answer({"content": "hello"}, ["stop"]), "hello", "stop"),
    ("odd counts", {**HELLO, "usage": {"prompt_tokens": "many"}}, "hello", "stop"),
    ("odd extras", {**HELLO, "model": 7, "usage": []}, "hello", "stop"),
    ("half a surrogate pair", answer({"content": "a\ud83d b"}), "a\ufffd b", "stop"),
    ("a blank", answer({"content": ""}), "", "stop"),
    ("a refusal", answer({"content": None, "refusal": "I won't."}), None, "content_filter"),
]


@pytest.mark.parametrize(("reply", "text", "finish"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_odd_answers_are_answers(
    gateway: Gateway, provider: FakeProvider, reply: Any, text: str | None, finish: str
) -> None:
    provider.answers(reply)
    choice = ask(gateway).choices[0]
    assert (choice.message.content, choice.finish_reason) == (text, finish)


def test_both_names_of_reasoning(gateway: Gateway, provider: FakeProvider) -> None:
    for name in ("reasoning", "reasoning_content"):
        provider.answers(answer({"content": "hello", name: "I see."}))
        assert ask(gateway).choices[0].message.reasoning_content == "I see."


def test_redirects_are_not_followed(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers({}, 307, Location=f"{provider.url}/elsewhere")
    assert failure(gateway).code == "upstream_unavailable"
    assert [path for path, _, _ in provider.requests] == ["/v1/chat/completions"]


def test_a_compressed_answer_is_not_unpacked(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(gzip.compress(b" " * 50_000_000 + json.dumps(HELLO).encode()), Content_Encoding="gzip")
    assert failure(gateway).code == "upstream_unavailable"
    assert provider.requests[-1][1]["accept-encoding"] == "identity"


def test_cookies_are_not_kept(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO, Set_Cookie="who=me; Path=/")
    ask(gateway)
    ask(gateway)
    assert "cookie" not in provider.requests[-1][1]


def test_a_server_that_takes_too_long_is_left(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(20.0)
    caught = failure(gateway, "hasty")
    assert (caught.status_code, caught.code) == (504, "upstream_timeout")
    assert provider.left.wait(10)


def test_a_server_that_is_not_there(gateway: Gateway) -> None:
    caught = failure(gateway, "nobody")
    assert (caught.status_code, caught.code) == (502, "upstream_unavailable")
    assert "127.0.0.1" not in caught.message


def test_safety_settings_are_refused_by_name(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(HELLO)
    with pytest.raises(openai.BadRequestError) as caught:
        ask(gateway, extra_body={"mosseval": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "OFF"}}})
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "mosseval.safety_settings")
    assert provider.requests == []


def test_keys_in_a_servers_words_go_no_further(gateway: Gateway, provider: FakeProvider) -> None:
    for reply in ({"error": {"message": f"bad key {KEY}"}}, f"bad key {KEY} in plain text".encode()):
        provider.answers(reply, 400)
        caught = failure(gateway, "keyed")
        assert "bad key" in caught.message
        assert KEY not in caught.response.text
    assert KEY not in gateway.log.read_text()


def test_a_gateway_of_such_servers_is_soon_ready(provider: FakeProvider, tmp_path: Path) -> None:
    config = CONFIG.format(url=provider.url, closed=9)
    with gateway_process(tmp_path, config, PLANTED_KEY=KEY) as running:
        used = sum(psutil.Process(running.pid).cpu_times()[:2])
    # Of CPU, so that a busy machine does not count against it: litellm's import alone takes 3 s and more.
    assert used < 2.0
