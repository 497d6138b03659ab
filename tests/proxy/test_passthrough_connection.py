"""The pass-through path's own connections, against servers that say any bytes at any time."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tls_server import make_trust

from mosseval_proxy.passthrough import pool as pool_module
from mosseval_proxy.passthrough.connection import MAX_HELD_BYTES, MAX_OVERHEAD_BYTES, ONE_WRITE, Broken, Connection
from mosseval_proxy.passthrough.pool import Origin, Pool

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
MIB = 1024 * 1024


class Server:
    """Runs one script for each connection; counts connections, keeps what each said."""

    def __init__(self, script: Script) -> None:
        self.connections = 0
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Origin]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        yield Origin("127.0.0.1", server.sockets[0].getsockname()[1], tls is not None)
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def request(reader: asyncio.StreamReader) -> bytes:
    """A whole request: head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().rpartition(b"content-length: ")[2].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


def saying(*pieces: bytes, pause_s: float = 0.0, stay: bool = False) -> Script:
    """Answers every request with these pieces; the connection ends behind the first answer unless it is to `stay`."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await request(reader)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)
            if not stay:
                return

    return script


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    lending = Pool()
    yield lending
    await lending.aclose()


def send(connection: Connection, body: bytes = b"{}") -> None:
    connection.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body), [body], len(body))


async def ask(pool: Pool, origin: Origin, body: bytes = b"{}", patience_s: float = 5.0) -> tuple[int, bytes]:
    """Status and whole body of one request."""
    async with pool.lend(origin, patience_s) as connection:
        send(connection, body)
        await connection.head()
        pieces = []
        while piece := await connection.read():
            pieces.append(piece)
        return connection.status, b"".join(pieces)


def bytewise(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[at : at + 1] for at in range(len(data)))


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: t\r\n\r\n"
WHOLE: dict[str, tuple[bytes, ...]] = {
    "length": (HELLO,),
    "length, byte by byte": bytewise(HELLO),
    "chunked": (CHUNKED,),
    "chunked, byte by byte": bytewise(CHUNKED),
    "until the connection ends": (OK + b"\r\n", b"hel", b"lo"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nhello",),
    "words on the way": (
        b"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + HELLO,
    ),
}


@pytest.mark.parametrize("pieces", WHOLE.values(), ids=WHOLE)
async def test_an_answer_however_it_is_framed(pool: Pool, pieces: tuple[bytes, ...]) -> None:
    async with Server(saying(*pieces)).running() as origin:
        assert await ask(pool, origin) == (200, b"hello")


async def test_an_answer_without_a_body(pool: Pool) -> None:
    async with Server(saying(b"HTTP/1.1 204 No Content\r\n\r\n")).running() as origin:
        assert await ask(pool, origin) == (204, b"")


async def test_header_names_come_in_any_case_and_a_trailer_is_none(pool: Pool) -> None:
    said = OK + b"RETRY-After: 7\r\nx: \xe9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nRetry-After: 9\r\n\r\n"
    async with Server(saying(said)).running() as origin, pool.lend(origin, 5) as connection:
        send(connection)
        await connection.head()
        while await connection.read():
            pass
        assert (connection.headers["retry-after"], connection.headers["x"]) == ("7", "é")


BROKEN: dict[str, tuple[bytes, ...]] = {
    "nothing": (),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n",),
    "half a head": (OK + b"Content-Le",),
    "half a body": (OK + b"Content-Length: 9\r\n\r\nhello",),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello",),
    "no last chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",),
    "a bad chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",),
    "two lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",),
    "another protocol": (b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",),
    "a head without end": (OK, *[b"X: %s\r\n" % (b"y" * 1000)] * (MAX_OVERHEAD_BYTES // 1000 + 2)),
    "words without end": tuple([b"HTTP/1.1 102 Processing\r\n\r\n" * 100] * 40),
    "trailers without end": (CHUNKED[:-4], *[b"X: %s\r\n" % (b"y" * 1000)] * (MAX_OVERHEAD_BYTES // 1000 + 2)),
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
async def test_what_is_no_whole_answer_breaks(pool: Pool, pieces: tuple[bytes, ...]) -> None:
    server = Server(saying(*pieces))
    async with server.running() as origin:
        with pytest.raises((Broken, ConnectionError)):
            await ask(pool, origin)
        with pytest.raises((Broken, ConnectionError)):
            await ask(pool, origin)
    assert server.connections == 2


async def test_a_long_stream_of_small_chunks_is_no_overhead(pool: Pool) -> None:
    count = 3 * MAX_OVERHEAD_BYTES // 6
    said = OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * count + b"0\r\n\r\n"
    async with Server(saying(said)).running() as origin:
        assert await ask(pool, origin) == (200, b"x" * count)


@pytest.mark.parametrize("size", [2, ONE_WRITE + 1, 9 * MIB])
async def test_a_request_arrives_as_it_was_sent(pool: Pool, size: int) -> None:
    seen = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await request(reader))
        writer.write(HELLO)
        await writer.drain()

    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    async with Server(script).running() as origin, pool.lend(origin, 20) as connection:
        head = b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
        view = memoryview(body)
        connection.send(head, [view[: size // 2], view[size // 2 :]], size)
        await connection.head()
    assert seen == [head + body]


async def test_a_connection_serves_one_request_after_the_other(pool: Pool) -> None:
    server = Server(saying(CHUNKED, stay=True))
    async with server.running() as origin:
        assert [await ask(pool, origin) for _ in range(20)] == [(200, b"hello")] * 20
        assert server.connections == 1
        await asyncio.gather(*(ask(pool, origin) for _ in range(3)))
        assert server.connections == 3


NOT_AGAIN: dict[str, bytes] = {
    "it says so": OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello",
    "an answer too many": HELLO + HELLO,
    "bytes too many": HELLO + b"\r\n\r\nx",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("said", NOT_AGAIN.values(), ids=NOT_AGAIN)
async def test_a_connection_is_not_used_again(pool: Pool, said: bytes) -> None:
    server = Server(saying(said, stay=True))
    async with server.running() as origin:
        for _ in range(3):
            with contextlib.suppress(Broken):
                assert await ask(pool, origin) == (200, b"hello")
    assert server.connections == 3


async def test_bytes_that_nobody_asked_for_end_an_idle_connection(pool: Pool) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(HELLO)
        await asyncio.sleep(0.05)
        writer.write(OK + b"Content-Length: 6\r\n\r\npoison")
        await request(reader)

    server = Server(script)
    async with server.running() as origin:
        assert await ask(pool, origin) == (200, b"hello")
        await asyncio.sleep(0.15)
        assert await ask(pool, origin) == (200, b"hello")
    assert server.connections == 2


async def test_an_idle_connection_is_given_up(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "KEEP_ALIVE_S", 0.05)
    ended = asyncio.Event()

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(HELLO)
        assert await reader.read() == b""
        ended.set()

    async with Server(script).running() as origin:
        assert await ask(pool, origin) == (200, b"hello")
        await asyncio.wait_for(ended.wait(), 5)


async def test_an_answer_before_the_request_has_gone_is_read_and_the_connection_given_up(pool: Pool) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge")
        await writer.drain()
        await asyncio.sleep(5)

    server = Server(script)
    async with server.running() as origin:
        for _ in range(2):
            assert await ask(pool, origin, b"x" * 32 * MIB) == (413, b"large")
    assert server.connections == 2


async def test_a_server_is_waited_for_so_long_in_all(pool: Pool) -> None:
    pieces = [OK + b"Content-Length: 9\r\n\r\n", *[b"x"] * 9]
    async with Server(saying(*pieces, pause_s=0.1)).running() as origin:
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            await ask(pool, origin, patience_s=0.35)
        assert 0.3 < time.monotonic() - started < 2


async def test_a_slow_reader_costs_the_server_no_patience(pool: Pool) -> None:
    async with Server(saying(HELLO)).running() as origin, pool.lend(origin, 0.3) as connection:
        send(connection)
        await connection.head()
        await asyncio.sleep(0.5)
        assert await connection.read() == b"hello"


async def test_what_nobody_reads_is_not_kept(pool: Pool) -> None:
    went = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal went
        await request(reader)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % (64 * MIB))
        for _ in range(64 * 16):
            writer.write(b"x" * (MIB // 16))
            await writer.drain()
            went += MIB // 16

    async with Server(script).running() as origin, pool.lend(origin, 5) as connection:
        send(connection)
        await connection.head()
        await asyncio.sleep(0.5)
        assert went < 32 * MIB
        first = len(await connection.read())
        assert first <= MAX_HELD_BYTES + 512 * 1024
        while piece := await connection.read():
            first += len(piece)
        assert first == 64 * MIB


async def test_one_who_leaves_takes_the_connection_along(pool: Pool) -> None:
    left = asyncio.Event()

    async def script(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await request(reader)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        left.set()

    async with Server(script).running() as origin:
        asking = asyncio.create_task(ask(pool, origin))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.wait_for(left.wait(), 1)


async def test_nobody_there(pool: Pool) -> None:
    async with Server(saying(HELLO)).running() as origin:
        pass
    with pytest.raises(OSError, match=r"."):
        await ask(pool, origin)


async def test_certificates_are_checked(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = make_trust(tmp_path)
    async with Server(saying(HELLO)).running(trust.server) as origin:
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(pool, origin)
        monkeypatch.setenv("SSL_CERT_FILE", str(trust.file))
        trusting = Pool()
        assert await ask(trusting, origin) == (200, b"hello")
        with pytest.raises(ssl.SSLCertVerificationError):
            await ask(trusting, Origin("localhost", origin.port, True))
        await trusting.aclose()
