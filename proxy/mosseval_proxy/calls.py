"""From a request that was read to a call that can be made: is the model there, are its pictures as it takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.chat_request import Asked, ChatRequest, ImagePart, Message
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.prepare import Pictures
from mosseval_proxy.images.rules import rules_of
from mosseval_proxy.records import Call, Picture
from mosseval_proxy.safety import settings_for
from mosseval_proxy.skeleton import marked

RECORDED = "recorded answers of it can be served with --replay"


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes calls out of requests. What `passed_through` says yes to is asked directly: its server checks pictures."""

    catalogue: Catalogue
    pictures: Pictures
    passed_through: Callable[[Entry], bool]

    async def make(self, asked: Asked, sample: str | None) -> Call:
        """Checks model and pictures; `sample` is what the evaluator's header names. Raises GatewayError."""
        chat = asked.chat
        entry = self.catalogue.find(chat.model)
        _check_callable(entry)
        _check_system(entry, chat.messages)
        _check_made(entry, chat)
        pictures: tuple[Picture, ...] = ()
        if asked.urls:
            rules = rules_of(entry, checked=not self.passed_through(entry))
            pictures = await self.pictures.prepare(asked.urls, rules)
        settings = chat.mosseval.safety_settings
        return Call(
            model=chat.model,
            entry=entry,
            messages=_messages(chat.messages),
            params=chat.parameters(),
            safety_settings=dict(settings) if settings else None,
            pictures=pictures,
            sample=sample,
        )


def _check_made(entry: Entry, chat: ChatRequest) -> None:
    """Raises GatewayError for what recorded and simulated answers cannot have: a form, safety switches."""
    if not (entry.replay or entry.simulated):
        return
    if chat.response_format is not None and chat.response_format.document():
        raise GatewayError(
            "unsupported_parameter", f"response_format: {entry.id} does not take it", param="response_format"
        )
    settings_for(entry.provider, entry.id, asked=chat.mosseval.safety_settings, own=entry.own.safety, params={})


def _check_callable(entry: Entry) -> None:
    """Raises GatewayError for a model that is listed and cannot be asked."""
    own = entry.own
    if own.status == "retired":
        since = f" on {own.retired_on}" if own.retired_on else ""
        then = f"; its successor is {own.successor}" if own.successor else ""
        raise GatewayError(
            "model_retired",
            f"{entry.id} was retired{since}{then}; {RECORDED}",
            param="model",
            extra={
                "retired_on": own.retired_on and own.retired_on.isoformat(),
                "successor": own.successor,
                "replay": RECORDED,
            },
        )
    if entry.is_wildcard:
        raise GatewayError("model_not_found", f"{entry.id} stands for many: name one of them", param="model")
    if own.status == "web-only":
        raise GatewayError(
            "model_not_configured", f"{entry.id} has no API; {RECORDED}", param="model", extra={"replay": RECORDED}
        )
    if entry.needs:
        needs = ", ".join(entry.needs)
        how = f"; it runs on a server of your own ({own.serve.engine})" if own.serve else ""
        raise GatewayError(
            "model_not_configured",
            f"{entry.id} needs {needs} to be set{how}",
            param="model",
            extra={"needs": entry.needs},
        )


def _check_system(entry: Entry, messages: list[Message]) -> None:
    """Raises GatewayError for a system message to a model that takes none: nothing is folded away in silence."""
    at = next((at for at, each in enumerate(messages) if each.role in ("system", "developer")), None)
    if at is not None and not entry.own.takes_system:
        raise GatewayError("unsupported_parameter", f"{entry.id} takes no system message", param=f"messages.{at}.role")


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
