"""A real HTTP proxy before the S3 server that fails as object stores do: busy, deaf, late, with expired keys."""

from __future__ import annotations

import asyncio
import re
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import aiohttp
from aiohttp import web
from yarl import URL

Kind = Literal["slow_down", "expired", "denied", "lost_answer", "unlist_last", "held", "unconditional"]
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
ERRORS = {
    "slow_down": (503, "SlowDown", "Please reduce your request rate."),
    "expired": (403, "ExpiredToken", "The provided token has expired."),
    "denied": (403, "AccessDenied", "Access Denied"),
}


@dataclass
class Fault:
    """What becomes of requests in whose `METHOD path` the pattern `where` is found: the next `times`, after `after`.

    `lost_answer`: the server does it, its answer never arrives. `unlist_last`: a listing lacks its last object.
    `held`: the request reaches the server when `release` is called, whoever sent it may be gone by then.
    `unconditional`: the server never sees that the put has a condition.
    """

    kind: Kind
    where: str = ""
    times: int = 1_000_000
    after: int = 0

    def strikes(self, request: str) -> bool:
        """Counts down; whether this one is struck."""
        if not re.search(self.where, request):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return self.times >= 0


class S3Faults:
    """The proxy at `url`; `faults` may change at any time, `asked` lists what arrived as `METHOD path?query`."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.struck: list[str] = []
        self.port = 0
        self._loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._released = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._until_the_end()), daemon=True)

    @property
    def url(self) -> str:
        """Its address, for AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, done: Callable[[], object], timeout_s: float = 30.0) -> None:
        """Returns when `done` says so."""
        deadline = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < deadline, self.asked[-20:]
            time.sleep(0.02)

    def release(self) -> None:
        """Lets go what was held, from now on."""
        self._loop.call_soon_threadsafe(self._released.set)

    def __enter__(self) -> S3Faults:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _until_the_end(self) -> None:
        self._loop = asyncio.get_running_loop()
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        async with aiohttp.ClientSession(auto_decompress=False) as self._session:
            self._ready.set()
            await self._end.wait()
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        name = f"{request.method} {request.raw_path}"
        self.asked.append(name)
        fault = next((each for each in self.faults if each.strikes(name)), None)
        if fault is not None:
            self.struck.append(name)
        if fault is not None and fault.kind in ERRORS:
            return _error(fault.kind)
        if fault is not None and fault.kind == "held":
            await self._released.wait()
        plain = fault is not None and fault.kind == "unconditional"
        forwarding = asyncio.ensure_future(self._forwarded(request, body, ("if-none-match",) if plain else ()))
        status, headers, content = await asyncio.shield(forwarding)
        if fault is not None and fault.kind == "lost_answer":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault is not None and fault.kind == "unlist_last":
            content = _without_last(content)
        return web.Response(status=status, headers=headers, body=content)

    async def _forwarded(
        self, request: web.Request, body: bytes, without: tuple[str, ...]
    ) -> tuple[int, dict[str, str], bytes]:
        dropped = ("host", "content-length", "expect", *without)
        kept = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        url = URL(f"{self.upstream}{request.raw_path}", encoded=True)
        async with self._session.request(request.method, url, headers=kept, data=body) as answer:
            content = await answer.read()
            own = {"transfer-encoding", "connection", "date", "server"}
            own |= set() if request.method == "HEAD" else {"content-length"}
            return answer.status, {k: v for k, v in answer.headers.items() if k.lower() not in own}, content


def _error(kind: str) -> web.Response:
    status, code, message = ERRORS[kind]
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return web.Response(status=status, text=body, content_type="application/xml")


def _without_last(content: bytes) -> bytes:
    """A listing without the object that was written last."""
    tree = ET.fromstring(content)
    listed = tree.findall(f"{NAMESPACE}Contents")
    if listed:
        tree.remove(max(listed, key=lambda each: each.findtext(f"{NAMESPACE}LastModified") or ""))
    return ET.tostring(tree)
