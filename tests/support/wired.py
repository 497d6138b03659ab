"""A gateway process whose every deployment leads to one fake provider, which speaks as any `Wire` does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest
from fake_provider import FakeProvider, Pause
from gateway_process import Gateway, gateway_process
from wires.base import CUT, HALF, KEY, Sent, Wire, deployment
from wires.bedrock import BEDROCK

ROUTER = {
    "rpm": 1000,
    "tpm": 100_000,
    "order": 1,
    "weight": 2,
    "max_parallel_requests": 50,
    "tags": ["a"],
    "stream_timeout": 20,
}
"""What LiteLLM's Router reads of an entry: none of it is for the provider."""


def _beside(url: str) -> list[dict[str, Any]]:
    """Deployments that are no provider's own: names for many, several under one name, one in haste, one with limits."""
    openai = {"api_base": f"{url}/v1", "api_key": "os.environ/PLANTED_KEY"}
    gemini = {"api_base": f"{url}/v1beta", "api_key": "os.environ/PLANTED_KEY"}
    nobody = {"api_base": "http://127.0.0.1:1", "api_key": "os.environ/PLANTED_KEY"}
    strict = {"safety": {"HARM_CATEGORY_HARASSMENT": "BLOCK_LOW_AND_ABOVE"}}
    return [
        {"model_name": "my/*", "litellm_params": {"model": "openai/*", **openai, "weight": 1}},
        {"model_name": "twice", "litellm_params": {"model": "openai/first", **openai, "weight": 1}},
        {"model_name": "twice", "litellm_params": {"model": "openai/second", **openai, "weight": 1}},
        {"model_name": "hasty", "litellm_params": {"model": "openai/hasty", **openai, "weight": 1, "timeout": 0.3}},
        {"model_name": "limited", "litellm_params": {"model": "openai/limited", **openai, **ROUTER}},
        {
            "model_name": "picky",
            "litellm_params": {"model": "openai/picky", **openai, "weight": 1},
            "model_info": {"mosseval": {"refuses": ["temperature", "seed"], "takes_system": False}},
        },
        {"model_name": "o1-mini", "litellm_params": {"model": "openai/o1-mini", "api_key": "os.environ/PLANTED_KEY"}},
        {
            "model_name": "inspected",
            "litellm_params": {"model": "dashscope/qwen-vl-max", **openai, "extra_headers": {"X-Own": "kept"}},
        },
        {"model_name": "nobody", "litellm_params": {"model": "openai/a", **nobody, "weight": 1}},
        {"model_name": "nobody-translated", "litellm_params": {"model": "anthropic/claude-3-haiku-20240307", **nobody}},
        {
            "model_name": "seldom",
            "litellm_params": {
                "model": "nlp_cloud/dolphin",
                "api_base": f"{url}/",
                "api_key": "os.environ/PLANTED_KEY",
            },
        },
        {"model_name": "cool", "litellm_params": {"model": "openai/cool", **openai, "temperature": 0.25}},
        {
            "model_name": "bedrock-gpt",
            "litellm_params": {
                **{name: value.replace("{url}", url) for name, value in BEDROCK.params.items()},
                "model": "bedrock/openai.gpt-5.4",
            },
        },
        {"model_name": "magistral", "litellm_params": {"model": "mistral/magistral-medium-2506", **openai}},
        {"model_name": "gemini-3", "litellm_params": {"model": "gemini/gemini-3-pro-preview", **gemini}},
        {"model_name": "gemma", "litellm_params": {"model": "gemini/gemma-3-27b-it", **gemini}},
        {"model_name": "gemini-new", "litellm_params": {"model": "gemini/gemini-99-new", **gemini}},
        {
            "model_name": "gemini-strict",
            "litellm_params": {"model": "gemini/gemini-1.5-pro", **gemini},
            "model_info": {"mosseval": strict},
        },
    ]


QUESTION: list[Any] = [{"role": "user", "content": "How do I boil an egg?"}]


@dataclass
class Wired:
    """The gateway and the provider behind it."""

    gateway: Gateway
    provider: FakeProvider

    def sends(self, wire: Wire, sent: Sent) -> None:
        """What the provider sends from now on."""
        body, headers = sent.body, dict(sent.headers)
        if sent.events is not None:
            whole = {CUT, HALF}
            body = [
                event
                if isinstance(event, float | bytes | Pause) or (isinstance(event, str) and event in whole)
                else wire.encode(event)
                for event in sent.events
            ]
            headers = {"Content-Type": wire.content_type, **headers}
        elif isinstance(body, list):
            body = json.dumps(body).encode()
        self.provider.answers(body, sent.status, **headers)

    def ask(self, wire: Wire, sent: Sent, **parameters: Any) -> Any:
        """The answer to one question. Raises what the `openai` package raises."""
        self.sends(wire, sent)
        return self.ask_for(wire.model, **parameters)

    def ask_for(self, model: str, **parameters: Any) -> Any:
        """The same of any model, whatever the provider sends."""
        known = {"messages": QUESTION, "max_tokens": 64, **parameters}
        return self.gateway.client.chat.completions.create(model=model, **known)

    def ask_streamed(self, wire: Wire, sent: Sent, **parameters: Any) -> list[Any]:
        """All pieces of a streamed answer with its usage."""
        options = {"stream": True, "stream_options": {"include_usage": True}}
        return list(self.ask(wire, sent, **options, **parameters))

    def failure(self, wire: Wire, sent: Sent, **parameters: Any) -> openai.APIStatusError:
        """The failure that a question ends in."""
        with pytest.raises(openai.APIStatusError) as caught:
            self.ask(wire, sent, **parameters)
        return caught.value


@contextmanager
def wired(folder: Path, wires: Sequence[Wire], **environment: str) -> Iterator[Wired]:
    """Runs both until the block ends, with litellm loaded."""
    with FakeProvider() as provider:
        for wire in wires:
            provider.asides.update(wire.asides)
        entries = [*(deployment(wire, provider.url) for wire in wires), *_beside(provider.url)]
        config = json.dumps({"model_list": entries})
        # Where litellm looks for OpenAI itself: with an `api_base` of its own an entry would be passed through.
        known = {"PLANTED_KEY": KEY, "OPENAI_BASE_URL": f"{provider.url}/v1", **environment}
        with gateway_process(folder, config, **known) as gateway:
            running = Wired(gateway, provider)
            running.ask(wires[0], Sent(wires[0].answer("hello")))
            yield running
