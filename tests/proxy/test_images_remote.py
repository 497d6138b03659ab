"""Pictures by URL: https, public addresses alone at the moment of connecting, bounded; over real TLS."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from pictures import encoded, noise
from tls_server import HOST, Resolver, Trust, make_trust, tls_server

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.prepare import Pictures
from mosseval_proxy.images.remote import Address, Fetcher, NotFetched, is_public
from mosseval_proxy.images.rules import CLAUDE
from mosseval_proxy.images.source import ImageLimits

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
PICTURE = encoded(noise((50, 40)), "PNG")
LIMIT = 100_000


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("tls"))


def stands_for_public(address: Address) -> bool:
    """The tests' servers are on loopback: one of its addresses counts as public here, all else as it is."""
    return str(address) == HERE or is_public(address)


@asynccontextmanager
async def fetcher(trust: Trust, *addresses: str, timeout_s: float = 20.0) -> AsyncIterator[Fetcher]:
    resolver = Resolver(list(addresses or (HERE,)))
    made = Fetcher(LIMIT, timeout_s=timeout_s, resolver=resolver, trust=trust.client, allowed=stands_for_public)
    try:
        yield made
    finally:
        await made.aclose()


async def picture(_request: web.Request) -> web.Response:
    return web.Response(body=PICTURE, content_type="text/html")


async def test_a_picture_is_fetched_and_its_type_is_what_its_bytes_say(trust: Trust) -> None:
    async with tls_server(trust, picture) as port, fetcher(trust) as fetch:
        pictures = Pictures(ImageLimits(LIMIT, 50_000_000, 4, 1, 0), fetch)
        try:
            (found,) = await pictures.prepare([f"https://{HOST}:{port}/a".encode()], CLAUDE)
        finally:
            await pictures.aclose()
    assert (found.media_type, found.note.source_type) == ("image/png", "text/html")
    assert found.note.changes == ("declared text/html, is image/png",)


@pytest.mark.parametrize("way", ["the same host", "a path"])
async def test_a_redirect_is_followed(trust: Trust, way: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path == "/there":
            return await picture(request)
        there = f"https://{request.host}/there" if way == "the same host" else "/there"
        return web.Response(status=302, headers={"Location": there})

    async with tls_server(trust, handler) as port, fetcher(trust) as fetch:
        assert (await fetch.fetch(f"https://{HOST}:{port}/a".encode())).content == PICTURE


@pytest.mark.parametrize(
    "location",
    ["https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://10.0.0.1/", "https://localhost/"],
)
async def test_a_redirect_inwards_is_refused(trust: Trust, location: str) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with tls_server(trust, handler) as port, fetcher(trust, HERE, ELSEWHERE) as fetch:
        with pytest.raises(NotFetched, match="not public"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())


async def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(trust: Trust) -> None:
    """Rebinding: the first answer is public, the next one is not; nobody connects to it."""
    reached: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        reached.append(request.transport.get_extra_info("sockname")[0])
        return web.Response(status=302, headers={"Location": "/again"})

    async with (
        tls_server(trust, handler) as port,
        tls_server(trust, handler, ELSEWHERE, port),
        fetcher(trust, HERE, ELSEWHERE) as fetch,
    ):
        with pytest.raises(NotFetched, match="not public"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())
    assert reached == [HERE]


async def test_too_many_redirects(trust: Trust) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/again"})

    async with tls_server(trust, handler) as port, fetcher(trust) as fetch:
        with pytest.raises(NotFetched, match="more than 3 times"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())


@pytest.mark.parametrize("announced", [True, False])
async def test_too_many_bytes_are_not_read(trust: Trust, announced: bool) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if announced:
            response.content_length = 50 * LIMIT
        await response.prepare(request)
        for _ in range(50):
            await response.write(bytes(LIMIT))
        return response

    async with tls_server(trust, handler) as port, fetcher(trust) as fetch:
        with pytest.raises(NotFetched, match=f"more than {LIMIT} bytes"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())


async def test_a_slow_server_is_given_up(trust: Trust) -> None:
    leave = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(PICTURE[:10])
        await leave.wait()
        return response

    async with tls_server(trust, handler) as port, fetcher(trust, timeout_s=1.0) as fetch:
        with pytest.raises(NotFetched, match="within 1 s"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())
        leave.set()


async def test_a_server_that_is_not_trusted_is_not_asked(trust: Trust, tmp_path: Path) -> None:
    async with tls_server(make_trust(tmp_path), picture) as port, fetcher(trust) as fetch:
        with pytest.raises(NotFetched, match="cannot be fetched"):
            await fetch.fetch(f"https://{HOST}:{port}/a".encode())


async def test_an_error_of_the_server_is_told_without_its_words(trust: Trust) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=404, text="a planted word")

    async with tls_server(trust, handler) as port, fetcher(trust) as fetch:
        pictures = Pictures(ImageLimits(LIMIT, 50_000_000, 4, 1, 0), fetch)
        with pytest.raises(GatewayError) as caught:
            await pictures.prepare([f"https://{HOST}:{port}/a".encode()], CLAUDE)
        await pictures.aclose()
    assert (caught.value.code, caught.value.message) == ("image_invalid", "image 0: its URL answers with HTTP 404")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/a.png", "only https"),
        ("https:///a.png", "only https"),
        ("https://name:word@example.org/a.png", "a name or a password"),
        ("https://exa\u00e4mple.org/", "cannot be read"),
        ("https://example.org:99999/", "cannot be read"),
        ("https://example.org/" + "a" * 5000, "longer than"),
    ],
)
async def test_urls_that_are_not_fetched(trust: Trust, url: str, words: str) -> None:
    async with fetcher(trust) as fetch:
        with pytest.raises(NotFetched, match=words):
            await fetch.fetch(url.encode())


@pytest.mark.parametrize("literal", ["127.0.0.2", "[::ffff:10.0.0.1]", "0x7f000002", "[::]"])
async def test_an_address_in_place_of_a_name_is_checked_too(trust: Trust, literal: str) -> None:
    async with tls_server(trust, picture, ELSEWHERE) as port, fetcher(trust, ELSEWHERE) as fetch:
        with pytest.raises(NotFetched, match="not public"):
            await fetch.fetch(f"https://{literal}:{port}/a".encode())


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
