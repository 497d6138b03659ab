"""What reaches every provider of a request, and what is said to have been left out: nothing goes in silence."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from wired import QUESTION, Wired
from wires import WIRES
from wires.base import Sent, Switch, Wire, at
from wires.bedrock import BEDROCK
from wires.gemini import GEMINI
from wires.openai_chat import OPENAI

from mosseval_proxy.chat_request import SAMPLING

EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
VALUES: dict[str, Any] = {
    "max_tokens": 64,
    "temperature": 0.5,
    "top_p": 0.5,
    "top_k": 3,
    "seed": 7,
    "stop": ["END"],
    "presence_penalty": 0.25,
    "frequency_penalty": 0.125,
    "repetition_penalty": 1.5,
    "num_beams": 5,
    "reasoning_effort": "low",
}
SWITCHES = [pytest.param(wire, row, id=f"{wire.name}: {row.name}") for wire in WIRES for row in wire.switches]
WITHOUT = [wire for wire in WIRES if not wire.switches]
BEYOND_OPENAI = ("top_k", "repetition_penalty", "num_beams")


def sent_with(on_the_wire: Wired, wire: Wire, **parameters: Any) -> tuple[Any, Any]:
    """The answer to a question with these parameters, and the body that the provider received."""
    extra = {name: parameters.pop(name) for name in BEYOND_OPENAI if name in parameters}
    answer = on_the_wire.ask(wire, Sent(wire.answer("hello")), extra_body=extra, **parameters)
    return answer, on_the_wire.provider.last_body


def test_every_parameter_has_a_value_here() -> None:
    assert set(VALUES) == set(SAMPLING)


@EVERY
def test_each_parameter_arrives_or_is_listed(on_the_wire: Wired, wire: Wire) -> None:
    answer, body = sent_with(on_the_wire, wire, **VALUES)
    assert answer.mosseval["dropped_params"] == sorted(VALUES.keys() - wire.sampling.keys())
    assert answer.mosseval["added_params"] == {}
    for name, path in wire.sampling.items():
        assert at(body, path) == wire.changed.get(name, VALUES[name]), name


@EVERY
def test_who_asks_goes_nowhere_and_is_listed(on_the_wire: Wired, wire: Wire) -> None:
    answer, body = sent_with(on_the_wire, wire, user="somebody-in-particular")
    assert answer.mosseval["dropped_params"] == ["user"]
    assert "somebody-in-particular" not in json.dumps(body)


@EVERY
def test_what_nobody_asked_for_is_said(on_the_wire: Wired, wire: Wire) -> None:
    on_the_wire.sends(wire, Sent(wire.answer("hello")))
    answer = on_the_wire.gateway.client.chat.completions.create(model=wire.model, messages=QUESTION)
    assert answer.mosseval["added_params"] == wire.added  # type: ignore[attr-defined]
    body = on_the_wire.provider.last_body
    for name, value in wire.added.items():
        assert at(body, wire.sampling[name]) == value
    unsaid = {path for name, path in wire.sampling.items() if name not in wire.added and _stands(body, path)}
    assert unsaid == set()


def _stands(body: Any, path: str) -> bool:
    try:
        at(body, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_a_temperature_that_litellm_adds_is_said_and_not_taken_for_dropped(
    on_the_wire: Wired, *, streamed: bool
) -> None:
    for asked, added in ({}, {"temperature": 1.0}), ({"temperature": 1.0}, {}), ({"temperature": 0.5}, {}):
        sent = GEMINI.streamed(GEMINI.half, GEMINI.rest) if streamed else Sent(GEMINI.answer("hello"))
        on_the_wire.sends(GEMINI, sent)
        got = on_the_wire.ask_for("gemini-3", stream=streamed, **asked)
        own = list(got)[-1].mosseval if streamed else got.mosseval
        assert (own["added_params"], own["dropped_params"]) == (added, [])
        assert on_the_wire.provider.last_body["generationConfig"]["temperature"] == {**added, **asked}["temperature"]


def test_a_parameter_is_not_said_in_a_system_message(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(OPENAI.answer("hello")))
    answer = on_the_wire.ask_for("magistral", reasoning_effort="high")
    assert on_the_wire.provider.last_body["messages"] == QUESTION
    assert answer.mosseval["dropped_params"] == ["reasoning_effort"]


def test_a_limit_that_litellm_raises_is_said(on_the_wire: Wired) -> None:
    on_the_wire.sends(BEDROCK, Sent(BEDROCK.answer("hello")))
    answer = on_the_wire.ask_for("bedrock-gpt", max_tokens=5)
    assert on_the_wire.provider.last_body["inferenceConfig"]["maxTokens"] == 16
    assert answer.mosseval["added_params"] == {"max_tokens": 16}


def test_what_the_model_list_adds_is_said(on_the_wire: Wired) -> None:
    on_the_wire.sends(OPENAI, Sent(OPENAI.answer("hello")))
    assert on_the_wire.ask_for("cool").mosseval["added_params"] == {"temperature": 0.25}
    assert on_the_wire.ask_for("cool", temperature=0.5).mosseval["added_params"] == {}


@EVERY
def test_nothing_else_goes_to_the_provider(on_the_wire: Wired, wire: Wire) -> None:
    headers = {"X-Mosseval-Sample": "demo/1"}
    on_the_wire.ask(wire, Sent(wire.answer("hello")), user="somebody", extra_headers=headers)
    _path, received, body = on_the_wire.provider.requests[-1]
    told = " ".join([*received, *received.values(), str(body)]).lower()
    assert "mosseval" not in told
    assert "gateway-key" not in told
    assert "somebody" not in told
    assert told.count("boil an egg") == 1


@EVERY
def test_a_temperature_of_zero_stays_zero(on_the_wire: Wired, wire: Wire) -> None:
    answer, body = sent_with(on_the_wire, wire, temperature=0)
    if "temperature" in wire.sampling:
        assert at(body, wire.sampling["temperature"]) == 0
    else:
        assert answer.mosseval["dropped_params"] == ["temperature"]


@EVERY
def test_json_is_asked_for_or_refused(on_the_wire: Wired, wire: Wire) -> None:
    asked = {"response_format": {"type": "json_object"}}
    if wire.json_mode is None:
        failure = on_the_wire.failure(wire, Sent(wire.answer("{}")), **asked)
        assert (failure.status_code, failure.code) == (400, "unsupported_parameter")
        assert failure.param == "response_format"
        assert on_the_wire.provider.requests == []
    else:
        answer, body = sent_with(on_the_wire, wire, **asked)
        for path, value in wire.json_mode.items():
            assert at(body, path) == value
        assert answer.mosseval["dropped_params"] == []


@pytest.mark.parametrize("wire", [w for w in WIRES if w.json_mode is not None], ids=lambda wire: wire.name)
def test_a_schema_goes_beside_the_question_and_not_into_it(on_the_wire: Wired, wire: Wire) -> None:
    schema = {"type": "object", "properties": {"zebra": {"type": "string"}}, "required": ["zebra"]}
    asked = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    if not wire.takes_schema:
        failure = on_the_wire.failure(wire, Sent(wire.answer("{}")), response_format=asked)
        assert (failure.code, failure.param) == ("unsupported_parameter", "response_format")
        return
    _, plain = sent_with(on_the_wire, wire)
    _, body = sent_with(on_the_wire, wire, response_format=asked)
    assert "zebra" in json.dumps(body)
    for name in ("messages", "contents", "input", "system", "system_instruction", "instructions"):
        assert body.get(name) == plain.get(name)
    assert "tools" not in body


@EVERY
def test_a_system_message_reaches_its_place(on_the_wire: Wired, wire: Wire) -> None:
    messages = [{"role": "system", "content": "Be brief."}, *QUESTION]
    on_the_wire.ask(wire, Sent(wire.answer("hello")), messages=messages)
    body = on_the_wire.provider.last_body
    assert at(body, wire.system) == "Be brief."
    if wire.system == "messages.0.content":
        assert at(body, "messages.0.role") in ("system", "developer")


@pytest.mark.parametrize(("wire", "row"), SWITCHES)
def test_a_safety_switch_reaches_its_provider(on_the_wire: Wired, wire: Wire, row: Switch) -> None:
    extra = {} if row.settings is None else {"mosseval": {"safety_settings": row.settings}}
    answer = on_the_wire.ask(wire, Sent(wire.answer("hello")), extra_body=extra)
    recorded = row.settings if row.recorded is None else row.recorded
    assert answer.mosseval["safety_settings"] == recorded
    _path, headers, body = on_the_wire.provider.requests[-1]
    for path, value in row.body.items():
        assert at(body, path) == value
    for name, value in row.headers.items():
        assert headers[name] == value


@pytest.mark.parametrize("wire", WITHOUT, ids=lambda wire: wire.name)
def test_a_switch_that_is_not_there_is_refused(on_the_wire: Wired, wire: Wire) -> None:
    extra = {"mosseval": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "OFF"}}}
    failure = on_the_wire.failure(wire, Sent(wire.answer("hello")), extra_body=extra)
    assert (failure.status_code, failure.code) == (400, "unsupported_parameter")
    assert failure.param == "mosseval.safety_settings"
    assert on_the_wire.provider.requests == []


@pytest.mark.parametrize("wire", [w for w in WIRES if w.switches], ids=lambda wire: wire.name)
def test_a_switch_of_another_provider_is_refused(on_the_wire: Wired, wire: Wire) -> None:
    extra = {"mosseval": {"safety_settings": {"unheard_of": "x"}}}
    with pytest.raises(openai.BadRequestError) as caught:
        on_the_wire.ask(wire, Sent(wire.answer("hello")), extra_body=extra)
    assert caught.value.code in ("unsupported_parameter", "invalid_request")
    assert caught.value.param is not None
    assert caught.value.param.startswith("mosseval.safety_settings")
    assert on_the_wire.provider.requests == []
