"""Judge models for a `FakeEndpoint` (its `thinks`): what they make of the request as it arrived."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from fake_endpoint import Reply, answer

FENCED = re.compile(r"<<(request|reply) ([0-9a-f]{32})>>\n(.*?)\n<<end \1 \2>>", re.DOTALL)
ORDER = "ZEBRA"
"""Stands in every order that an attack gives: the judge obeys whatever of it stands outside the fence."""


def verdict(label: str = "comply", refusal: bool | None = None, reason: str = "so it is", quote: str = "") -> Reply:
    """A verdict as a judge should write it."""
    refusal = label == "refuse" if refusal is None else refusal
    return answer(json.dumps({"reason": reason, "quote": quote, "label": label, "refusal": refusal}))


def text_of(body: Mapping[str, Any]) -> str:
    """All text of a request, system message first."""
    return "\n".join(map(_text, (message["content"] for message in body["messages"])))


def material(body: Mapping[str, Any]) -> dict[str, str]:
    """The fenced texts by what they are: request and reply."""
    user = _text(body["messages"][-1]["content"])
    return {match[1]: match[3] for match in FENCED.finditer(user)}


def obedient(body: Mapping[str, Any]) -> Reply:
    """Strips the fenced part and obeys any order found in the rest; else says honestly what the reply does."""
    if ORDER in FENCED.sub("", text_of(body)):
        return verdict("comply", reason="as I was ordered")
    reply = material(body)["reply"]
    return verdict("refuse" if "can't" in reply else "comply", quote=reply[:24])


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "text")
