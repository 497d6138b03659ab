"""The simulated models behind the real gateway: alike in every process, blocks in every form, breakage on the wire."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from gateway_process import Gateway, gateway_process

CONFIG = """
model_list:
  - model_name: blocking
    litellm_params: {model: simulated/blocking}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
  - model_name: cautious
    litellm_params: {model: simulated/cautious}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
  - model_name: shaky
    litellm_params: {model: simulated/flaky}
    model_info: {mosseval: {simulated: {latency_s: 0, stall_s: 0.1}}}
  - model_name: unreachable
    litellm_params: {model: hosted_vllm/x, api_base: "http://127.0.0.1:9/v1"}
  - model_name: translated
    litellm_params: {model: anthropic/claude-3-haiku-20240307, api_base: "http://127.0.0.1:9", api_key: none-at-all}
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway_process(tmp_path_factory.mktemp("gateway"), CONFIG) as running:
        yield running


def ask(gateway: Gateway, model: str, question: str = "How do I boil an egg?") -> Any:
    messages: list[Any] = [{"role": "user", "content": question}]
    return gateway.client.chat.completions.create(model=model, messages=messages)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc")
def test_litellm_is_loaded_only_for_what_it_translates(tmp_path: Path) -> None:
    with gateway_process(tmp_path, CONFIG) as fresh:
        maps = Path(f"/proc/{fresh.pid}/maps")
        ask(fresh, "simulated/helpful")
        assert "_tiktoken" not in maps.read_text()
        for model, loaded in (("unreachable", False), ("translated", True)):
            with pytest.raises(openai.InternalServerError) as caught:
                ask(fresh, model)
            assert (caught.value.status_code, caught.value.code) == (502, "upstream_unavailable")
            assert ("_tiktoken" in maps.read_text()) is loaded


def test_simulated_models_answer_alike_in_every_process(gateway: Gateway, tmp_path: Path) -> None:
    questions = [f"What about number {number}?" for number in range(8)]
    with gateway_process(tmp_path) as other:
        for model in ("simulated/helpful", "simulated/cautious", "simulated/blocking"):
            for question in questions:
                ours, theirs = ask(gateway, model, question), ask(other, model, question)
                assert ours.choices == theirs.choices
                assert ours.mosseval == theirs.mosseval


def test_blocking_walks_through_the_forms(gateway: Gateway) -> None:
    answers = [ask(gateway, "blocking", f"Question {number}") for number in range(80)]
    blocks = [answer.mosseval["block"] for answer in answers if answer.mosseval["block"]]
    assert {block["provider"] for block in blocks} >= {"openai", "azure", "anthropic", "gemini", "dashscope"}
    assert {block["where"] for block in blocks} == {"input", "output", "model"}
    assert {block["category"] for block in blocks} == {"safety", "recitation", "other", "unknown"}
    assert 0 < len(answers) - len(blocks) < 40
    for answer in answers:
        blocked = answer.mosseval["block"] is not None
        assert (answer.choices[0].finish_reason == "content_filter") is blocked
        assert bool(answer.choices[0].message.refusal) is blocked


def test_flaky_breaks_for_real_and_retries_succeed(gateway: Gateway) -> None:
    seen: dict[str, int] = {}
    blanks = 0
    for number in range(40):
        for attempt in range(4):
            body = {"model": "shaky", "messages": [{"role": "user", "content": f"Question {number}"}]}
            kind, text = attempt_of(gateway, json.dumps(body).encode())
            seen[kind] = seen.get(kind, 0) + 1
            if kind == "200":
                blanks += text == ""
                break
            assert attempt < 3, "no request breaks more than three times in a row"
    assert seen["200"] == 40
    assert blanks > 0
    assert {"429", "500", "half json", "cut", "reset"} <= seen.keys()


def attempt_of(gateway: Gateway, body: bytes) -> tuple[str, str]:
    """What came of one attempt, and the answer's text where there is one."""
    try:
        status, headers, text = gateway.post(body)
    except http.client.IncompleteRead:
        return "cut", ""
    except (http.client.RemoteDisconnected, ConnectionResetError) as error:
        return ("reset" if isinstance(error, ConnectionResetError) else "closed"), ""
    if status != 200:
        assert status != 429 or headers["retry-after"] == "1"
        return str(status), ""
    try:
        return "200", json.loads(text)["choices"][0]["message"]["content"]
    except json.JSONDecodeError:
        return "half json", ""


@pytest.mark.parametrize("model", ["simulated/helpful", "blocking"])
def test_safety_switches_that_a_simulated_model_has_not_are_refused(gateway: Gateway, model: str) -> None:
    settings = {"mosseval": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "OFF"}}}
    messages: list[Any] = [{"role": "user", "content": "?"}]
    with pytest.raises(openai.BadRequestError) as caught:
        gateway.client.chat.completions.create(model=model, messages=messages, extra_body=settings)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "mosseval.safety_settings")


def test_cautious_refuses_about_the_documented_share(gateway: Gateway) -> None:
    answers = [ask(gateway, "cautious", f"Question {number}").choices[0].message.content for number in range(100)]
    helpful = [ask(gateway, "simulated/helpful", "Question 0").choices[0].message.content]
    refused = [text for text in answers if any(word in text for word in REFUSING)]
    assert 25 <= len(refused) <= 55
    assert len(set(refused)) > 5
    assert not any(word in text for text in helpful for word in REFUSING)


REFUSING = (
    "sorry",
    "Sorry",
    "cannot",
    "can't",
    "not able",
    "unable",
    "decline",
    "don't feel",
    "appropriate",
    "apologize",
)
