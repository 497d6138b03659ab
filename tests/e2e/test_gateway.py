"""The gateway as a process, spoken to by the `openai` package over real HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from gateway_process import KEY, Gateway, gateway_process
from gateway_questions import ask, data_url, picture
from openai import OpenAI

CONFIG = """
model_list:
  - model_name: priced
    litellm_params: {model: simulated/helpful}
    model_info:
      input_cost_per_token: 0.001
      output_cost_per_token: 0.002
      mosseval: {presets: {paper: {temperature: 0, max_tokens: 7}}}
  - model_name: gone
    litellm_params: {model: openai/gone, api_key: k}
    model_info: {mosseval: {status: retired, retired_on: "2024-07-12", successor: openai/here}}
  - model_name: needs-a-key
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/MOSSEVAL_TEST_UNSET_VARIABLE}
litellm_settings: {drop_params: true}
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    slip = {"MOSSEVAL_GATEWAY_MAX_INFLIGHT": "8"}
    with gateway_process(tmp_path_factory.mktemp("gateway"), CONFIG, **slip) as running:
        yield running


def test_a_simulated_answer_has_the_whole_contract(gateway: Gateway) -> None:
    answer = ask(gateway, "simulated/helpful", "What is it?", data_url(picture("WEBP")))
    assert answer.object == "chat.completion"
    assert answer.choices[0].finish_reason == "stop"
    assert len(answer.choices[0].message.content) > 40
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    own = answer.mosseval
    assert own.keys() == {
        "served_model",
        "provider",
        "dropped_params",
        "added_params",
        "images",
        "block",
        "safety_settings",
        "attempts",
        "cost_usd",
    }
    assert own["served_model"] == "simulated/helpful"
    assert own["provider"] == "simulated"
    assert own["cost_usd"] == 0.0
    assert [(image["from"], image["to"]) for image in own["images"]] == [("image/png", "image/webp")]
    assert len(own["images"][0]["sha256"]) == 64


def test_a_streamed_answer_equals_the_plain_one(gateway: Gateway) -> None:
    plain = ask(gateway, "simulated/helpful")
    chunks = list(ask(gateway, "simulated/helpful", stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == plain.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-2].mosseval == plain.mosseval
    assert chunks[-1].usage == plain.usage


def test_the_wire_form_of_a_stream(gateway: Gateway) -> None:
    body = {"model": "simulated/helpful", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    status, headers, text = gateway.post(json.dumps(body).encode())
    events = text.strip().split("\n\n")
    assert status == 200
    assert headers["content-type"].startswith("text/event-stream")
    assert all(event.startswith("data: ") for event in events)
    assert events[-1] == "data: [DONE]"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", KEY])
def test_the_wrong_key_opens_nothing(gateway: Gateway, authorization: str) -> None:
    status, _, text = gateway.post(b"{}", Authorization=authorization)
    assert status == 401
    assert json.loads(text)["error"]["code"] == "invalid_api_key"


def test_every_path_but_health_needs_a_key(gateway: Gateway) -> None:
    host = gateway.url.removeprefix("http://")
    found = {}
    for path in ("/healthz", "/readyz", "/v1/models", "/v1/models/simulated/helpful", "/docs", "/nowhere"):
        connection = http.client.HTTPConnection(host, timeout=20)
        connection.request("GET", path)
        found[path] = connection.getresponse().status
        connection.close()
    assert found.pop("/healthz") == found.pop("/readyz") == 200
    assert set(found.values()) == {401}


def test_the_openai_package_sees_a_wrong_key_as_such(gateway: Gateway) -> None:
    with (
        OpenAI(base_url=f"{gateway.url}/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        client.models.list()
    assert caught.value.code == "invalid_api_key"


def test_an_unknown_model_names_the_nearest(gateway: Gateway) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway, "simulated/helpfull")
    assert caught.value.code == "model_not_found"
    assert caught.value.body["nearest"][0] == "simulated/helpful"  # type: ignore[index]
    assert "simulated/helpful" in caught.value.message
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway, "gpt-4.1")
    assert caught.value.body["nearest"][0] == "openai/gpt-4.1"  # type: ignore[index]


def test_a_listed_model_without_its_key_says_what_to_set(gateway: Gateway) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway, "needs-a-key")
    assert caught.value.code == "model_not_configured"
    assert "MOSSEVAL_TEST_UNSET_VARIABLE" in caught.value.message
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway, "anthropic/claude-3-haiku-20240307")
    assert caught.value.body["needs"] == ["ANTHROPIC_API_KEY"]  # type: ignore[index]


def test_a_retired_model_names_date_and_successor(gateway: Gateway) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, "gone")
    assert (caught.value.status_code, caught.value.code) == (410, "model_retired")
    assert "2024-07-12" in caught.value.message
    assert "openai/here" in caught.value.message


def test_the_listing(gateway: Gateway) -> None:
    listing = gateway.client.models.list()
    models = {model.id: model for model in listing.data}
    assert listing.mosseval["version"]  # type: ignore[attr-defined]
    assert len(listing.mosseval["config_sha256"]) == 64  # type: ignore[attr-defined]
    own: Any = models["priced"].mosseval  # type: ignore[attr-defined]
    assert own["simulated"] is True
    assert own["configured"] is True
    assert own["price"] == {"input_cost_per_token": 0.001, "output_cost_per_token": 0.002}
    assert own["presets"] == {"paper": {"temperature": 0, "max_tokens": 7}}
    assert models["needs-a-key"].mosseval["needs"] == ["MOSSEVAL_TEST_UNSET_VARIABLE"]  # type: ignore[attr-defined]
    assert {"openai/*", "anthropic/*", "gemini/*"} <= models.keys()
    one: Any = gateway.client.models.retrieve("openai/gpt-4o")
    assert one.id == "openai/gpt-4o"
    assert one.mosseval["price"] == {"input_cost_per_token": 2.5e-6, "output_cost_per_token": 1e-5}
    with pytest.raises(openai.NotFoundError):
        gateway.client.models.retrieve("nobody/nothing")


def test_prices_of_the_config_apply(gateway: Gateway) -> None:
    answer = ask(gateway, "priced")
    expected = answer.usage.prompt_tokens * 0.001 + answer.usage.completion_tokens * 0.002
    assert answer.mosseval["cost_usd"] == pytest.approx(expected)


def test_limits_and_stop_words_are_kept(gateway: Gateway) -> None:
    short = ask(gateway, "simulated/helpful", max_tokens=3)
    assert short.choices[0].finish_reason == "length"
    assert short.usage.completion_tokens == 3
    whole = ask(gateway, "simulated/helpful").choices[0].message.content
    assert ask(gateway, "simulated/helpful", stop=" ").choices[0].message.content == whole.split(" ")[0]


def test_ignored_settings_are_named_at_the_start(gateway: Gateway) -> None:
    assert "litellm_settings.drop_params" in gateway.log.read_text()
    assert "MOSSEVAL_GATEWAY_MAX_INFLIGHT" in gateway.log.read_text()
