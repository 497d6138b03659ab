"""Fetches pictures by URL, where that is switched on: https, public addresses alone, bounded in size and time.

The address is checked on the socket that is about to connect, after every resolving and for every redirect: a name
that leads elsewhere the second time it is asked for (rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

TIMEOUT_S = 15.0
"""For one picture, redirects included."""
MOST_REDIRECTS = 3
MOST_AT_A_TIME = 16
LONGEST_URL = 4096
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CARRIERS = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "::/96")
)
"""IPv6 networks in which an IPv4 address is hidden (NAT64, 6to4, Teredo, compatible ones) or that are local."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Exception):
    """The picture cannot be had; `str(error)` says why, without what the other side said."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file, and the media type that its server gives it."""

    declared: str
    content: bytes


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet and to nothing nearer."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in CARRIERS):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Inward(OSError):
    """A name or a redirect leads to an address that is not public."""


class Fetcher:
    """Fetches. `resolver`, `trust` (for TLS) and `allowed` stand in the way of tests alone."""

    def __init__(
        self,
        max_bytes: int,
        *,
        timeout_s: float = TIMEOUT_S,
        resolver: AbstractResolver | None = None,
        trust: ssl.SSLContext | None = None,
        allowed: Callable[[Address], bool] = is_public,
    ) -> None:
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._resolver = resolver
        self._trust = trust or ssl.create_default_context()
        self._allowed = allowed
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: bytes) -> Fetched:
        """The file behind a URL. Raises NotFetched."""
        target = _checked(url)
        try:
            async with asyncio.timeout(self._timeout_s):
                for _ in range(MOST_REDIRECTS + 1):
                    answer = await self._asked(target)
                    if isinstance(answer, Fetched):
                        return answer
                    target = answer
        except TimeoutError:
            raise NotFetched(f"its URL does not answer within {self._timeout_s:g} s") from None
        except _Inward:
            raise NotFetched("its URL leads to an address that is not public") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error.__cause__, _Inward) or isinstance(error.__context__, _Inward):
                raise NotFetched("its URL leads to an address that is not public") from None
            raise NotFetched(f"its URL cannot be fetched ({type(error).__name__})") from None
        raise NotFetched(f"its URL redirects more than {MOST_REDIRECTS} times")

    async def aclose(self) -> None:
        """Closes connections."""
        if self._session is not None:
            await self._session.close()

    async def _asked(self, url: URL) -> Fetched | URL:
        """The file, or where a redirect leads."""
        headers = {"Accept": "image/*", "Accept-Encoding": "identity"}
        async with self._open().get(url, headers=headers, allow_redirects=False) as response:
            if response.status in REDIRECTS:
                return _checked(str(url.join(URL(response.headers.get("Location", "")))).encode())
            if response.status != 200:
                raise NotFetched(f"its URL answers with HTTP {response.status}")
            if (response.content_length or 0) > self._max_bytes:
                raise NotFetched(f"its URL leads to more than {self._max_bytes} bytes")
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > self._max_bytes:
                    raise NotFetched(f"its URL leads to more than {self._max_bytes} bytes")
            return Fetched(_declared(response.headers.get("Content-Type", "")), bytes(content))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=MOST_AT_A_TIME,
                resolver=self._resolver,
                ssl=self._trust,
                use_dns_cache=False,
                force_close=True,
                socket_factory=self._socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        return self._session

    def _socket(self, where: tuple[Any, ...]) -> socket.socket:
        """A socket for an address that may be connected to: the last look before the connection is made."""
        family, kind, protocol, _, place = where
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not self._allowed(address):
            raise _Inward
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


def _checked(url: bytes) -> URL:
    """A URL that may be asked for. Raises NotFetched."""
    if len(url) > LONGEST_URL:
        raise NotFetched(f"its URL is longer than {LONGEST_URL} bytes")
    try:
        found = URL(url.decode("ascii"))
        host = found.host
    except ValueError:
        raise NotFetched("its URL cannot be read") from None
    if found.scheme != "https" or not host:
        raise NotFetched("only https URLs are fetched")
    if found.user is not None or found.password is not None:
        raise NotFetched("a URL with a name or a password in it is not fetched")
    return found


def _declared(header: str) -> str:
    kind = header.partition(";")[0].strip().lower()
    return kind if kind.isascii() and kind.isprintable() and 0 < len(kind) <= 64 else "application/octet-stream"
