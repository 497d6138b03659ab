"""A provider in whose form the gateway does not read: litellm's mapping is taken, with the body beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from wired import Wired, wired
from wires import cohere_v1
from wires.base import CUT, Sent

WIRE = cohere_v1.COHERE_V1
BROKEN = [Sent(b'{"text": "hel'), Sent(b""), Sent(CUT), Sent({})]


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with wired(tmp_path_factory.mktemp("mapped"), (WIRE,)) as running:
        yield running


def test_an_answer(mapped: Wired) -> None:
    answer = mapped.ask(WIRE, Sent(WIRE.answer("hello")))
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("hello", "stop")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 2)
    assert (answer.mosseval["provider"], answer.mosseval["block"]) == ("cohere_chat", None)
    assert [request[0] for request in mapped.provider.requests] == ["/v1/chat"]


def test_a_blank_stays_a_blank(mapped: Wired) -> None:
    answer = mapped.ask(WIRE, Sent(WIRE.blank))
    assert (answer.choices[0].message.content or "", answer.choices[0].finish_reason) == ("", "stop")


def test_a_block_is_read_from_the_body(mapped: Wired) -> None:
    block = WIRE.blocks[0]
    answer = mapped.ask(WIRE, block.sent)
    assert answer.mosseval["block"]["reason"] == block.reason
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (block.text, "content_filter")


@pytest.mark.parametrize("sent", [*BROKEN, WIRE.failures[0].sent])
def test_what_is_no_answer_is_a_failure(mapped: Wired, sent: Sent) -> None:
    failure = mapped.failure(WIRE, sent)
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")


def test_a_stream(mapped: Wired) -> None:
    chunks = mapped.ask_streamed(WIRE, WIRE.streamed(WIRE.half, WIRE.rest))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello"
    assert chunks[-2].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("rest", [[], [CUT]], ids=["ends early", "cut"])
def test_a_stream_that_breaks_is_an_error_event(mapped: Wired, rest: list[Any]) -> None:
    stream = mapped.ask(WIRE, WIRE.streamed(WIRE.half, rest), stream=True)
    with pytest.raises(openai.APIError) as caught:
        list(stream)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["code"] == "upstream_unavailable"
