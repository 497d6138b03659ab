"""The endpoint over real HTTP: OpenAI's forms, errors by code, bounds."""

from __future__ import annotations

import base64
import io
import json
import math
from typing import Any

import pytest
from openai import BadRequestError
from PIL import Image, ImageChops
from serve_asking import url
from serve_process import HELLO, ServerProcess

from mosseval_serve.pictures import PictureLimits, read_picture

PROMPT: list[dict[str, Any]] = [
    {
        "role": "user",
        "content": [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url(1)}}],
    }
]


def shown(address: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": address}}]}]}


def data_url(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def test_plain_answer_in_openais_form(server: ServerProcess) -> None:
    messages: Any = PROMPT
    with server.client() as client:
        answer = client.chat.completions.create(
            model=server.model, messages=messages, max_tokens=9, temperature=0, logprobs=True, top_logprobs=3
        )
        listed = client.models.list().data
    [choice] = answer.choices
    assert choice.message.role == "assistant"
    assert choice.message.content
    assert choice.finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 9
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 9
    assert choice.logprobs is not None
    assert choice.logprobs.content is not None
    assert [len(token.top_logprobs) for token in choice.logprobs.content] == [3] * 9
    assert all(token.logprob == token.top_logprobs[0].logprob <= 0 for token in choice.logprobs.content)
    assert all(sum(math.exp(each.logprob) for each in token.top_logprobs) <= 1 for token in choice.logprobs.content)
    assert [model.id for model in listed] == [server.model]


def test_stream_is_the_plain_answer_piece_by_piece(server: ServerProcess) -> None:
    messages: Any = PROMPT
    options: Any = {"model": server.model, "messages": messages, "max_tokens": 30, "temperature": 1.0, "seed": 7}
    with server.client() as client:
        plain = client.chat.completions.create(**options)
        stream = client.chat.completions.create(**options, stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == plain.choices[0].message.content
    assert len(chunks) > 5
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "length"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == plain.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_stream_without_usage_has_none(server: ServerProcess) -> None:
    reply = server.post({"messages": HELLO, "max_tokens": 3, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    *events, done = reply.body.decode().strip().split("\n\n")
    assert done == "data: [DONE]"
    assert all("usage" not in json.loads(event.removeprefix("data: ")) for event in events)


def test_stop_is_cut_in_a_stream_too(server: ServerProcess) -> None:
    whole = server.post({"messages": HELLO, "max_tokens": 30}).json()["choices"][0]["message"]["content"]
    stop = whole[8:11]
    options: Any = {"model": server.model, "messages": HELLO, "max_tokens": 30, "stop": [stop]}
    with server.client() as client:
        chunks = list(client.chat.completions.create(**options, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole[: whole.index(stop)]
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_same_seed_same_answer_among_others(server: ServerProcess) -> None:
    def ask(seed: int | None) -> str:
        options = {"messages": HELLO, "max_tokens": 20, "temperature": 1.5}
        body = server.post({**options, **({} if seed is None else {"seed": seed})}).json()
        return str(body["choices"][0]["message"]["content"])

    assert ask(1) == ask(1) != ask(2)
    assert len({ask(None) for _ in range(4)}) > 1


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"tools": []}, "unsupported_parameter", "tools"),
        ({"response_format": {"type": "json_object"}}, "unsupported_parameter", "response_format"),
        ({"n": 2}, "unsupported_parameter", "n"),
        ({"presence_penalty": 0.5}, "unsupported_parameter", "presence_penalty"),
        ({"num_beams": 2, "temperature": 0.5}, "unsupported_parameter", "temperature"),
        ({"num_beams": 2, "logprobs": True}, "unsupported_parameter", "logprobs"),
        ({"api_base": "http://127.0.0.1:1"}, "unsupported_parameter", "api_base"),
        ({"temperature": -1}, "invalid_request", "temperature"),
        ({"max_tokens": 0}, "invalid_request", "max_tokens"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, "invalid_request", "max_completion_tokens"),
        ({"top_logprobs": 2}, "invalid_request", "top_logprobs"),
        ({"stop": [""]}, "invalid_request", "stop"),
        ({"stop": ["a"] * 17}, "invalid_request", "stop"),
        ({"messages": []}, "invalid_request", "messages"),
        ({"messages": [{"role": "user", "content": "  "}]}, "invalid_request", "messages"),
        ({"messages": [*HELLO, {"role": "assistant", "content": "So"}]}, "invalid_request", "messages"),
        ({"messages": [{"role": "user", "content": "an <image> of"}]}, "invalid_request", "messages.0"),
        ({"max_tokens": 5000}, "context_length_exceeded", "messages"),
        ({"messages": [{"role": "user", "content": "x" * 3000}]}, "context_length_exceeded", "messages"),
        ({"model": "another"}, "model_not_found", "model"),
        (shown("https://127.0.0.1/a.png"), "image_invalid", "messages.0.content.0"),
        (shown("file:///etc/hostname"), "image_invalid", "messages.0.content.0"),
        (shown("data:image/png;base64,!!!!"), "image_invalid", "messages.0.content.0"),
        (shown("data:image/png,abc"), "image_invalid", "messages.0.content.0"),
        (shown(data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>")), "image_invalid", "messages.0.content.0"),
        (shown(url(1)[:-200]), "image_invalid", "messages.0.content.0"),
    ],
)
def test_what_is_refused_is_named(server: ServerProcess, change: dict[str, Any], code: str, param: str) -> None:
    for streamed in ({}, {"stream": True}):
        reply = server.post({"messages": HELLO, "max_tokens": 4, **change, **streamed})
        error = reply.json()["error"]
        assert (error["code"], error["param"].partition(".content.0.")[0]) == (code, param)
        assert reply.status == (404 if code == "model_not_found" else 400)


def encoded(side: int, kind: str) -> bytes:
    held = io.BytesIO()
    Image.new("1", (side, side)).save(held, kind)
    return held.getvalue()


def test_pictures_that_cost_too_much_are_refused_before_a_pixel_is_decoded(server: ServerProcess) -> None:
    scanned = shown(data_url(encoded(8, "JPEG") + b"\xff\xda" * 501))
    reply = server.post({**scanned, "max_tokens": 4})
    assert (reply.status, reply.json()["error"]["code"]) == (400, "image_invalid")
    assert "more than 500 scans" in reply.json()["error"]["message"]
    part = shown(data_url(encoded(7000, "PNG")))["messages"][0]["content"][0]
    reply = server.post({"messages": [{"role": "user", "content": [part] * 5}], "max_tokens": 4})
    error = reply.json()["error"]
    assert (reply.status, error["code"], error["param"]) == (413, "request_too_large", "messages.0.content.4")


def test_grey_of_16_bits_is_scaled_not_clipped() -> None:
    held = io.BytesIO()
    Image.linear_gradient("L").convert("I").point(lambda value: value * 257).convert("I;16").save(held, "PNG")
    seen = read_picture(data_url(held.getvalue()), "here", PictureLimits()).decode()
    assert seen.mode == "RGB"
    difference = ImageChops.difference(seen.convert("L"), Image.linear_gradient("L"))
    assert max(value for value, count in enumerate(difference.histogram()) if count) <= 1


def test_openai_package_reads_an_error(server: ServerProcess) -> None:
    messages: Any = HELLO
    with server.client() as client, pytest.raises(BadRequestError) as caught:
        client.chat.completions.create(model=server.model, messages=messages, max_tokens=9999)
    assert caught.value.code == "context_length_exceeded"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"model": "x"}', b"null"])
def test_broken_bodies(server: ServerProcess, body: bytes) -> None:
    reply = server.post(body)
    assert (reply.status, reply.code) == (400, "invalid_request")


def test_bounds_on_the_body_and_its_form(server: ServerProcess) -> None:
    path = "/v1/chat/completions"
    assert server.get(path, "POST", b"{}", Content_Type="text/plain").code == "invalid_request"
    assert server.get(path, "POST", b"x", Content_Type="application/json", Content_Encoding="gzip").status == 400
    reply = server.post({"messages": [{"role": "user", "content": "x" * (33 * 1024 * 1024)}]})
    assert (reply.status, reply.code) == (413, "request_too_large")


def test_other_paths_methods_and_hosts(server: ServerProcess) -> None:
    assert server.get("/v1/nothing").code == "not_found"
    assert server.get("/v1/chat/completions").code == "method_not_allowed"
    assert server.get(f"/v1/models/{server.model}").json()["id"] == server.model
    assert server.get("/v1/models/another").code == "model_not_found"
    # Without a key, a web page whose name leads to this machine must not be answered.
    assert server.get("/v1/models", Host="evil.example").status == 400
