"""Bodies that no provider should send: whatever stands where, the outcome is an answer or a failure, never a crash."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson
import pytest
from wires import WIRES
from wires.base import Wire

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.collected import Collected
from mosseval_proxy.outcomes.events import Events
from mosseval_proxy.outcomes.native import form_of
from mosseval_proxy.outcomes.settled import settle
from mosseval_proxy.records import Answer
from mosseval_proxy.scrub import Scrubber
from mosseval_proxy.upstream.exchange import Exchange
from mosseval_proxy.upstream.reading import read_own
from mosseval_proxy.upstream.response_events import ResponseEvents
from mosseval_proxy.upstream.tap import NativeStream

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    10**30,
    "",
    "x",
    "\ud83d",
    [],
    [None],
    ["x"],
    [[]],
    {},
    {"": {}},
    {"text": 5},
)
WHOLE: tuple[Any, ...] = (*ODD, {"choices": [{}]}, {"candidates": [5]}, {"error": []}, {"error": {"message": {}}})
LIMIT = 1024 * 1024
EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


def places(document: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, child in items:
        yield (*path, name)
        yield from places(child, *path, name)


def variants(document: Any) -> Iterator[Any]:
    """The document with something odd in each of its places, one at a time."""
    for *path, last in places(document):
        for odd in ODD:
            changed = copy.deepcopy(document)
            place = changed
            for step in path:
                place = place[step]
            place[last] = odd
            yield changed


def read(wire: Wire, body: bytes, status: int = 200) -> Answer | GatewayError | None:
    exchange = Exchange(LIMIT, streamed=False)
    exchange.path, exchange.status, exchange.whole = wire.path.partition("?")[0], status, True
    exchange.keep(body)
    return read_own(exchange, wire.provider)


def writable(outcome: Answer | GatewayError | None) -> bool:
    """Whether it is an outcome that can be written, once keys have been stripped from it."""
    assert outcome is not None
    try:
        answer = settle(outcome, Scrubber(()), provider="x")
    except GatewayError as failure:
        return bool(orjson.dumps([failure.body(), failure.headers()]))
    return bool(orjson.dumps(asdict(answer)))


@EVERY
def test_odd_answers(wire: Wire) -> None:
    documents = [
        *WHOLE,
        *variants(wire.answer("hello")),
        *(v for block in wire.blocks for v in variants(block.sent.body)),
    ]
    for document in documents:
        assert writable(read(wire, json.dumps(document).encode()))
    for body in (b"", b"\xff\xfe", b"[" * 100_000, b'{"choices": NaN}', b"null", b"<html>"):
        assert writable(read(wire, body))


@EVERY
def test_odd_rejections(wire: Wire) -> None:
    for document in (*WHOLE, *variants(wire.error(400, "no"))):
        for status in (400, 429, 500):
            assert writable(read(wire, json.dumps(document).encode(), status))


@EVERY
def test_odd_events(wire: Wire) -> None:
    for event in (*wire.half, *wire.rest):
        if not isinstance(event, dict):
            continue
        for changed in variants(event):
            check_stream(wire, [wire.encode(each) for each in (changed, *wire.rest)])
    for noise in (b"\x00" * 64, b"data: \n\n", b"data: {\n\n", b"event: x\n\n", b"\n\n\n", b"\xff" * 100):
        check_stream(wire, [noise, *map(wire.encode, wire.rest)])


def check_stream(wire: Wire, pieces: list[bytes]) -> None:
    path = (wire.stream_path or wire.path).partition("?")[0]
    form = form_of(path)
    if form is not None:
        native = NativeStream(form, wire.provider, LIMIT)
        for piece in pieces:
            native.feed(piece)
        assert writable(native.outcome())
        return
    own = ResponseEvents(wire.provider) if path.endswith("/responses") else Collected(wire.provider, LIMIT)
    events = Events(LIMIT)
    for piece in pieces:
        for data in events.feed(piece):
            if not own.over:
                own.add(data)
    assert writable(own.outcome())
