"""Faults of a request: each has its code and names its field, as a path through what was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mosseval_proxy.chat_request import parse_request
from mosseval_proxy.errors import GatewayError

SAFETY = "mosseval.safety_settings"
PART = "messages.0.content.0"
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"temperature": 3}, "temperature"),
    ({"temperature": "hot"}, "temperature"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "max_completion_tokens"),
    ({"seed": 2**63}, "seed"),
    ({"reasoning_effort": "a little"}, "reasoning_effort"),
    ({"stop": ["x"] * 17}, "stop"),
    ({"stop": [1]}, "stop.0"),
    ({"stream": "maybe"}, "stream"),
    ({"stream_options": {"include_usage": "maybe"}}, "stream_options.include_usage"),
    ({"model": None}, "model"),
    ({"model": ""}, "model"),
    ({"mosseval": 3}, "mosseval"),
    ({"mosseval": {"safety_settings": 3}}, SAFETY),
    ({"mosseval": {"safety_settings": {str(number): "OFF" for number in range(33)}}}, SAFETY),
    ({"response_format": {"type": "poem"}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format"),
    ({"response_format": {"type": "json_object", "json_schema": {"name": "a"}}}, "response_format"),
    ({"messages": 5}, "messages"),
    ({"messages": [5]}, "messages.0"),
    ({"messages": [{"role": "user"}]}, "messages.0.content"),
    ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
    ({"messages": [{"role": "user", "content": [5]}]}, PART),
    ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, f"{PART}.image_url"),
]
UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"api_base": "x"}, "api_base"),
    ({"str": 1}, "str"),
    ({"list[str]": 1}, "list[str]"),
    ({"[key]": 1}, "[key]"),
    ({"mosseval": {"[key]": 1}}, "mosseval.[key]"),
    ({"n": 2}, "n"),
    ({"mosseval": {"unheard": 1}}, "mosseval.unheard"),
]


def fault(fields: dict[str, Any]) -> GatewayError:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **fields}
    with pytest.raises(GatewayError) as caught:
        parse_request(json.dumps(body).encode())
    return caught.value


@pytest.mark.parametrize(("fields", "param"), FAULTS, ids=str)
def test_a_value_that_will_not_do_is_an_invalid_request_that_names_its_field(fields: Any, param: str) -> None:
    error = fault(fields)
    assert (error.code, error.status) == ("invalid_request", 400)
    assert error.param is not None
    # Below a picture or a text pydantic puts its kind into the path: what counts is that the path leads there.
    assert error.param == param or (param.startswith(PART) and error.param.startswith(f"{param}."))
    assert error.message.startswith(f"{error.param}: ")


@pytest.mark.parametrize(("fields", "param"), UNKNOWN, ids=str)
def test_a_field_that_is_not_taken_is_named(fields: Any, param: str) -> None:
    error = fault(fields)
    assert (error.code, error.param) == ("unsupported_parameter", param)


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_a_body_that_is_no_request_has_no_field_to_name(body: bytes) -> None:
    with pytest.raises(GatewayError) as caught:
        parse_request(body)
    assert (caught.value.code, caught.value.param) == ("invalid_request", None)
