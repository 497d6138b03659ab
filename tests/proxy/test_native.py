"""The providers' native forms, read without a network: whatever comes, and however it is cut into pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wires import anthropic, bedrock, cohere, gemini, ollama
from wires.base import Wire

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.native import FORMS, Form, form_of, read_native
from mosseval_proxy.parameters import chat_form
from mosseval_proxy.records import Answer, Delta
from mosseval_proxy.upstream.tap import NativeStream

LIMIT = 64 * 1024
CALMLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Other tests may have the machine."""
WIRES = (anthropic.ANTHROPIC, gemini.GEMINI, bedrock.BEDROCK, cohere.COHERE, ollama.OLLAMA)
PATHS = {wire.name: (wire.stream_path or wire.path).partition("?")[0] for wire in WIRES}
EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
FIELDS = """
type content text thinking usage delta message stop_reason candidates finishReason parts promptFeedback blockReason
safetyRatings blocked output stopReason trace guardrail inputAssessment outputAssessments contentPolicy filters action
finish_reason tokens input_tokens done done_reason error code usageMetadata
"""
VALUES = """
message_delta content_block_delta message-end content-delta contentBlockDelta SAFETY refusal guardrail_intervened
ERROR_TOXIC BLOCKED STOP \ud800
"""
NAMES, WORDS = st.sampled_from(FIELDS.split()), st.sampled_from(VALUES.split())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=8,
)


def stream_of(wire: Wire) -> NativeStream:
    form = form_of(PATHS[wire.name])
    assert form is not None
    return NativeStream(form, wire.provider, LIMIT)


def bytes_of(wire: Wire, events: Any) -> bytes:
    return b"".join(wire.encode(event) for event in events)


@pytest.mark.parametrize("form", [form for _, form in FORMS])
@CALMLY
@given(document=st.dictionaries(NAMES, ANYTHING, max_size=6))
def test_any_object_is_an_answer_or_a_failure(form: Form, document: dict[str, Any]) -> None:
    outcome = read_native(form, document, "somebody")
    if isinstance(outcome, Answer):
        (outcome.text or "").encode()
        (outcome.refusal or "").encode()
        assert (outcome.finish_reason == "content_filter") == (outcome.block is not None)
        assert all(type(count) is int for count in (outcome.usage or {}).values())


@EVERY
@CALMLY
@given(events=st.lists(st.dictionaries(NAMES, ANYTHING, max_size=6), max_size=4))
def test_any_events_are_an_answer_or_a_failure(wire: Wire, events: list[dict[str, Any]]) -> None:
    stream = stream_of(wire)
    if wire is bedrock.BEDROCK:
        framed = b"".join(bedrock.frame(("event", "metadata", event)) for event in events)
    else:
        framed = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    stream.feed(framed)
    assert isinstance(stream.outcome(), Answer | GatewayError)


@EVERY
@CALMLY
@given(data=st.data())
def test_a_stream_is_the_same_however_it_is_cut(wire: Wire, data: st.DataObject) -> None:
    whole = bytes_of(wire, [*wire.half, *wire.rest])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=12)))
    stream = stream_of(wire)
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    deltas = [stream.feed(piece) for piece in pieces]
    assert "".join(delta.text for delta in deltas if delta is not None) == "hello"
    outcome = stream.outcome()
    assert isinstance(outcome, Answer)
    assert (outcome.text, outcome.finish_reason) == ("hello", "stop")
    assert outcome.usage == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


@EVERY
def test_a_stream_without_its_last_byte_is_cut_or_over(wire: Wire) -> None:
    whole = bytes_of(wire, [*wire.half, *wire.rest])
    for end in range(len(whole)):
        stream = stream_of(wire)
        stream.feed(whole[:end])
        outcome = stream.outcome()
        assert isinstance(outcome, GatewayError) or outcome.text == "hello"


@EVERY
def test_an_event_over_its_bound_is_a_failure(wire: Wire) -> None:
    stream = stream_of(wire)
    huge = b"\x00\x00\xff\xff\x00\x00\x00\x10" if wire is bedrock.BEDROCK else b"data: "
    for _ in range(10):
        stream.feed(huge + b" " * (LIMIT // 4))
        if stream.over:
            break
    assert stream.over
    assert isinstance(stream.outcome(), GatewayError)


def test_a_frame_with_a_wrong_checksum_is_a_failure() -> None:
    stream = stream_of(bedrock.BEDROCK)
    frame = bytearray(bedrock.frame(bedrock.piece("hello")))
    frame[-1] ^= 1
    assert stream.feed(bytes(frame)) is None
    outcome = stream.outcome()
    assert isinstance(outcome, GatewayError)
    assert outcome.code == "upstream_unavailable"


def test_what_follows_the_end_is_not_heard() -> None:
    stream = stream_of(anthropic.ANTHROPIC)
    whole = bytes_of(anthropic.ANTHROPIC, [*anthropic.HALF, anthropic.piece("lo"), *anthropic.tail("end_turn")])
    late = bytes_of(anthropic.ANTHROPIC, [anthropic.piece("!"), anthropic.error(500, "late")])
    assert stream.feed(whole + late) == Delta("hello", "")
    outcome = stream.outcome()
    assert isinstance(outcome, Answer)
    assert outcome.text == "hello"


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/anthropic/v1/messages", True),
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude@1:streamRawPredict", True),
        ("/v1/projects/p/locations/l/publishers/mistralai/models/m:rawPredict", False),
        ("/v1/chat/completions", False),
        ("/api/chat/completions", False),
        ("/v1/messages/count_tokens", False),
    ],
)
def test_a_form_is_known_by_its_path(path: str, known: bool) -> None:
    assert (form_of(path) is not None) == known


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("ollama/llava:7b", "ollama_chat/llava:7b"),
        ("ollama_chat/llava:7b", "ollama_chat/llava:7b"),
        ("bedrock/a.model-v1:0", "bedrock/converse/a.model-v1:0"),
        ("bedrock/converse/a.model-v1:0", "bedrock/converse/a.model-v1:0"),
        ("bedrock/invoke/a.model-v1:0", "bedrock/invoke/a.model-v1:0"),
        ("bedrock/us-east-1/a.model-v1:0", "bedrock/us-east-1/a.model-v1:0"),
        ("anthropic/ollama", "anthropic/ollama"),
    ],
)
def test_a_model_is_asked_in_the_form_for_chats(model: str, asked: str) -> None:
    assert chat_form(model) == asked
