"""Requests on their way through the gateway: names, deployments, limits of time, pictures, costs, forbidden fields."""

from __future__ import annotations

import base64
import gzip
import io
import json
from typing import Any

import openai
import pytest
from PIL import Image
from wired import QUESTION, Wired
from wires import openai_chat
from wires.anthropic import ANTHROPIC
from wires.base import KEY, Sent
from wires.gemini import GEMINI
from wires.openai_chat import COMPATIBLE, OPENAI, VLLM, answer, chunk, completion

FORBIDDEN = [
    "api_base",
    "base_url",
    "api_key",
    "api_version",
    "custom_llm_provider",
    "extra_headers",
    "extra_body",
    "extra_query",
    "headers",
    "mock_response",
    "mock_tool_calls",
    "fallbacks",
    "context_window_fallbacks",
    "content_policy_fallbacks",
    "model_list",
    "num_retries",
    "metadata",
    "litellm_metadata",
    "litellm_params",
    "litellm_call_id",
    "proxy_server_request",
    "user_config",
    "guardrails",
    "callbacks",
    "success_callback",
    "cache",
    "caching",
    "drop_params",
    "allowed_openai_params",
    "aws_access_key_id",
    "aws_bedrock_runtime_endpoint",
    "vertex_credentials",
    "vertex_project",
    "azure_ad_token",
    "safety_settings",
    "input_cost_per_token",
    "hf_model_name",
    "tools",
    "tool_choice",
    "functions",
    "parallel_tool_calls",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "modalities",
    "audio",
    "prediction",
    "store",
    "web_search_options",
    "service_tier",
    "thinking",
    "timeout",
    "stream_timeout",
    "logger_fn",
    "client",
    "__proto__",
]
NESTED = [
    ({"mosseval": {"api_base": "http://127.0.0.1:1"}}, "mosseval.api_base"),
    ({"messages": [{**QUESTION[0], "api_base": "x"}]}, "messages.0.api_base"),
    ({"messages": [{**QUESTION[0], "tool_calls": []}]}, "messages.0.tool_calls"),
    ({"messages": [{**QUESTION[0], "cache_control": {"type": "ephemeral"}}]}, "messages.0.cache_control"),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "api_key": "x"}]}]}, None),
    ({"stream_options": {"api_base": "x"}}, "stream_options.api_base"),
    ({"response_format": {"type": "json_object", "api_base": "x"}}, "response_format.api_base"),
]


def refused(on_the_wire: Wired, model: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The error of a request with these fields, by curl's way."""
    body = json.dumps({"model": model, "messages": QUESTION, **fields}).encode()
    status, _, text = on_the_wire.gateway.post(body)
    assert status == 400
    error: dict[str, Any] = json.loads(text)["error"]
    return error


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_field_that_is_not_taken_is_refused_by_name(on_the_wire: Wired, name: str) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    for value in ("http://127.0.0.1:1/v1", {"a": "b"}, [1], True):
        error = refused(on_the_wire, OPENAI.model, {name: value})
        assert (error["code"], error["param"]) == ("unsupported_parameter", name)
    assert on_the_wire.provider.requests == []


@pytest.mark.parametrize(("fields", "param"), NESTED, ids=str)
def test_a_nested_field_that_is_not_taken_is_refused(on_the_wire: Wired, fields: Any, param: str | None) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    error = refused(on_the_wire, OPENAI.model, fields)
    assert error["code"] == "unsupported_parameter"
    assert param is None or error["param"] == param
    assert on_the_wire.provider.requests == []


def test_more_than_one_answer_is_refused(on_the_wire: Wired) -> None:
    error = refused(on_the_wire, OPENAI.model, {"n": 2})
    assert (error["code"], error["param"]) == ("unsupported_parameter", "n")


def test_a_schema_goes_on_to_who_takes_it(on_the_wire: Wired) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True}}
    for wire in (OPENAI, COMPATIBLE, VLLM):
        on_the_wire.ask(wire, Sent(answer("{}")), response_format=schema)
        assert on_the_wire.provider.last_body["response_format"] == schema
    failure = on_the_wire.failure(ANTHROPIC, Sent(ANTHROPIC.answer("{}")), response_format=schema)
    assert (failure.code, failure.param) == ("unsupported_parameter", "response_format")


def test_plain_text_is_no_special_format(on_the_wire: Wired) -> None:
    text: Any = {"type": "text"}
    on_the_wire.ask(ANTHROPIC, Sent(ANTHROPIC.answer("hello")), response_format=text)
    assert "response_format" not in on_the_wire.provider.last_body


def test_wildcards_and_several_deployments(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    on_the_wire.ask_for("my/model-7")
    assert on_the_wire.provider.last_body["model"] == "model-7"
    on_the_wire.sends(OPENAI, Sent({**answer("hello"), "model": None}))
    asked = set()
    for _ in range(40):
        served = on_the_wire.ask_for("twice").mosseval["served_model"]
        asked.add(on_the_wire.provider.last_body["model"])
        assert served == f"openai/{on_the_wire.provider.last_body['model']}"
    assert asked == {"first", "second"}


def test_what_the_router_reads_is_not_for_the_provider(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    on_the_wire.ask_for("limited")
    assert on_the_wire.provider.last_body == {"model": "limited", "messages": QUESTION, "max_tokens": 64}


def test_an_upstream_that_takes_too_long(on_the_wire: Wired) -> None:
    on_the_wire.provider.answers(15.0)
    with pytest.raises(openai.APIStatusError) as caught:
        on_the_wire.ask_for("hasty")
    assert (caught.value.status_code, caught.value.code) == (504, "upstream_timeout")
    assert on_the_wire.provider.left.wait(10)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE, ANTHROPIC], ids=lambda wire: wire.name)
def test_a_client_that_leaves_before_any_answer_cancels_the_upstream(
    on_the_wire: Wired, wire: Any, stream: bool
) -> None:
    on_the_wire.provider.answers(15.0)
    body = json.dumps({"model": wire.model, "messages": QUESTION, "stream": stream}).encode()
    with pytest.raises(TimeoutError):
        on_the_wire.gateway.post(body, timeout=1)
    assert on_the_wire.provider.left.wait(10)


def test_what_the_model_list_says_of_a_model_holds(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    found = on_the_wire.ask_for("picky", temperature=0.5, seed=3, top_p=0.5)
    assert found.mosseval["dropped_params"] == ["seed", "temperature"]
    assert on_the_wire.provider.last_body["top_p"] == 0.5
    on_the_wire.provider.requests.clear()
    messages = [{"role": "system", "content": "Be brief."}, *QUESTION]
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask_for("picky", messages=messages)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "messages.0.role")
    assert on_the_wire.provider.requests == []


@pytest.mark.parametrize("model", ["o1-mini", "gemma"])
def test_a_system_message_is_not_put_into_the_users_mouth(on_the_wire: Wired, model: str) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    messages = [*QUESTION, {"role": "system", "content": "Be brief."}]
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask_for(model, messages=messages)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "messages.1.role")
    assert on_the_wire.provider.requests == []


def test_a_model_that_is_newer_than_litellm_takes_a_system_message(on_the_wire: Wired) -> None:
    on_the_wire.sends(GEMINI, Sent(GEMINI.answer("hello")))
    on_the_wire.ask_for("gemini-new", messages=[{"role": "system", "content": "Be brief."}, *QUESTION])
    body = on_the_wire.provider.last_body
    assert body["system_instruction"]["parts"][0]["text"] == "Be brief."
    assert [each["role"] for each in body["contents"]] == ["user"]


def test_safety_settings_of_request_and_model_list_and_paper(on_the_wire: Wired) -> None:
    on_the_wire.sends(GEMINI, Sent(GEMINI.answer("hello")))
    asked = {"HARM_CATEGORY_HATE_SPEECH": "OFF"}
    found = on_the_wire.ask_for("gemini-strict", extra_body={"mosseval": {"safety_settings": asked}})
    recorded = {
        "HARM_CATEGORY_HARASSMENT": "BLOCK_LOW_AND_ABOVE",
        "HARM_CATEGORY_HATE_SPEECH": "OFF",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT": "BLOCK_MEDIUM_AND_ABOVE",
        "HARM_CATEGORY_DANGEROUS_CONTENT": "BLOCK_MEDIUM_AND_ABOVE",
    }
    assert found.mosseval["safety_settings"] == recorded
    sent = on_the_wire.provider.last_body["safetySettings"]
    assert {pair["category"]: pair["threshold"] for pair in sent} == recorded


def test_a_picture_goes_under_its_real_type(on_the_wire: Wired) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 24), "orange").save(buffer, "WEBP")
    data = base64.b64encode(buffer.getvalue()).decode()
    content = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "text", "text": "What is it?"},
    ]
    found = on_the_wire.ask(ANTHROPIC, Sent(ANTHROPIC.answer("hello")), messages=[{"role": "user", "content": content}])
    source = on_the_wire.provider.last_body["messages"][0]["content"][0]["source"]
    assert source == {"type": "base64", "media_type": "image/webp", "data": data}
    assert [(image["from"], image["to"]) for image in found.mosseval["images"]] == [("image/png", "image/webp")]


def test_a_cost_that_nobody_knows_is_null(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent({**answer("hello"), "model": "unheard-of"}))
    assert on_the_wire.ask_for("my/unheard-of").mosseval["cost_usd"] is None


NAMED = [
    (400, {"message": "will not do", "param": "temperature"}, "temperature"),
    (400, {"message": "will not do", "param": "<script>"}, None),
    (400, {"message": "maximum context length is 8", "param": None}, "messages"),
    (404, {"message": "no such model", "param": None}, "model"),
    (500, {"message": "boom", "param": "temperature"}, None),
]


@pytest.mark.parametrize(("status", "error", "param"), NAMED)
def test_a_fault_of_the_request_names_the_field(on_the_wire: Wired, status: int, error: Any, param: str | None) -> None:
    body = {"error": {"type": "invalid_request_error", "code": None, **error}}
    assert on_the_wire.failure(OPENAI, Sent(body, status)).param == param


@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE], ids=lambda wire: wire.name)
def test_half_a_surrogate_pair_does_no_harm(on_the_wire: Wired, wire: Any) -> None:
    found = on_the_wire.ask(wire, Sent(completion({"content": "a\ud83d b"})))
    assert found.choices[0].message.content == "a\ufffd b"
    events = [openai_chat.FIRST, chunk({"content": "a\ud83d b"}), *openai_chat.REST]
    pieces = on_the_wire.ask_streamed(wire, Sent(events=events))
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert text == "a\ufffd blo"


def test_headers_of_the_config_stay_beside_a_switch(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(answer("hello")))
    asked = {"input": "cip", "output": "disable"}
    on_the_wire.ask_for("inspected", extra_body={"mosseval": {"safety_settings": asked}})
    headers = on_the_wire.provider.requests[-1][1]
    assert headers["x-own"] == "kept"
    assert json.loads(headers["x-dashscope-datainspection"]) == asked


@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE, VLLM], ids=lambda wire: wire.name)
def test_a_key_in_a_streamed_error_goes_no_further(on_the_wire: Wired, wire: Any) -> None:
    events = [*wire.half, wire.error(500, f"bad key {KEY}")]
    with pytest.raises(openai.APIError) as caught:
        list(on_the_wire.ask(wire, Sent(events=events), stream=True))
    assert "bad key" in str(caught.value.body)
    assert KEY not in str(caught.value.body)


@pytest.mark.parametrize("model", ["nobody", "nobody-translated"])
@pytest.mark.parametrize("stream", [False, True])
def test_where_nobody_listens(on_the_wire: Wired, model: str, stream: bool) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        on_the_wire.ask_for(model, stream=stream)
    assert (caught.value.status_code, caught.value.code) == (502, "upstream_unavailable")
    assert "127.0.0.1" not in caught.value.response.text


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC, GEMINI], ids=lambda wire: wire.name)
def test_an_answer_that_was_packed_unasked_is_unpacked(on_the_wire: Wired, wire: Any) -> None:
    packed = gzip.compress(json.dumps(wire.answer("hello")).encode())
    found = on_the_wire.ask(wire, Sent(packed, headers={"Content-Encoding": "gzip"}))
    assert found.choices[0].message.content == "hello"
    assert on_the_wire.provider.requests[-1][1]["accept-encoding"] == "identity"


@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE, ANTHROPIC, GEMINI], ids=lambda wire: wire.name)
def test_an_answer_that_bursts_when_unpacked_is_a_failure(on_the_wire: Wired, wire: Any) -> None:
    packed = gzip.compress(json.dumps(wire.answer("x" * 17 * 1024 * 1024)).encode())
    failure = on_the_wire.failure(wire, Sent(packed, headers={"Content-Encoding": "gzip"}))
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")


def test_a_packing_that_nobody_knows_is_a_failure(on_the_wire: Wired) -> None:
    failure = on_the_wire.failure(OPENAI, Sent(b"??", headers={"Content-Encoding": "br"}))
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")


@pytest.mark.parametrize("wire", [OPENAI, COMPATIBLE, VLLM, ANTHROPIC, GEMINI], ids=lambda wire: wire.name)
def test_an_answer_that_comes_whole_where_a_stream_was_asked_for(on_the_wire: Wired, wire: Any) -> None:
    chunks = on_the_wire.ask_streamed(wire, Sent(wire.answer("hello")))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 5


def test_a_provider_whose_form_litellm_alone_knows(on_the_wire: Wired) -> None:
    on_the_wire.provider.answers({"generated_text": "hello", "nb_input_tokens": 3, "nb_generated_tokens": 2})
    found = on_the_wire.ask_for("seldom")
    assert (found.choices[0].message.content, found.choices[0].finish_reason) == ("hello", "stop")
    assert (found.mosseval["provider"], found.usage.total_tokens) == ("nlp_cloud", 5)
    for status, code in ((429, "rate_limit_exceeded"), (500, "upstream_unavailable"), (401, "provider_key_rejected")):
        on_the_wire.provider.answers({"detail": "something is wrong"}, status)
        with pytest.raises(openai.APIStatusError) as caught:
            on_the_wire.ask_for("seldom")
        assert caught.value.code == code
