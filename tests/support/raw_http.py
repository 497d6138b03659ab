"""HTTP by hand: many connections at once, and ones that do not behave."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from gateway_process import KEY

PATIENCE_S = 30.0


def request_bytes(model: str, question: str = "Hi", *, stream: bool = False, key: str = KEY, **headers: str) -> bytes:
    """A whole request to chat completions; `_` in a header's name is `-`."""
    body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": question}]}).encode()
    return head(len(body), key=key, **headers) + body


def head(length: int, *, key: str = KEY, **headers: str) -> bytes:
    """The head of such a request."""
    lines = ["POST /v1/chat/completions HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}"]
    lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass
class Reply:
    """What came back on one connection; a closed connection without an answer has status 0."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        code: str = json.loads(self.body)["error"]["code"]
        return code


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, patience_s: float = PATIENCE_S) -> Reply:
        """The next answer; its body by its length, or in chunks to the last."""
        async with asyncio.timeout(patience_s):
            try:
                lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return Reply()
            found = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
            if "content-length" in found:
                body = await self.reader.readexactly(int(found["content-length"]))
            else:
                body = b"".join([chunk async for chunk in self._chunks()])
            return Reply(int(lines[0].split()[1]), found, body)

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readline(), 16):
            yield await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Raw]:
    """A connection to the gateway."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()


async def once(url: str, data: bytes) -> Reply:
    """One request on a connection of its own."""
    async with connected(url) as raw:
        await raw.send(data)
        return await raw.reply()


def allow_open_files(count: int) -> None:
    """Raises this process's own bound on open files, or skips the test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        if hard != resource.RLIM_INFINITY and hard < count:
            pytest.skip(f"only {hard} open files are allowed here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
