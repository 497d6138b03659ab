"""Clients that ask ahead of the answers, and clients that do not read them: neither costs memory, nor holds a place."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import psutil
import pytest
from fake_provider import FakeProvider, Flood
from gateway_process import KEY, SLOW_AND_QUICK, Gateway, gateway_process
from raw_http import Raw, Reply, connected, head, once, request_bytes

CONFIG = """
model_list:
  - model_name: upstream
    litellm_params: {{model: hosted_vllm/x, api_base: "{url}/v1"}}
"""
PATIENCE_S = 1.0
MIB = 1024 * 1024
AHEAD = 40 * MIB
GROWTH = 20 * MIB
LARGE = {"choices": [{"message": {"content": "x" * 12 * MIB}, "finish_reason": "stop"}]}
DELTA = b'data: {"choices": [{"index": 0, "delta": {"content": "' + b"x" * 4000 + b'"}, "finish_reason": null}]}\n\n'


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    bounds = {"MOSSEVAL_GATEWAY_BODY_TIMEOUT_S": str(PATIENCE_S), "MOSSEVAL_GATEWAY_MAX_ANSWER_BYTES": str(2**40)}
    with gateway_process(
        tmp_path_factory.mktemp("gateway"), CONFIG.format(url=provider.url) + SLOW_AND_QUICK, **bounds
    ) as running:
        yield running


async def test_what_is_asked_ahead_is_answered_in_order(gateway: Gateway) -> None:
    async with connected(gateway.url) as raw:
        await raw.send(b"".join(request_bytes("quick", f"What of {n}?", X_Request_Id=f"number-{n}") for n in range(8)))
        replies = [await raw.reply() for _ in range(8)]
    assert [(reply.status, reply.headers["x-request-id"]) for reply in replies] == [
        (200, f"number-{n}") for n in range(8)
    ]


async def test_who_asks_ahead_and_leaves_is_a_client_that_left(gateway: Gateway) -> None:
    """Not an answer to a closed connection, which would be an unforeseen failure in the log."""
    for _ in range(10):
        for asked, read in (("slow", 0), ("quick", 0), ("quick", 1)):
            async with connected(gateway.url) as raw:
                await raw.send(request_bytes(asked, stream=read == 0) + 2 * request_bytes("quick"))
                for _ in range(read):
                    await raw.reply()
                raw.writer.transport.abort()
    await nothing_in_hand(gateway)
    assert "ASGI" not in gateway.log.read_text()
    assert "unexpected" not in gateway.log.read_text()


@pytest.mark.parametrize("size", [0, 2 * MIB], ids=["many", "large"])
async def test_asking_ahead_without_end_costs_no_memory(gateway: Gateway, size: int) -> None:
    """Whole requests behind one that takes long: without a bound they would all be kept."""
    once_more = head(size, key="wrong") + b"x" * size if size else b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    process = psutil.Process(gateway.pid)
    before = process.memory_info().rss
    async with connected(gateway.url) as raw:
        await raw.send(request_bytes("slow"))
        await asyncio.sleep(0.2)
        # Either nobody reads on, or the connection ends.
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(5):
                for _ in range(AHEAD // len(once_more)):
                    await raw.send(once_more)
        growth = process.memory_info().rss - before
    assert growth < GROWTH, f"{growth / MIB:.0f} MiB"
    assert (await once(gateway.url, request_bytes("quick"))).status == 200


@asynccontextmanager
async def narrow(gateway: Gateway) -> AsyncIterator[Raw]:
    """A connection that takes little at a time."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    host, port = gateway.url.removeprefix("http://").split(":")
    await asyncio.to_thread(sock.connect, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=sock, limit=8192)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


def is_held(gateway: Gateway, raw: Raw) -> bool:
    """Whether the gateway still has its end of a connection."""
    port = raw.writer.get_extra_info("sockname")[1]
    ends = psutil.Process(gateway.pid).net_connections("tcp")
    return any(each.raddr and each.raddr.port == port for each in ends)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_does_not_read_is_given_up(gateway: Gateway, provider: FakeProvider, stream: bool) -> None:
    provider.answers(Flood(DELTA, DELTA, 100_000) if stream else LARGE)
    async with narrow(gateway) as raw:
        await raw.send(request_bytes("upstream", stream=stream))
        async with asyncio.timeout(20):
            while not provider.requests:
                await asyncio.sleep(0.02)
        assert is_held(gateway, raw)
        async with asyncio.timeout(30):
            while is_held(gateway, raw):
                await asyncio.sleep(0.1)
    await nothing_in_hand(gateway)


async def nothing_in_hand(gateway: Gateway) -> None:
    async with asyncio.timeout(20):
        while b"mosseval_in_flight 0.0" not in (await metrics(gateway)).body:
            await asyncio.sleep(0.1)


async def metrics(gateway: Gateway) -> Reply:
    asked = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    return await once(gateway.url, asked.encode())


async def test_a_client_that_reads_slowly_gets_everything(gateway: Gateway, provider: FakeProvider) -> None:
    provider.answers(LARGE)
    async with narrow(gateway) as raw:
        await raw.send(request_bytes("upstream"))
        started = asyncio.get_running_loop().time()
        size = int((await raw.reader.readuntil(b"\r\n\r\n")).lower().partition(b"content-length: ")[2].split()[0])
        got = 0
        while got < size:
            async with asyncio.timeout(30):
                got += len(await raw.reader.readexactly(min(size - got, MIB)))
            await asyncio.sleep(PATIENCE_S / 4)
        took = asyncio.get_running_loop().time() - started
    assert (got > 12 * MIB, took > 2 * PATIENCE_S) == (True, True)
