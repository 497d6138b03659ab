"""What the built-in rows say they refuse is what is left out on the way to them, on either path."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from mosseval_proxy.catalogue import Catalogue, Entry, build
from mosseval_proxy.catalogue.model_info import OwnInfo
from mosseval_proxy.chat_request import SAMPLING
from mosseval_proxy.passthrough.targets import target
from mosseval_proxy.records import Call
from mosseval_proxy.upstream.loading import load
from mosseval_proxy.upstream.plan import Plans

ALL: dict[str, Any] = {
    "max_tokens": 100,
    "temperature": 0.5,
    "top_p": 0.5,
    "top_k": 5,
    "seed": 1,
    "stop": ["x"],
    "presence_penalty": 0.1,
    "frequency_penalty": 0.1,
    "repetition_penalty": 1.1,
    "num_beams": 2,
    "reasoning_effort": "low",
}
SHIPPED = build(environment={})
ASKED = [each.id for each in SHIPPED if each.own.papers and each.own.status != "web-only"]
OPEN = [name for name in ASKED if SHIPPED.entries[name].own.serve]


@pytest.fixture(scope="module")
def keyed() -> Catalogue:
    """Every key and every server is set."""
    needed = [need for name in ASKED for need in SHIPPED.entries[name].needs]
    return build(environment={need: "http://127.0.0.1:9/v1" if need.endswith("_URL") else "k" for need in needed})


def bare(entry: Entry) -> Entry:
    """The same without what its row says, so that the route's own rules alone remain."""
    (deployment,) = entry.deployments
    info = deployment.info.model_copy(update={"mosseval": OwnInfo()})
    return replace(entry, deployments=(replace(deployment, info=info),))


def test_all_parameters_are_tried() -> None:
    assert ALL.keys() == set(SAMPLING)


@pytest.mark.parametrize("name", [name for name in ASKED if name not in OPEN])
def test_a_translated_row_refuses_what_its_route_leaves_out(keyed: Catalogue, name: str) -> None:
    entry = keyed.entries[name]
    call = Call(model=name, entry=bare(entry), messages=({"role": "user", "content": "?"},), params=ALL)
    plan = asyncio.run(Plans(load(), keyed, 10).make(call))
    assert set(plan.dropped) == set(entry.own.refuses)


@pytest.mark.parametrize("name", OPEN)
def test_an_open_model_is_asked_directly_and_is_sent_nothing_that_it_refuses(keyed: Catalogue, name: str) -> None:
    entry = keyed.entries[name]
    without, goal = target(bare(entry), keyed), target(entry, keyed)
    assert without is not None
    assert goal is not None
    assert {parameter for parameter in ALL if not without.takes(parameter)} <= set(entry.own.refuses)
    assert {parameter for parameter in ALL if not goal.takes(parameter)} == set(entry.own.refuses)
    assert goal.origin == ("127.0.0.1", 9, False)
    assert goal.head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:9\r\n")
    assert b"\r\nAuthorization: Bearer none\r\n" in goal.head
