"""One chat completion asked over HTTP, plain or streamed, reduced to what must be the same wherever it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: text (a blank for none), finish reason, and the tokens of prompt and completion."""

    text: str
    finish: str | None
    tokens: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer with the body that it came in."""

    said: Said
    body: Mapping[str, Any]

    @property
    def dropped(self) -> list[str]:
        """The parameters that the gateway left out."""
        return list(self.body["mosseval"]["dropped_params"])


class Endpoint:
    """An OpenAI-compatible server at the client's base URL (with `/v1`), asked for `model`."""

    def __init__(self, client: httpx.Client, model: str) -> None:
        self._client = client
        self._model = model

    def of(self, model: str) -> Endpoint:
        """The same server, asked for another model."""
        return Endpoint(self._client, model)

    def plain(self, messages: list[Any], **parameters: Any) -> Whole:
        """Raises HTTPStatusError for a failure."""
        response = self.post(messages, **parameters).raise_for_status()
        body = response.json()
        choice = body["choices"][0]
        said = Said(choice["message"]["content"] or "", choice["finish_reason"], _tokens(body["usage"]))
        return Whole(said, body)

    def streamed(self, messages: list[Any], **parameters: Any) -> Said:
        """The same as a stream, its pieces put together. Raises HTTPStatusError or RuntimeError for a broken one."""
        body = self._body(messages, {**parameters, "stream": True, "stream_options": {"include_usage": True}})
        texts: list[str] = []
        finish, tokens, done = None, (0, 0), False
        with self._client.stream("POST", "/chat/completions", json=body) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                data = line.removeprefix("data: ")
                done = done or data == "[DONE]"
                if not line.startswith("data: ") or data == "[DONE]":
                    continue
                chunk = json.loads(data)
                if chunk.get("usage"):
                    tokens = _tokens(chunk["usage"])
                for choice in chunk.get("choices", ()):
                    texts.append(choice["delta"].get("content") or "")
                    finish = choice.get("finish_reason") or finish
        if not done:
            raise RuntimeError("the stream ended without [DONE]")
        return Said("".join(texts), finish, tokens)

    def post(self, messages: list[Any], **parameters: Any) -> httpx.Response:
        """The response as it came."""
        return self._client.post("/chat/completions", json=self._body(messages, parameters))

    def _body(self, messages: list[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"model": self._model, "messages": messages, **parameters}


def _tokens(usage: Mapping[str, Any]) -> tuple[int, int]:
    return int(usage["prompt_tokens"]), int(usage["completion_tokens"])
