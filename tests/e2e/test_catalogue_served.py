"""The built-in rows and wildcards for servers of one's own, asked through the real gateway over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from fake_provider import FakeProvider
from gateway_process import Gateway, gateway_process
from gateway_questions import data_url, picture

CONFIG = """
model_list:
  - model_name: no-system
    litellm_params: {model: hosted_vllm/x, api_base: os.environ/SGLANG_API_BASE}
    model_info: {mosseval: {takes_system: false, refuses: [seed, temperature]}}
  - model_name: by-variable
    litellm_params: {model: os.environ/MY_MODEL, api_base: os.environ/SGLANG_API_BASE, api_key: os.environ/MY_KEY}
"""
VLLM_KEY, SERVE_KEY, MY_KEY = "planted-key-of-vllm", "planted-key-of-serve", "planted-key-of-mine"
PAPER = {"temperature": 0, "top_p": 1, "max_tokens": 1000}
BEAMS = {"num_beams": 5, "repetition_penalty": 1.5}
ON_VLLM = {
    "llava-1.5-7b": "llava-hf/llava-1.5-7b-hf",
    "llava-1.5-13b": "llava-hf/llava-1.5-13b-hf",
    "minicpm-v-2.0": "HwwwH/MiniCPM-V-2",
    "minicpm-llama3-v-2.5": "openbmb/MiniCPM-Llama3-V-2_5",
    "qwen-vl-chat": "Qwen/Qwen-VL-Chat",
}
ON_OURS = ("idefics-9b-instruct", "instructblip-vicuna-7b", "internlm-xcomposer2-7b", "mplug-owl2")


def variable(name: str) -> str:
    return f"MOSSEVAL_{''.join(each.upper() if each.isalnum() else '_' for each in name)}_URL"


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, provider: FakeProvider) -> Iterator[Gateway]:
    base = f"{provider.url}/v1"
    servers = {variable(name): base for name in (*ON_VLLM, *ON_OURS)}
    bases = {f"{name}_API_BASE": base for name in ("HOSTED_VLLM", "SGLANG", "OPENAI_LIKE")}
    keys = {
        "HOSTED_VLLM_API_KEY": VLLM_KEY,
        "MOSSEVAL_SERVE_KEY": SERVE_KEY,
        "MY_KEY": MY_KEY,
        "MY_MODEL": "openai/own",
    }
    with gateway_process(tmp_path_factory.mktemp("gateway"), CONFIG, **servers, **bases, **keys) as running:
        yield running


def ask(gateway: Gateway, provider: FakeProvider, model: str, **parameters: Any) -> tuple[Any, dict[str, str], Any]:
    """The answer, and the head and body that the server got."""
    message = {"role": "assistant", "content": "Yes."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    provider.answers({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})
    image = {"type": "image_url", "image_url": {"url": data_url(picture())}}
    messages: list[Any] = [{"role": "user", "content": [image, {"type": "text", "text": "Is it red?"}]}]
    known = {"model": model, "messages": messages, **parameters}
    answer = gateway.client.chat.completions.create(**known)
    ((path, headers, body),) = provider.requests
    assert path == "/v1/chat/completions"
    return answer, headers, body


@pytest.mark.parametrize("name", ON_VLLM)
def test_an_open_model_on_vllm(gateway: Gateway, provider: FakeProvider, name: str) -> None:
    answer, headers, body = ask(gateway, provider, name, **PAPER, extra_body=BEAMS)
    assert answer.choices[0].message.content == "Yes."
    assert answer.mosseval["dropped_params"] == ["num_beams"]
    assert body["model"] == ON_VLLM[name]
    assert (body["repetition_penalty"], body["temperature"], body["max_tokens"]) == (1.5, 0, 1000)
    assert "num_beams" not in body
    assert headers["authorization"] == f"Bearer {VLLM_KEY}"


@pytest.mark.parametrize("name", ON_OURS)
def test_an_open_model_on_mosseval_serve(gateway: Gateway, provider: FakeProvider, name: str) -> None:
    answer, headers, body = ask(gateway, provider, name, **PAPER, extra_body={**BEAMS, "presence_penalty": 0.5})
    assert answer.mosseval["dropped_params"] == ["presence_penalty"]
    assert body["model"] == name
    assert (body["num_beams"], body["repetition_penalty"]) == (5, 1.5)
    assert headers["authorization"] == f"Bearer {SERVE_KEY}"


@pytest.mark.parametrize(
    ("model", "sent", "key"),
    [
        ("hosted_vllm/org/some-model", "org/some-model", VLLM_KEY),
        ("sglang/org/some-model", "org/some-model", "none"),
        ("openai_like/their-model", "their-model", "none"),
        ("by-variable", "own", MY_KEY),
    ],
)
def test_a_server_gets_its_own_key_and_no_other(
    gateway: Gateway, provider: FakeProvider, model: str, sent: str, key: str
) -> None:
    _, headers, body = ask(gateway, provider, model)
    assert body["model"] == sent
    assert headers["authorization"] == f"Bearer {key}"


def test_what_a_row_refuses_is_left_out_and_said(gateway: Gateway, provider: FakeProvider) -> None:
    answer, _, body = ask(gateway, provider, "no-system", seed=1, temperature=0.5, top_p=0.5)
    assert answer.mosseval["dropped_params"] == ["seed", "temperature"]
    assert body.keys() & {"seed", "temperature", "top_p"} == {"top_p"}


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_system_message_is_refused_where_a_row_takes_none(gateway: Gateway, role: str) -> None:
    messages: Any = [{"role": role, "content": "Be brief."}, {"role": "user", "content": "?"}]
    for model in ("no-system", "instructblip-vicuna-7b"):
        with pytest.raises(openai.BadRequestError) as caught:
            gateway.client.chat.completions.create(model=model, messages=messages)
        assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "messages.0.role")
