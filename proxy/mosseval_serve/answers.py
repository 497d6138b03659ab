"""The bodies of answers, plain and as server-sent events, in OpenAI's form as the `openai` package reads it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mosseval_serve.errors import ServeError
from mosseval_serve.jobs import End, Piece, TokenLogprob

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What every body of one answer says."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def fields(self, kind: str) -> dict[str, Any]:
        """The common fields; `kind` is OpenAI's `object`."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def completion(head: Head, pieces: Sequence[Piece], end: End, *, logprobs: bool) -> bytes:
    """A plain answer."""
    message = {"role": "assistant", "content": "".join(piece.text for piece in pieces), "refusal": None}
    tokens = [token for piece in pieces for token in piece.logprobs]
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": end.finish_reason,
        "logprobs": _logprobs(tokens) if logprobs else None,
    }
    return orjson.dumps({**head.fields("chat.completion"), "choices": [choice], "usage": _usage(end)})


@dataclass(frozen=True, slots=True)
class Chunks:
    """The events of a streamed answer: the role, text, the finish reason, usage where asked for, `[DONE]`."""

    head: Head
    include_usage: bool
    logprobs: bool

    def first(self) -> bytes:
        """The role."""
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, piece: Piece) -> bytes:
        """Some text."""
        return self._chunk({"content": piece.text}, logprobs=_logprobs(piece.logprobs) if self.logprobs else None)

    def last(self, end: End) -> bytes:
        """The end, with `[DONE]`."""
        said = self._chunk({}, finish=end.finish_reason)
        if self.include_usage:
            said += _event({**self.head.fields("chat.completion.chunk"), "choices": [], "usage": _usage(end)})
        return said + DONE

    def failure(self, error: ServeError) -> bytes:
        """An answer that broke off: an error, and no `[DONE]`."""
        return _event(error.body())

    def _chunk(self, delta: dict[str, Any], *, finish: str | None = None, logprobs: Any = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": logprobs}
        usage = {"usage": None} if self.include_usage else {}
        return _event({**self.head.fields("chat.completion.chunk"), "choices": [choice], **usage})


def _event(document: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"


def _usage(end: End) -> dict[str, int]:
    total = end.prompt_tokens + end.completion_tokens
    return {"prompt_tokens": end.prompt_tokens, "completion_tokens": end.completion_tokens, "total_tokens": total}


def _logprobs(tokens: Sequence[TokenLogprob]) -> dict[str, Any]:
    content = [
        {**_token(token.token, token.logprob), "top_logprobs": [_token(*each) for each in token.top]}
        for token in tokens
    ]
    return {"content": content, "refusal": None}


def _token(text: str, logprob: float) -> dict[str, Any]:
    # JSON has no infinity: -9999 is what a token that cannot be is given by convention.
    return {"token": text, "logprob": max(logprob, -9999.0), "bytes": list(text.encode())}
