"""Downloads pictures by URL, where that is switched on: https, public addresses alone, bounded in size and time.

The address is checked on the socket that is about to connect, so a name that leads elsewhere the second time it is
resolved gains nothing. Redirects are not followed: a data set should name where its pictures lie.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from mosseval.images import MAX_FILE_BYTES

TIMEOUT_S = 30.0
"""For one picture."""
MOST_AT_A_TIME = 8
LONGEST_URL = 4096
_GOODBYES = 100
HIDING = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "::/96")
)
"""IPv6 networks in which an IPv4 address is hidden (NAT64, 6to4, Teredo, compatible ones) or that are local."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Exception):
    """The picture cannot be had; `str(error)` says why."""


class _Inward(OSError):
    """The name leads to an address that is not public."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet and to nothing nearer."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in HIDING):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def refusal(url: str) -> str | None:
    """Why a URL may not be asked for; None if it may."""
    if len(url) > LONGEST_URL:
        return f"its URL is longer than {LONGEST_URL} characters"
    try:
        target = URL(url)
        host = target.host
    except ValueError:
        return "its URL cannot be read"
    if target.scheme != "https" or not host:
        return "only https URLs are fetched"
    if target.user is not None or target.password is not None:
        return "a URL with a name or a password in it is not fetched"
    return None


@dataclass(frozen=True, slots=True)
class Remote:
    """How pictures are fetched; all but the defaults stand in the way of tests alone."""

    max_bytes: int = MAX_FILE_BYTES
    timeout_s: float = TIMEOUT_S
    resolver: Callable[[], AbstractResolver] | None = None
    trust: ssl.SSLContext | None = None
    allowed: Callable[[Address], bool] = is_public

    def fetch(self, urls: Iterable[str]) -> dict[str, bytes | NotFetched]:
        """The file behind each URL, or why it cannot be had. Not to be called in a running event loop."""
        return asyncio.run(self._fetch_all(tuple(dict.fromkeys(urls))))

    async def _fetch_all(self, urls: tuple[str, ...]) -> dict[str, bytes | NotFetched]:
        room = asyncio.Semaphore(MOST_AT_A_TIME)
        made: list[socket.socket] = []
        connector = aiohttp.TCPConnector(
            resolver=self.resolver() if self.resolver else None,
            ssl=self.trust or ssl.create_default_context(),
            use_dns_cache=False,
            force_close=True,
            socket_factory=lambda where: self._socket(where, made),
        )
        session = aiohttp.ClientSession(
            connector=connector,
            connector_owner=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )

        async def one(url: str) -> bytes | NotFetched:
            async with room:
                try:
                    return await self._fetched(session, url)
                except NotFetched as error:
                    return error

        try:
            return dict(zip(urls, await asyncio.gather(*map(one, urls)), strict=True))
        finally:
            await session.close()
            await connector.close(abort_ssl=True)
            await _closed(made)

    async def _fetched(self, session: aiohttp.ClientSession, url: str) -> bytes:
        if why := refusal(url):
            raise NotFetched(why)
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._answer(session, URL(url))
        except TimeoutError:
            raise NotFetched(f"its URL does not answer within {self.timeout_s:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if any(isinstance(each, _Inward) for each in (error, error.__cause__, error.__context__)):
                raise NotFetched("its URL leads to an address that is not public") from None
            raise NotFetched(f"its URL cannot be fetched ({type(error).__name__})") from None

    async def _answer(self, session: aiohttp.ClientSession, url: URL) -> bytes:
        headers = {"Accept": "image/*", "Accept-Encoding": "identity"}
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise NotFetched(f"its URL answers with HTTP {response.status}")
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > self.max_bytes:
                    raise NotFetched(f"its URL leads to more than {self.max_bytes} bytes")
            return bytes(content)

    def _socket(self, where: tuple[Any, ...], all_made: list[socket.socket]) -> socket.socket:
        """A socket for an address that may be connected to: the last look before the connection is made."""
        family, kind, protocol, _, place = where
        if not self.allowed(ipaddress.ip_address(str(place[0]).partition("%")[0])):
            raise _Inward
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        all_made.append(made)
        return made


async def _closed(sockets: Iterable[socket.socket]) -> None:
    """Waits a little for connections that are saying goodbye: the loop ends with them, and would leave them open."""
    for _ in range(_GOODBYES):
        if all(each.fileno() == -1 for each in sockets):
            return
        await asyncio.sleep(0.01)
