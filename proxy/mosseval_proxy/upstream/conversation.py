"""Conversations that a provider's API cannot hold: litellm would rewrite them without a word, so they are refused.

It puts a system message from the middle of a conversation in front of it or into the user's mouth, leaves a message
without words out or invents some for it, begins one that has only a system message with a full stop, and loses
pictures that are not the user's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.records import Call

NO_SYSTEM = re.compile(r"gemma-|o1-mini|o1-preview")
"""The models, by their providers' names for them, that take no system message."""
APART = frozenset({"anthropic", "bedrock", "bedrock_converse", "gemini", "vertex_ai", "vertex_ai_beta"})
"""Providers that are told the system message apart from the conversation."""
NO_EMPTY = APART | {"mistral"}
"""Providers that get no message and no part without words."""
SYSTEM = frozenset({"system", "developer"})

Messages = Sequence[Mapping[str, Any]]


def check(call: Call, provider: str, model: str) -> None:
    """Raises GatewayError where `model` (by the provider's name) would be asked something else."""
    if NO_SYSTEM.match(model):
        at = next((at for at, each in enumerate(call.messages) if each["role"] in SYSTEM), None)
        _refuse(at, "role", f"{call.model} takes no system message")
    if provider in APART:
        _check_roles(call)
    if provider in NO_EMPTY:
        at = next((at for at, each in enumerate(call.messages) if not _said(each["content"])), None)
        _refuse(at, "content", f"{call.model} takes no message without words or pictures")


def sayable(messages: list[dict[str, Any]], provider: str) -> list[dict[str, Any]]:
    """The messages without their parts that say nothing, where the provider takes none of those."""
    if provider not in NO_EMPTY:
        return messages
    return [{**message, "content": _said(message["content"])} for message in messages]


def _check_roles(call: Call) -> None:
    turns = [at for at, each in enumerate(call.messages) if each["role"] not in SYSTEM]
    if not turns:
        _refuse(0, "role", f"{call.model} takes no system message alone")
    late = next((at for at in range(turns[0], len(call.messages)) if at not in turns), None)
    _refuse(late, "role", f"{call.model} takes a system message only before all others")
    pictured = (at for at, each in enumerate(call.messages) if each["role"] != "user" and _pictured(each["content"]))
    _refuse(next(pictured, None), "content", f"{call.model} takes pictures from the user alone")


def _refuse(at: int | None, field: str, words: str) -> None:
    if at is not None:
        raise GatewayError("unsupported_parameter", words, param=f"messages.{at}.{field}")


def _said(content: Any) -> Any:
    """What of a content says something; empty where nothing does."""
    if isinstance(content, str):
        return content if content.strip() else ""
    return [part for part in content if part["type"] != "text" or part["text"].strip()]


def _pictured(content: Any) -> bool:
    return not isinstance(content, str) and any(part["type"] == "image_url" for part in content)
