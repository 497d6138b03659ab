"""The gateway's bounds: requests, bytes, time. At each it says 429 and when to come again, and stays small."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import ClassVar

import psutil
import pytest
from gateway_process import SLOW_AND_QUICK, Gateway, gateway_process
from raw_http import Reply, allow_open_files, connected, head, once, request_bytes

CONFIG = """
model_list:
  - model_name: stalled
    litellm_params: {{model: hosted_vllm/x, api_base: "http://127.0.0.1:{port}/v1"}}
"""
FLOOD = 2000
IN_FLIGHT, QUEUE = 16, 64
GROWTH_BYTES = 120 * 1024 * 1024
"""2,000 bodies of 200 KB are 400 MB; measured: 35 to 45 MB."""


class Held(asyncio.Protocol):
    """A connection that is taken and never answered."""

    held: ClassVar[set[asyncio.BaseTransport]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.held.add(transport)


@asynccontextmanager
async def stalled_upstream() -> AsyncIterator[int]:
    """A server that takes connections and never answers."""
    server = await asyncio.get_running_loop().create_server(Held, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for transport in Held.held:
            transport.close()
        Held.held.clear()
        server.close()


async def test_a_flood_is_turned_away_and_costs_no_memory(tmp_path: Path) -> None:
    allow_open_files(3 * FLOOD)
    bounds = {"MOSSEVAL_GATEWAY_MAX_IN_FLIGHT": str(IN_FLIGHT), "MOSSEVAL_GATEWAY_MAX_QUEUE": str(QUEUE)}
    async with stalled_upstream() as port:
        with gateway_process(tmp_path, CONFIG.format(port=port) + SLOW_AND_QUICK, **bounds) as gateway:
            process = psutil.Process(gateway.pid)
            await once(gateway.url, request_bytes("quick"))
            before = process.memory_info().rss
            flood = [asyncio.create_task(ask_and_hold(gateway.url)) for _ in range(FLOOD)]
            turned_away: list[Reply] = []
            async with asyncio.timeout(120):
                for next_done in asyncio.as_completed(flood):
                    turned_away.append(await next_done)
                    if len(turned_away) == FLOOD - IN_FLIGHT - QUEUE:
                        break
            growth = process.memory_info().rss - before
            started = time.monotonic()
            ready = await once(gateway.url, b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            patience = time.monotonic() - started
            waiting = [task for task in flood if not task.done()]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            after = await quick_again(gateway)
    assert {(reply.status, reply.code, reply.headers["retry-after"]) for reply in turned_away} == {
        (429, "rate_limit_exceeded", "1")
    }
    assert len(waiting) == IN_FLIGHT + QUEUE
    assert growth < GROWTH_BYTES, f"{growth / 1e6:.0f} MB"
    assert (ready.status, patience < 5) == (200, True)
    assert after.status == 200


async def ask_and_hold(url: str) -> Reply:
    async with connected(url) as raw:
        await raw.send(request_bytes("stalled", "x" * 200_000))
        return await raw.reply(300)


async def quick_again(gateway: Gateway) -> Reply:
    """An answer, once those that left have been noticed."""
    async with asyncio.timeout(20):
        while (reply := await once(gateway.url, request_bytes("quick"))).status == 429:
            await asyncio.sleep(0.1)
    return reply


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Two requests at once, two waiting for half a second, 40 kB of bodies, a second for a head or a body."""
    bounds = {
        "MAX_IN_FLIGHT": "2",
        "MAX_QUEUE": "2",
        "QUEUE_TIMEOUT_S": "0.5",
        "MAX_BODY_BYTES": "30000",
        "MAX_BYTES_IN_FLIGHT": "40000",
        "BODY_TIMEOUT_S": "1",
        "MAX_OUTPUT_TOKENS": "50",
    }
    environment = {f"MOSSEVAL_GATEWAY_{name}": value for name, value in bounds.items()}
    with gateway_process(
        tmp_path_factory.mktemp("narrow"), CONFIG.format(port=9) + SLOW_AND_QUICK, **environment
    ) as running:
        yield running


def with_tokens(model: str, tokens: int | None, question: str = "Hi") -> bytes:
    limit = "" if tokens is None else f'"max_tokens": {tokens}, '
    body = f'{{{limit}"model": "{model}", "messages": [{{"role": "user", "content": "{question}"}}]}}'.encode()
    return head(len(body)) + body


async def test_who_waits_too_long_is_told_to_come_again(narrow: Gateway) -> None:
    async with connected(narrow.url) as first, connected(narrow.url) as second:
        for raw in (first, second):
            await raw.send(with_tokens("slow", 5))
        await asyncio.sleep(0.3)
        reply = await once(narrow.url, with_tokens("quick", 5))
    assert (reply.status, reply.code) == (429, "rate_limit_exceeded")
    assert b"no turn within 0.5 s" in reply.body
    assert (await quick_with_tokens(narrow)).status == 200


async def quick_with_tokens(gateway: Gateway) -> Reply:
    async with asyncio.timeout(20):
        while (reply := await once(gateway.url, with_tokens("quick", 5))).status == 429:
            await asyncio.sleep(0.05)
    return reply


async def test_bytes_of_bodies_are_bounded_all_together(narrow: Gateway) -> None:
    async with connected(narrow.url) as first:
        await first.send(with_tokens("slow", 5, "x" * 25_000))
        await asyncio.sleep(0.3)
        large = await once(narrow.url, with_tokens("quick", 5, "x" * 25_000))
        small = await once(narrow.url, with_tokens("quick", 5))
    assert (large.status, small.status) == (429, 200)


async def test_who_waits_gets_in_when_another_leaves(narrow: Gateway) -> None:
    async with connected(narrow.url) as first, connected(narrow.url) as second, connected(narrow.url) as third:
        for raw in (first, second):
            await raw.send(with_tokens("slow", 5))
        await asyncio.sleep(0.2)
        await third.send(with_tokens("quick", 5))
        await asyncio.sleep(0.1)
        first.writer.close()
        assert (await third.reply()).status == 200


async def test_a_body_that_does_not_come_is_given_up(narrow: Gateway) -> None:
    async with connected(narrow.url) as raw:
        await raw.send(head(1000) + b'{"model"')
        reply = await raw.reply()
    assert (reply.status, reply.code) == (408, "request_timeout")


@pytest.mark.parametrize("sent", [b"", b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_a_head_that_does_not_come_is_given_up(narrow: Gateway, sent: bytes) -> None:
    async with connected(narrow.url) as raw:
        await raw.send(sent)
        assert await asyncio.wait_for(raw.reader.read(), 10) == b""


@pytest.mark.parametrize("line", [b"X-Long: " + b"a" * 100_000, b"\r\n".join(b"X-%d: a" % n for n in range(20_000))])
async def test_a_head_without_end_is_given_up(narrow: Gateway, line: bytes) -> None:
    async with connected(narrow.url) as raw:
        endless = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + line
        for start in range(0, len(endless), 30_000):
            raw.writer.write(endless[start : start + 30_000])
            await asyncio.sleep(0.01)
        with suppress(ConnectionError):
            assert await asyncio.wait_for(raw.reader.read(), 10) == b""


async def test_the_rest_of_an_unwanted_body_is_not_waited_for(narrow: Gateway) -> None:
    async with connected(narrow.url) as raw:
        await raw.send(head(20_000, key="wrong") + b"x" * 100)
        assert (await raw.reply()).status == 401
        await raw.send(b"x" * 100)
        assert await asyncio.wait_for(raw.reader.read(), 10) == b""


@pytest.mark.parametrize(("tokens", "status"), [(50, 200), (51, 400), (None, 400)])
async def test_a_ceiling_of_tokens_is_kept_by_saying_so(narrow: Gateway, tokens: int | None, status: int) -> None:
    reply = await once(narrow.url, with_tokens("quick", tokens))
    assert reply.status == status
    assert status == 200 or b"at most 50 max_tokens" in reply.body


async def test_who_is_gone_at_once_holds_no_place(narrow: Gateway) -> None:
    for _ in range(10):
        async with connected(narrow.url) as raw:
            await raw.send(with_tokens("slow", 5))
    assert (await quick_with_tokens(narrow)).status == 200
