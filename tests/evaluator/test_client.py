"""The client's patience against a real server: attempts, waits, deadline, and when it lets go."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fake_endpoint import FakeEndpoint, Reply, answer, document, error, page, raw, reset

from mosseval.client import Client, Endpoint, Patience, Withdrawn
from mosseval.pace import Concurrency, Rate
from mosseval.request import RequestSpec
from mosseval.types import Completion, Failure

QUESTION = "How?"
BODY = RequestSpec("m").body(QUESTION)


@asynccontextmanager
async def client(
    url: str, stopping: asyncio.Event | None = None, *, key: str = "key", rate: Rate | None = None, **patience: float
) -> AsyncIterator[Client]:
    """A client of the endpoint; `patience` overrides the default."""
    async with Client(
        Endpoint(f"{url}/v1", key),
        patience=Patience(**patience),  # type: ignore[arg-type]
        concurrency=Concurrency(),
        rate=rate or Rate(),
        stopping=stopping or asyncio.Event(),
    ) as opened:
        yield opened


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_obeyed(endpoint: FakeEndpoint, status: int) -> None:
    endpoint.script[QUESTION] = [error(status, retry_after="1.2"), answer("yes")]
    async with client(endpoint.url) as asking:
        outcome = await asking.complete(BODY)
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.attempts) == ("yes", 2)
    assert 1.2 <= endpoint.asked[1].at - endpoint.asked[0].at < 2.5


async def test_retry_after_beyond_the_deadline_is_not_waited_for(endpoint: FakeEndpoint) -> None:
    endpoint.default = error(429, "rate_limit_exceeded", "slow down", retry_after="3600")
    started = time.monotonic()
    async with client(endpoint.url, deadline_s=5) as asking:
        outcome = await asking.complete(BODY)
    assert outcome == Failure("rate_limit_exceeded", "slow down", 1, 429)
    assert time.monotonic() - started < 1


async def test_deadline_bounds_all_attempts(endpoint: FakeEndpoint) -> None:
    endpoint.default = error(500)
    started = time.monotonic()
    async with client(endpoint.url, deadline_s=1.5, max_attempts=1000) as asking:
        outcome = await asking.complete(BODY)
    assert isinstance(outcome, Failure)
    assert outcome.attempts == len(endpoint.asked) > 1
    assert time.monotonic() - started < 2.5


async def test_backoff_grows_and_is_jittered(endpoint: FakeEndpoint) -> None:
    endpoint.default = reset()
    waits = []
    async with client(endpoint.url, max_attempts=4) as asking:
        asking._on_retry = lambda _failure, wait_s: waits.append(wait_s)
        for _ in range(2):
            await asking.complete(BODY)
    assert len(waits) == 6
    assert len(set(waits)) > 2
    assert all(0.2 <= wait <= 4 for wait in waits)


async def test_nobody_is_asked_until_the_deadline_however_few_the_attempts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    async with client(f"http://127.0.0.1:{port}", deadline_s=2, max_attempts=1) as asking:
        started = time.monotonic()
        outcome = await asking.complete(BODY)
    assert 1.8 < time.monotonic() - started < 2.5
    assert isinstance(outcome, Failure)
    assert outcome.code == "unreachable"
    assert outcome.attempts > 1


async def test_stop_ends_a_wait_and_no_further_attempt_is_made(endpoint: FakeEndpoint) -> None:
    endpoint.default = error(429, retry_after="30")
    stopping = asyncio.Event()
    async with client(endpoint.url, stopping) as asking:
        asyncio.get_running_loop().call_later(0.3, stopping.set)
        started = time.monotonic()
        with pytest.raises(Withdrawn):
            await asking.complete(BODY)
        assert time.monotonic() - started < 2
        with pytest.raises(Withdrawn):
            await asking.complete(BODY)
    assert len(endpoint.asked) == 1


async def test_redirect_is_not_followed_and_the_key_goes_nowhere_else(endpoint: FakeEndpoint) -> None:
    with FakeEndpoint() as elsewhere:
        head = f"HTTP/1.1 307 Elsewhere\r\nLocation: {elsewhere.url}/v1/chat/completions\r\nContent-Length: 0\r\n\r\n"
        endpoint.default = raw(head.encode())
        async with client(endpoint.url) as asking:
            outcome = await asking.complete(BODY)
        assert elsewhere.asked == []
    assert isinstance(outcome, Failure)
    assert outcome.code == "not_an_api"


async def test_latency_is_that_of_the_last_attempt(endpoint: FakeEndpoint) -> None:
    endpoint.script[QUESTION] = [error(500), answer(delay_s=0.4)]
    async with client(endpoint.url) as asking:
        outcome = await asking.complete(BODY)
    assert isinstance(outcome, Completion)
    assert 0.4 <= outcome.latency_s < 0.6


async def test_large_bodies_are_sent_whole(endpoint: FakeEndpoint) -> None:
    question = "x" * 3_000_000
    async with client(endpoint.url) as asking:
        outcome = await asking.complete(RequestSpec("m").body(question), {"X-Mosseval-Sample": "b/1"})
    assert isinstance(outcome, Completion)
    assert endpoint.asked[0].question == question
    assert endpoint.asked[0].headers["X-Mosseval-Sample"] == "b/1"
    assert endpoint.asked[0].headers["Authorization"] == "Bearer key"


async def test_models_are_read_and_anything_else_is_said_by_its_status(endpoint: FakeEndpoint) -> None:
    async with client(endpoint.url) as asking:
        assert await asking.get("/models") == (200, endpoint.models)
        status, document = await asking.get("/models/none")
        assert (status, document["error"]["code"]) == (404, "model_not_found")
        assert await asking.get("/nothing") == (404, None)
    async with client("http://127.0.0.1:9") as asking:
        assert await asking.get("/models") == (0, None)


async def test_web_page_is_no_api_and_not_asked_again(endpoint: FakeEndpoint) -> None:
    endpoint.default = page()
    async with client(endpoint.url) as asking:
        outcome = await asking.complete(BODY)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.attempts) == ("not_an_api", 1)


KEY = "sk-abcdefgh12345"


@pytest.mark.parametrize(
    "reply",
    [
        error(401, "invalid_api_key", f"wrong key: {KEY}"),
        error(401, "invalid_api_key", "x" * 1990 + KEY),
        error(400, "content_filter", f"Bearer {KEY} was blocked"),
        Reply(403, f"<p>{KEY}</p>".encode(), "text/html"),
        document({"error": {"headers": {"Authorization": f"Bearer {KEY}"}}}),
        answer(f"Your key is {KEY}.", reasoning_content=f"the key {KEY}"),
        answer(f"<think>{KEY}</think>yes"),
        answer(None, refusal=f"I can't, {KEY}"),
        raw(b"HTTP/1.1 " + KEY.encode() + b"\r\n\r\n"),
    ],
)
async def test_key_that_is_echoed_is_in_nothing_that_is_kept(endpoint: FakeEndpoint, reply: Reply) -> None:
    endpoint.default = reply
    async with client(endpoint.url, key=KEY, max_attempts=1) as asking:
        outcome = await asking.complete(BODY)
    assert KEY[:8] not in repr(outcome)
    assert "[key" in repr(outcome)
    assert endpoint.asked[0].headers["Authorization"] == f"Bearer {KEY}"


async def test_attempt_does_not_outlast_the_deadline(endpoint: FakeEndpoint) -> None:
    endpoint.default = answer(delay_s=30)
    started = time.monotonic()
    async with client(endpoint.url, timeout_s=60, deadline_s=0.7) as asking:
        outcome = await asking.complete(BODY)
    assert 0.6 < time.monotonic() - started < 1.5
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.message, outcome.attempts) == ("timeout", "no answer within 0.7 s", 1)


async def test_last_attempt_gets_what_earlier_ones_left_of_the_deadline(endpoint: FakeEndpoint) -> None:
    endpoint.script[QUESTION] = [error(500), answer(delay_s=30)]
    started = time.monotonic()
    async with client(endpoint.url, timeout_s=60, deadline_s=2) as asking:
        outcome = await asking.complete(BODY)
    assert time.monotonic() - started < 2.8
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.attempts) == ("timeout", 2)


async def test_timeout_says_what_was_waited(endpoint: FakeEndpoint) -> None:
    endpoint.default = answer(delay_s=30)
    async with client(endpoint.url, timeout_s=0.5, max_attempts=1) as asking:
        outcome = await asking.complete(BODY)
    assert outcome == Failure("timeout", "no answer within 0.5 s", 1)


async def test_host_that_takes_no_connection_is_unreachable_when_the_deadline_is_over() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        async with client(f"http://127.0.0.1:{port}", deadline_s=1) as asking:
            outcome = await asking.complete(BODY)
        for each in waiting:
            each.close()
    assert isinstance(outcome, Failure)
    assert outcome.code == "unreachable"


async def test_waits_for_the_rate_leave_the_deadline_alone(endpoint: FakeEndpoint) -> None:
    endpoint.script[QUESTION] = [error(500), error(500), answer("yes")]
    rate = Rate(rpm=50)
    await rate.admit()
    async with client(endpoint.url, rate=rate, deadline_s=2.5) as asking:
        started = time.monotonic()
        outcome = await asking.complete(BODY)
    assert time.monotonic() - started > 3
    assert isinstance(outcome, Completion)
    assert outcome.attempts == 3


async def test_failed_attempt_costs_the_retry_no_tokens_and_an_answer_what_it_says(endpoint: FakeEndpoint) -> None:
    endpoint.script[QUESTION] = [error(500), answer("yes")]
    rate = Rate(tpm=3_000)
    started = time.monotonic()
    async with client(endpoint.url, rate=rate) as asking:
        for _ in range(2):
            assert isinstance(await asking.complete(BODY), Completion)
    assert time.monotonic() - started < 4


async def test_tokens_of_an_answer_are_charged_also_where_it_gives_no_total(endpoint: FakeEndpoint) -> None:
    body = json.loads(answer("yes").body)
    body["usage"] = {"prompt_tokens": 2_000, "completion_tokens": 1_000}
    endpoint.default = document(body)
    rate = Rate(tpm=3_000)
    async with client(endpoint.url, rate=rate) as asking:
        await asking.complete(BODY)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(rate.admit(), 0.1)
    tokens = rate._tokens
    assert tokens is not None
    assert 57 < tokens._paid_off_at - time.monotonic() < 60
