"""Conversations that a provider's API cannot hold are refused by name: none is rewritten on its way."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import openai
import pytest
from PIL import Image
from wired import QUESTION, Wired
from wires import WIRES
from wires.anthropic import ANTHROPIC
from wires.base import Sent, Wire, at
from wires.bedrock import BEDROCK
from wires.gemini import GEMINI

from mosseval_proxy.upstream.conversation import APART, NO_EMPTY

BRIEF = {"role": "system", "content": "Be brief."}
ANSWERED = {"role": "assistant", "content": "Ten minutes."}
STRICT = pytest.mark.parametrize("wire", [w for w in WIRES if w.provider in APART], ids=lambda wire: wire.name)
WORDY = pytest.mark.parametrize("wire", [w for w in WIRES if w.provider in NO_EMPTY], ids=lambda wire: wire.name)


def picture() -> dict[str, Any]:
    buffer = io.BytesIO()
    Image.effect_noise((40, 40), 60).convert("RGB").save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


CONVERSATIONS: list[tuple[str, list[Any], str]] = [
    ("a system message later on", [*QUESTION, ANSWERED, BRIEF, *QUESTION], "messages.2.role"),
    ("a developer message at the end", [*QUESTION, {**BRIEF, "role": "developer"}], "messages.1.role"),
    ("a system message alone", [BRIEF], "messages.0.role"),
    ("the system's picture", [{"role": "system", "content": [picture()]}, *QUESTION], "messages.0.content"),
    ("the assistant's picture", [*QUESTION, {"role": "assistant", "content": [picture()]}], "messages.1.content"),
]
SILENT: list[tuple[str, list[Any], str]] = [
    ("no words", [{"role": "user", "content": ""}], "messages.0.content"),
    ("white space", [*QUESTION, {"role": "assistant", "content": " \n"}, *QUESTION], "messages.1.content"),
    ("no parts", [{"role": "user", "content": []}], "messages.0.content"),
    ("parts without words", [{"role": "user", "content": [text(""), text(" ")]}], "messages.0.content"),
]


def check_refused(on_the_wire: Wired, wire: Wire, messages: list[Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=messages)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", param)
    assert on_the_wire.provider.requests == []


@STRICT
@pytest.mark.parametrize(
    ("messages", "param"), [row[1:] for row in CONVERSATIONS], ids=[row[0] for row in CONVERSATIONS]
)
def test_what_cannot_be_said_in_its_place(on_the_wire: Wired, wire: Wire, messages: list[Any], param: str) -> None:
    check_refused(on_the_wire, wire, messages, param)


@WORDY
@pytest.mark.parametrize(("messages", "param"), [row[1:] for row in SILENT], ids=[row[0] for row in SILENT])
def test_a_message_that_says_nothing(on_the_wire: Wired, wire: Wire, messages: list[Any], param: str) -> None:
    check_refused(on_the_wire, wire, messages, param)


@WORDY
def test_a_picture_without_words_stays_without(on_the_wire: Wired, wire: Wire) -> None:
    content = [text(""), picture()]
    on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=[{"role": "user", "content": content}])
    body = json.dumps(on_the_wire.provider.last_body)
    assert content[1]["image_url"]["url"].partition(",")[2] in body
    # Google's two get a space from litellm, which says nothing either.
    assert not "".join(re.findall(r'"text": "(.*?)"', body)).strip()


@pytest.mark.parametrize(
    ("wire", "place"),
    [(ANTHROPIC, "system"), (GEMINI, "system_instruction.parts"), (BEDROCK, "system")],
    ids=lambda each: getattr(each, "name", ""),
)
def test_several_system_messages_in_front(on_the_wire: Wired, wire: Wire, place: str) -> None:
    messages = [BRIEF, {"role": "system", "content": "Be kind."}, *QUESTION]
    on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=messages)
    assert [each["text"] for each in at(on_the_wire.provider.last_body, place)] == ["Be brief.", "Be kind."]


@pytest.mark.parametrize("wire", [w for w in WIRES if w.provider != "deepseek"], ids=lambda wire: wire.name)
def test_what_a_turn_says_beside_its_words_arrives_or_is_listed(on_the_wire: Wired, wire: Wire) -> None:
    shown = picture()
    shown["image_url"]["detail"] = "low"
    messages = [{"role": "user", "name": "bob", "content": [text("What is it?"), shown]}]
    answer = on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=messages)
    body = json.dumps(on_the_wire.provider.last_body)
    arrived = {"image_url.detail": '"detail": "low"' in body, "messages.name": '"name": "bob"' in body}
    assert answer.mosseval["dropped_params"] == [name for name, found in sorted(arrived.items()) if not found]
