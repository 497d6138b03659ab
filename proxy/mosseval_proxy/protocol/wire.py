"""Breaking a connection on purpose: how `simulated/flaky` is flaky on the wire and not only in words.

An ASGI application cannot cut its connection, so the protocol class below hands it a way under the extension
`mosseval.cut`. The extension reaches nothing but the simulated model's responses.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Literal

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "mosseval.cut"
Kind = Literal["reset", "cut", "half_json"]


class WireBreak(Exception):
    """A simulated answer that breaks: `after_s` seconds of silence first, `payload` is what was meant to be sent."""

    def __init__(self, kind: Kind, *, after_s: float = 0.0, payload: bytes = b"") -> None:
        super().__init__(kind)
        self.kind = kind
        self.after_s = after_s
        self.payload = payload


class CuttableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with ways for the application to break its connection off."""

    def on_headers_complete(self) -> None:
        """Adds the extension before the application starts."""
        extensions: dict[str, Any] = {EXTENSION: {"reset": self._reset, "cut": self._cut}}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def _cut(self) -> None:
        self.transport.close()

    def _reset(self) -> None:
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            # A linger time of zero makes the system send RST instead of an orderly end.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class BrokenResponse(Response):
    """Sends what a `WireBreak` describes: a reset before any answer, a body cut in the middle, or half JSON."""

    def __init__(self, fault: WireBreak) -> None:
        super().__init__()
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI."""
        fault = self._fault
        await asyncio.sleep(fault.after_s)
        half = fault.payload[: len(fault.payload) // 2]
        whole = len(fault.payload) if fault.kind == "cut" else len(half)
        if fault.kind != "reset":
            headers = [(b"content-type", b"application/json"), (b"content-length", str(whole).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            more = fault.kind == "cut"
            await send({"type": "http.response.body", "body": half, "more_body": more})
        if fault.kind != "half_json":
            scope["extensions"][EXTENSION][fault.kind]()
            while (await receive())["type"] != "http.disconnect":
                pass
