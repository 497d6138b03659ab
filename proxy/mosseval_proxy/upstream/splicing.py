"""Pictures past litellm: it is given a short stand-in for each, and the picture is put into the request that leaves.

litellm splits, copies and encodes a picture of megabytes several times on its way; what arrives is the same. Only for
providers whose requests are JSON with the picture's base64 in it: where the body is signed (Bedrock) or a picture is
looked into (Ollama), it goes the whole way. It also shows where litellm leaves a picture out without a word (DeepSeek):
the question is not asked then.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

import httpx

TOKEN = secrets.token_hex(30)
"""With a number of four digits behind it, this is base64 that nobody outside this process can know."""
STAND_IN = re.compile(f"{TOKEN}(\\d{{4}})".encode())
SPLICED = frozenset(
    {
        "anthropic",
        "azure",
        "cohere",
        "cohere_chat",
        "dashscope",
        "deepseek",
        "gemini",
        "hosted_vllm",
        "mistral",
        "openai",
        "vertex_ai",
        "xai",
    }
)
"""Providers for which this has been seen to arrive whole, or to be noticed."""

Payload = bytes | memoryview


class Lost(httpx.RequestError):
    """A picture is not where it belongs, exactly once: the question is not asked without it."""


def stand_in(index: int) -> str:
    """What litellm is given in place of the payload of the picture with this number."""
    return f"{TOKEN}{index:04d}"


def spliced(request: httpx.Request, payloads: Sequence[Payload]) -> httpx.Request:
    """The request with every payload in its place. Raises Lost."""
    texts = STAND_IN.split(request.content)
    # With one group in the pattern, every second piece is a number.
    if sorted(map(int, texts[1::2])) != list(range(len(payloads))):
        raise Lost("a picture was lost on its way to the provider")
    pieces: list[Payload] = [texts[0]]
    for number, text in zip(texts[1::2], texts[2::2], strict=True):
        pieces += [payloads[int(number)], text]
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    content = b"".join(pieces)
    return httpx.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)
