"""Connections to servers, kept for the next request. One request each at a time; none is sent twice."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import NamedTuple

import aiohappyeyeballs

from mosseval_proxy.passthrough.connection import Connection

KEEP_ALIVE_S = 4.0
"""An idle connection is given up before uvicorn's servers (5 s) do it: a request on a closed one would be lost."""
NEXT_ADDRESS_S = 0.25
"""After so long without a connection the next of a name's addresses is tried beside the first (RFC 8305)."""


class Origin(NamedTuple):
    """A server: a name or an address, its port, and whether TLS is spoken."""

    host: str
    port: int
    tls: bool


class Pool:
    """Opens, lends and closes connections. Certificates are checked; no proxies from the environment."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[Connection]] = {}
        self._lent: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._context: ssl.SSLContext | None = None

    def lend(self, origin: Origin, patience_s: float) -> Loan:
        """A connection for one request, to be waited for so many seconds in all. Raises TimeoutError, OSError."""
        return Loan(self, origin, patience_s)

    async def take(self, origin: Origin, patience_s: float) -> Connection:
        """The connection that was used last, or a new one."""
        connection = self._kept(origin)
        if connection is None:
            loop = asyncio.get_running_loop()
            asked_at = loop.time()
            async with asyncio.timeout(patience_s):
                connection = await self._open(origin)
            patience_s -= loop.time() - asked_at
        connection.patience_s = patience_s
        self._lent.add(connection)
        return connection

    def take_back(self, origin: Origin, connection: Connection) -> None:
        """Keeps a connection for the next request; one left early or in trouble is ended."""
        self._lent.discard(connection)
        if connection.reusable:
            self._keep(origin, connection)
        else:
            connection.abort()

    async def aclose(self) -> None:
        """Ends all connections."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in (*self._lent, *(each for idle in self._idle.values() for each in idle)):
            connection.abort()
        self._idle.clear()

    async def _open(self, origin: Origin) -> Connection:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        sock = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS_S, loop=loop)
        context, name = (self._tls(), origin.host) if origin.tls else (None, None)
        try:
            _, connection = await loop.create_connection(Connection, sock=sock, ssl=context, server_hostname=name)
        except BaseException:
            sock.close()
            raise
        return connection

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _kept(self, origin: Origin) -> Connection | None:
        """The connection that was used last, if it is fresh."""
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()
            if _is_fresh(connection):
                return connection
            connection.abort()
        return None

    def _keep(self, origin: Origin, connection: Connection) -> None:
        self._idle.setdefault(origin, []).append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(KEEP_ALIVE_S, self._clean)

    def _clean(self) -> None:
        """Ends what nobody used for so long; comes again while anything is kept."""
        for origin, idle in [*self._idle.items()]:
            fresh = [each for each in idle if _is_fresh(each)]
            for connection in idle:
                if connection not in fresh:
                    connection.abort()
            if fresh:
                self._idle[origin] = fresh
            else:
                del self._idle[origin]
        again = asyncio.get_running_loop().call_later
        self._sweep = again(KEEP_ALIVE_S, self._clean) if self._idle else None


def _is_fresh(connection: Connection) -> bool:
    return connection.reusable and connection.idle_s < KEEP_ALIVE_S


class Loan:
    """`async with`: the connection, given back at the end."""

    __slots__ = ("_connection", "_origin", "_patience_s", "_pool")

    def __init__(self, pool: Pool, origin: Origin, patience_s: float) -> None:
        self._pool = pool
        self._origin = origin
        self._patience_s = patience_s

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.take(self._origin, self._patience_s)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        self._pool.take_back(self._origin, self._connection)
