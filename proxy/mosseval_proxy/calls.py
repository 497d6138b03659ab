"""From a request that was read to a call that can be made: is the model there, are its pictures as it takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.chat_request import Asked, ImagePart, Message
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images import ImageLimits, check_image
from mosseval_proxy.records import Call
from mosseval_proxy.skeleton import marked

RECORDED = "recorded answers of it can be served with --replay"


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls out of requests, by one catalogue and within one set of bounds."""

    catalogue: Catalogue
    image_limits: ImageLimits

    async def make(self, asked: Asked, sample: str | None) -> Call:
        """Checks model and pictures; `sample` is what the evaluator's header names. Raises GatewayError."""
        chat, limits = asked.chat, self.image_limits
        entry = self.catalogue.find(chat.model)
        _check_callable(entry)
        if len(asked.urls) > limits.max_images:
            raise GatewayError(
                "request_too_large",
                f"{len(asked.urls)} pictures; at most {limits.max_images} are taken",
                param="messages",
            )
        pictures = [await asyncio.to_thread(check_image, url, at, limits) for at, url in enumerate(asked.urls)]
        settings = chat.mosseval.safety_settings
        return Call(
            model=chat.model,
            entry=entry,
            messages=_messages(chat.messages),
            params=chat.sampling(),
            safety_settings=dict(settings) if settings else None,
            pictures=tuple(pictures),
            sample=sample,
        )


def _check_callable(entry: Entry) -> None:
    """Raises GatewayError for a model that is listed and cannot be asked."""
    own = entry.own
    if own.status == "retired":
        since = f" on {own.retired_on}" if own.retired_on else ""
        then = f"; its successor is {own.successor}" if own.successor else ""
        raise GatewayError("model_retired", f"{entry.id} was retired{since}{then}; {RECORDED}", param="model")
    if entry.is_wildcard:
        raise GatewayError("model_not_found", f"{entry.id} stands for many: name one of them", param="model")
    if own.status == "web-only":
        raise GatewayError("model_not_configured", f"{entry.id} has no API; {RECORDED}", param="model")
    if entry.needs:
        needs = ", ".join(entry.needs)
        raise GatewayError(
            "model_not_configured", f"{entry.id} needs {needs} to be set", param="model", extra={"needs": entry.needs}
        )


def _messages(messages: list[Message]) -> tuple[Mapping[str, Any], ...]:
    """The messages in OpenAI's form, with a mark for each picture."""
    found, seen = [], 0
    for message in messages:
        document: dict[str, Any] = {"role": message.role, "content": message.content}
        if not isinstance(message.content, str):
            parts: list[dict[str, Any]] = []
            for part in message.content:
                if isinstance(part, ImagePart):
                    parts.append({"type": "image_url", "image_url": _image_url(part, seen)})
                    seen += 1
                else:
                    parts.append({"type": "text", "text": part.text})
            document["content"] = parts
        if message.name is not None:
            document["name"] = message.name
        found.append(document)
    return tuple(found)


def _image_url(part: ImagePart, index: int) -> dict[str, str]:
    detail = part.image_url.detail
    return {"url": marked(index)} if detail is None else {"url": marked(index), "detail": detail}
