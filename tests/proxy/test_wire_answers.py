"""Every provider's answers, blanks and blocks through the gateway: what leaves for each form (contract 1)."""

from __future__ import annotations

from typing import Any

import pytest
from wired import Wired
from wires import WIRES
from wires.base import Block, Sent, Wire

REFUSAL = "I'm sorry, but I can't help with that."
BLOCKS = [pytest.param(wire, block, id=f"{wire.name}: {block.name}") for wire in WIRES for block in wire.blocks]
EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


@EVERY
def test_an_answer(on_the_wire: Wired, wire: Wire) -> None:
    answer = on_the_wire.ask(wire, Sent(wire.answer("hello")))
    assert answer.choices[0].message.content == "hello"
    assert answer.choices[0].message.refusal is None
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (3, 2, 5)
    own = answer.mosseval
    assert (own["served_model"], own["provider"], own["block"]) == (wire.served_model, wire.provider, None)
    assert (own["attempts"], own["dropped_params"]) == (1, [])
    assert own["cost_usd"] == pytest.approx(7e-6)
    assert [request[0] for request in on_the_wire.provider.requests] == [wire.path]


@EVERY
def test_a_refusal_in_words_is_an_answer(on_the_wire: Wired, wire: Wire) -> None:
    answer = on_the_wire.ask(wire, Sent(wire.answer(REFUSAL)))
    assert answer.choices[0].message.content == REFUSAL
    assert (answer.choices[0].finish_reason, answer.mosseval["block"]) == ("stop", None)


@EVERY
def test_a_blank_leaves_as_a_blank(on_the_wire: Wired, wire: Wire) -> None:
    answer = on_the_wire.ask(wire, Sent(wire.blank))
    assert not answer.choices[0].message.content
    assert answer.choices[0].message.refusal is None
    assert (answer.choices[0].finish_reason, answer.mosseval["block"]) == ("stop", None)


@pytest.mark.parametrize("wire", [w for w in WIRES if w.reasoning is not None], ids=lambda wire: wire.name)
def test_reasoning_is_kept_apart(on_the_wire: Wired, wire: Wire) -> None:
    answer = on_the_wire.ask(wire, Sent(wire.reasoning))
    assert answer.choices[0].message.content == "hello"
    assert answer.choices[0].message.reasoning_content == "I see."


@pytest.mark.parametrize(("wire", "row"), BLOCKS)
def test_a_block_leaves_as_an_answer(on_the_wire: Wired, wire: Wire, row: Block) -> None:
    answer = on_the_wire.ask(wire, row.sent)
    check_block(answer.choices[0].message.refusal, answer.choices[0].finish_reason, answer.mosseval["block"], wire, row)
    assert (answer.choices[0].message.content or None) == row.text
    assert len(on_the_wire.provider.requests) == 1


def check_block(refusal: str | None, finish: str, block: Any, wire: Wire, row: Block) -> None:
    assert block == {"where": row.where, "category": row.category, "provider": wire.provider, "reason": row.reason}
    assert finish == "content_filter"
    assert refusal
