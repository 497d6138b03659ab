"""Every provider's failures through the gateway: one stable code each, asked once, without the provider's key."""

from __future__ import annotations

import pytest
from wired import Wired
from wires import WIRES
from wires.base import CUT, FAILED, HALF, KEY, Failure, Sent, Wire

EVERY = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
STATUSES = [pytest.param(wire, status, id=f"{wire.name}: {status}") for wire in WIRES for status in FAILED]
BROKEN = {"cut before the head": CUT, "cut in the body": HALF, "malformed": b'{"id": "c', "empty": b""}
BODIES = [pytest.param(wire, body, id=f"{wire.name}: {name}") for wire in WIRES for name, body in BROKEN.items()]
FAILURES = [pytest.param(wire, row, id=f"{wire.name}: {row.name}") for wire in WIRES for row in wire.failures]


@pytest.mark.parametrize(("wire", "status"), STATUSES)
def test_a_status_has_a_stable_code(on_the_wire: Wired, wire: Wire, status: int) -> None:
    failure = on_the_wire.failure(wire, wire.failed(status))
    assert (failure.status_code, failure.code) == FAILED[status]
    assert "something went wrong here" in failure.message
    assert "retry-after" not in failure.response.headers
    assert len(on_the_wire.provider.requests) == 1, "the gateway retries nothing"


@pytest.mark.parametrize(("wire", "row"), FAILURES)
def test_a_failure_of_its_own_has_a_stable_code(on_the_wire: Wired, wire: Wire, row: Failure) -> None:
    failure = on_the_wire.failure(wire, row.sent)
    assert (failure.status_code, failure.code) == (row.status, row.code)
    assert len(on_the_wire.provider.requests) == 1


@pytest.mark.parametrize(("wire", "body"), BODIES)
def test_a_body_that_is_none_is_a_failure(on_the_wire: Wired, wire: Wire, body: str | bytes) -> None:
    failure = on_the_wire.failure(wire, Sent(body))
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")
    assert len(on_the_wire.provider.requests) == 1


@EVERY
def test_an_error_under_the_status_200_is_a_failure(on_the_wire: Wired, wire: Wire) -> None:
    body = wire.error(500, "something went wrong here") if wire.error_in_200 is None else wire.error_in_200
    failure = on_the_wire.failure(wire, Sent(body))
    assert (failure.status_code, failure.code) == (502, "upstream_unavailable")


@EVERY
def test_retry_after_passes_through(on_the_wire: Wired, wire: Wire) -> None:
    failure = on_the_wire.failure(wire, wire.failed(429, "slow down", Retry_After="7"))
    assert failure.response.headers["retry-after"] == "7"


@EVERY
def test_the_providers_key_goes_no_further(on_the_wire: Wired, wire: Wire) -> None:
    words = f"bad key {KEY}, Authorization: Bearer {KEY}, api_key={KEY}"
    for status in (400, 401, 500):
        failure = on_the_wire.failure(wire, wire.failed(status, words))
        assert KEY not in failure.response.text
        assert "bad key" in failure.response.text
    log = on_the_wire.gateway.log.read_text()
    assert KEY not in log
    assert "boil an egg" not in log
