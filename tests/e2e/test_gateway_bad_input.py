"""What the gateway refuses, over real HTTP: fields, bodies, pictures, sizes."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from gateway_process import KEY, Gateway, gateway_process
from gateway_questions import ask, data_url, picture


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway_process(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def code_of(error: openai.APIStatusError) -> tuple[int, str | None]:
    return error.status_code, error.code


REFUSED_FIELDS = [
    ("tools", [{"type": "function", "function": {"name": "f"}}], "unsupported_parameter"),
    ("n", 2, "unsupported_parameter"),
    ("response_format", {"type": "json_object"}, "unsupported_parameter"),
    ("api_base", "http://attacker.example", "unsupported_parameter"),
    ("base_url", "http://attacker.example", "unsupported_parameter"),
    ("api_key", "sk-other", "unsupported_parameter"),
    ("extra_headers", {"a": "b"}, "unsupported_parameter"),
    ("custom_llm_provider", "openai", "unsupported_parameter"),
    ("mock_response", "made up", "unsupported_parameter"),
    ("fallbacks", ["simulated/helpful"], "unsupported_parameter"),
    ("temperature", 9, "invalid_request"),
    ("temperature", 3, "invalid_request"),
    ("max_completion_tokens", 5, "invalid_request"),
    ("str", 1, "unsupported_parameter"),
    ("messages", [], "invalid_request"),
    ("messages", [{"role": "tool", "content": "x"}], "invalid_request"),
    ("mosseval", {"safety_settings": "off"}, "invalid_request"),
    ("mosseval", {"safety": {}}, "unsupported_parameter"),
]


@pytest.mark.parametrize(("field", "value", "code"), REFUSED_FIELDS, ids=[row[0] for row in REFUSED_FIELDS])
def test_a_field_that_is_not_taken_is_refused_by_name(gateway: Gateway, field: str, value: Any, code: str) -> None:
    asked = {"model": "simulated/helpful", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 5}
    body = {**asked, field: value}
    status, _, text = gateway.post(json.dumps(body).encode())
    error = json.loads(text)["error"]
    assert (status, error["code"]) == (400, code)
    assert error["param"].split(".")[0] == field
    assert "attacker" not in text


def test_null_fields_count_as_not_given(gateway: Gateway) -> None:
    body = {"model": "simulated/helpful", "messages": [{"role": "user", "content": "Hi"}], "tools": None, "seed": None}
    assert gateway.post(json.dumps(body).encode())[0] == 200


def test_a_fault_deep_in_a_message_is_named(gateway: Gateway) -> None:
    for content, param, code in (
        ([{"type": "text", "text": 5}], "messages.0.content.0.text.text", "invalid_request"),
        ([{"type": "audio"}], "messages.0.content.0", "invalid_request"),
        ([{"type": "text", "text": "a", "cache_control": {}}], "messages.0.content.0.text.cache_control", None),
    ):
        body = {"model": "simulated/helpful", "messages": [{"role": "user", "content": content}]}
        status, _, text = gateway.post(json.dumps(body).encode())
        assert status == 400
        assert json.loads(text)["error"]["param"] == param
        assert json.loads(text)["error"]["code"] == (code or "unsupported_parameter")


def test_an_answer_can_be_sent_back_as_it_came(gateway: Gateway) -> None:
    first = ask(gateway, "simulated/helpful").choices[0].message.model_dump()
    messages: list[Any] = [{"role": "user", "content": "Hi"}, first, {"role": "user", "content": "And then?"}]
    answer = gateway.client.chat.completions.create(model="simulated/helpful", messages=messages)
    assert answer.choices[0].message.content


BAD_BODIES = [b"", b"{", b"[]", b'"text"', b'{"model": "\xff"}', b"\x00" * 10]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_body_that_is_no_request(gateway: Gateway, body: bytes) -> None:
    status, _, text = gateway.post(body)
    assert (status, json.loads(text)["error"]["code"]) == (400, "invalid_request")


def test_another_content_type_is_refused(gateway: Gateway) -> None:
    body = {"model": "simulated/helpful", "messages": [{"role": "user", "content": "Hi"}]}
    status, _, text = gateway.post(json.dumps(body).encode(), Content_Type="text/plain")
    assert (status, json.loads(text)["error"]["code"]) == (400, "invalid_request")


BAD_IMAGES = [
    ("https://example.com/cat.png", "remote fetching is off"),
    ("file:///etc/passwd", "no data: URL"),
    ("data:image/png;base64,", "empty"),
    ("data:image/png;base64,@@@@", "base64"),
    ("data:image/png,abc", "base64 form"),
    (data_url(b"<html><body>404</body></html>"), "a web page"),
    (data_url(picture()[:60]), "cannot be decoded"),
    (data_url(b"<svg/>"), "an SVG"),
    (data_url(b"How do I boil an egg?"), "no picture of a known type"),
]


@pytest.mark.parametrize(("url", "why"), BAD_IMAGES, ids=[row[1] for row in BAD_IMAGES])
def test_a_bad_picture_is_named_with_its_reason(gateway: Gateway, url: str, why: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(gateway, "simulated/helpful", "What is it?", data_url(picture()), url)
    assert caught.value.code == "image_invalid"
    assert "image 1" in caught.value.message
    assert why in caught.value.message


def test_sizes_are_bounded(tmp_path: Path) -> None:
    bounds = {
        "MOSSEVAL_GATEWAY_MAX_BODY_BYTES": "20000",
        "MOSSEVAL_GATEWAY_MAX_IMAGE_BYTES": "5000",
        "MOSSEVAL_GATEWAY_MAX_IMAGE_PIXELS": "10000",
    }
    with gateway_process(tmp_path, **bounds) as gateway:
        with pytest.raises(openai.APIStatusError) as caught:
            ask(gateway, "simulated/helpful", "x" * 30_000)
        assert code_of(caught.value) == (413, "request_too_large")
        with pytest.raises(openai.APIStatusError) as caught:
            ask(gateway, "simulated/helpful", "?", data_url(os.urandom(6000)))
        assert code_of(caught.value) == (413, "request_too_large")
        with pytest.raises(openai.APIStatusError) as caught:
            ask(gateway, "simulated/helpful", "?", data_url(picture(size=(200, 100))))
        assert code_of(caught.value) == (400, "image_invalid")
        assert "200 x 100 pixels" in caught.value.message
        chunked = "".join(f"{len(part):x}\r\n{part}\r\n" for part in ["x" * 9000] * 3) + "0\r\n\r\n"
        assert raw_post(gateway, chunked).startswith("HTTP/1.1 413 ")
        assert ask(gateway, "simulated/helpful").choices[0].message.content


def raw_post(gateway: Gateway, body: str) -> str:
    host, port = gateway.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall((head + body).encode())
        return connection.recv(4096).decode()
