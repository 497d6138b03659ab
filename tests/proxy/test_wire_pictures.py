"""What arrives of pictures at every provider: the whole file, in its place, once, and nothing that stood for it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from PIL import Image
from wired import Wired
from wires import WIRES
from wires.base import Sent, Wire

TEXT_ALONE = frozenset({"deepseek"})
"""Providers that take no picture: litellm leaves it out without a word."""
APART = frozenset({"ollama_chat", "ollama"})
"""Providers that are sent texts and pictures apart."""
STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])


def _file(kind: str, side: int) -> str:
    buffer = io.BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for child in document.values() if isinstance(document, dict) else document:
            yield from _texts(child)


@STREAMED
@pytest.mark.parametrize("wire", [w for w in WIRES if w.provider not in TEXT_ALONE], ids=lambda wire: wire.name)
def test_pictures_arrive_whole(on_the_wire: Wired, wire: Wire, *, streamed: bool) -> None:
    files = [_file("PNG", 40), _file("JPEG", 300)]
    content: list[Any] = [{"type": "text", "text": "Before."}]
    for file, kind in zip(files, ("png", "jpeg"), strict=True):
        content.append({"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{file}"}})
    content.append({"type": "text", "text": "After."})
    sent = wire.streamed(wire.half, wire.rest) if streamed else Sent(wire.answer("hello"))
    got = on_the_wire.ask(wire, sent, messages=[{"role": "user", "content": content}], stream=streamed)
    if streamed:
        assert "".join(piece.choices[0].delta.content or "" for piece in got if piece.choices) == "hello"
    [(_, _, body)] = on_the_wire.provider.requests
    ends = ("Before.", *files, "After.")
    order = [next(end for end in ends if text.endswith(end)) for text in _texts(body) if text.endswith(ends)]
    if wire.provider in APART:
        assert [text for text in order if text in files] == files
    else:
        assert order == list(ends)
    assert json.dumps(body).count(files[1]) == 1


@STREAMED
@pytest.mark.parametrize("wire", [w for w in WIRES if w.provider in TEXT_ALONE], ids=lambda wire: wire.name)
def test_no_question_is_asked_without_its_picture(on_the_wire: Wired, wire: Wire, *, streamed: bool) -> None:
    url = f"data:image/png;base64,{_file('PNG', 40)}"
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask(
            wire, Sent(wire.answer("hello")), messages=[{"role": "user", "content": content}], stream=streamed
        )
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "messages")
    assert on_the_wire.provider.requests == []


@STREAMED
def test_nor_by_a_provider_that_nobody_has_looked_at(on_the_wire: Wired, *, streamed: bool) -> None:
    """litellm puts the texts alone into the request, as it does for many."""
    url = f"data:image/png;base64,{_file('PNG', 40)}"
    content: list[Any] = [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    on_the_wire.provider.answers({"generated_text": "hello", "nb_input_tokens": 3, "nb_generated_tokens": 2})
    assert on_the_wire.ask_for("seldom").choices[0].message.content == "hello"
    on_the_wire.provider.requests.clear()
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask_for("seldom", messages=[{"role": "user", "content": content}], stream=streamed)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "messages")
    assert on_the_wire.provider.requests == []
