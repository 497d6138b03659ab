"""What is asked: the body of a chat-completion request, and the fingerprint that says whether it changed.

API: https://platform.openai.com/docs/api-reference/chat/create, images as `data:` URLs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mosseval.images import EncodedImage

SAMPLE_HEADER = "X-Mosseval-Sample"
"""Sent to our own gateway alone, `BENCHMARK/ID`: replay finds its answers by it."""
GAP = orjson.Fragment(b"\0")
"""Where the picture goes: a byte that JSON text never holds, whatever a question says."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Sampling parameters. None is not sent; `max_tokens` always is. `extra` holds what a preset adds."""

    max_tokens: int = 1024
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    extra: Mapping[str, int | float | bool] = field(default_factory=dict)

    def parameters(self) -> dict[str, int | float | bool]:
        """The parameters that are sent, by their names on the wire."""
        named = {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
        }
        return {**{key: value for key, value in named.items() if value is not None}, **self.extra}


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How pictures are prepared: long edge in pixels, file size in bytes; None leaves them as they are."""

    long_edge: int | None = None
    max_bytes: int | None = None
    text_only: bool = False
    """No picture is sent."""

    def document(self) -> dict[str, int | bool | None]:
        """The JSON form. `text_only` stands in it only where it is true: older runs and fingerprints hold no such
        field."""
        told: dict[str, int | bool | None] = {"long_edge": self.long_edge, "max_bytes": self.max_bytes}
        return {**told, "text_only": True} if self.text_only else told


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """What every request of a run shares."""

    model: str
    decoding: Decoding = field(default_factory=Decoding)
    system_prompt: str | None = None
    safety_settings: Mapping[str, Any] | None = None
    image_options: ImageOptions = field(default_factory=ImageOptions)

    def fingerprint(self, question: str, images: Sequence[str | None] = ()) -> str:
        """SHA-256 of all that is sent: parameters, text, and the source pictures' bytes (by their hashes, in order)."""
        document: dict[str, Any] = {
            "shared": self._shared(),
            "system": self.system_prompt,
            "question": question,
            "image": images[0] if images else None,
            "image_options": self.image_options.document(),
        }
        if len(images) > 1:
            document["more_images"] = list(images[1:])
        return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def body(self, question: str, *images: EncodedImage) -> bytes:
        """The JSON body: the pictures first, then the question, as one user message."""
        content: str | list[dict[str, Any]] = question
        if images:
            shown: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": GAP}} for _ in images]
            content = [*shown, {"type": "text", "text": question}]
        messages: list[dict[str, Any]] = [{"role": "user", "content": content}]
        if self.system_prompt is not None:
            messages.insert(0, {"role": "system", "content": self.system_prompt})
        document = orjson.dumps({**self._shared(), "messages": messages})
        if not images:
            return document
        # The pictures are most of the body: put in last, each is copied once and its length is known beforehand.
        before, *rest = document.split(b"\0")
        parts = [before]
        for image, after in zip(images, rest, strict=True):
            parts += (b'"data:', image.type.encode(), b";base64,", image.base64, b'"', after)
        return b"".join(parts)

    def _shared(self) -> dict[str, Any]:
        shared: dict[str, Any] = {"model": self.model, **self.decoding.parameters()}
        if self.safety_settings is not None:
            shared["mosseval"] = {"safety_settings": dict(self.safety_settings)}
        return shared
