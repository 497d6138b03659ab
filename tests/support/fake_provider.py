"""A fake provider over real HTTP: it speaks any wire format that a test tells it to."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar

CUT, HALF = "CUT", "HALF"
STALLED_S = 3.0
"""A write that takes so long has stalled."""


@dataclass(frozen=True)
class Flood:
    """A stream of the same event again and again, after some others."""

    first: bytes
    event: bytes
    times: int


@dataclass(frozen=True)
class Pause:
    """Among events: so many seconds of silence, after which it goes on."""

    seconds: float


@dataclass
class FakeProvider:
    """Answers every POST with `reply`: status, headers, and a JSON body, raw bytes, or a list of events.

    Events are bytes as they are; anything else among them becomes a server-sent event. A float in place of a body or
    an event waits so many seconds for the gateway to hang up; CUT breaks the connection off, HALF in mid-body. A path
    in `asides` is always answered with what stands there, and not counted.
    """

    port: int = 0
    reply: tuple[int, dict[str, str], Any] = (200, {}, {})
    asides: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Event = field(default_factory=threading.Event)
    accepted: int = 0
    """Bytes of a `Flood` that the gateway's side took."""

    def __enter__(self) -> FakeProvider:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, body: Any, status: int = 200, **headers: str) -> None:
        self.reply = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
        self.requests.clear()
        self.left.clear()
        self.stalled.clear()
        self.accepted = 0

    @property
    def last_body(self) -> Any:
        return self.requests[-1][2]


def _sse(event: Any) -> bytes:
    name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
    text = event if isinstance(event, str) else json.dumps(event)
    return f"{name}data: {text}\n\n".encode()


def _handler(fake: FakeProvider) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"fake": fake})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: ClassVar[FakeProvider]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path in self.fake.asides:
            self._whole(200, {}, json.dumps(self.fake.asides[self.path]).encode())
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.fake.requests.append((self.path, headers, json.loads(body or b"{}")))
        status, extra, reply = self.fake.reply
        if reply == CUT:
            self._cut()
        elif reply == HALF:
            self._half(status)
        elif isinstance(reply, float):
            self._wait_for_hang_up(reply)
        elif isinstance(reply, Flood):
            self._flood(status, extra, reply)
        elif isinstance(reply, list):
            self._events(status, extra, reply)
        else:
            self._whole(status, extra, reply if isinstance(reply, bytes) else json.dumps(reply).encode())

    def _whole(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self._head(status, {**headers, "Content-Type": "application/json", "Content-Length": str(len(data))})
        self.wfile.write(data)

    def _half(self, status: int) -> None:
        self._head(status, {"Content-Type": "application/json", "Content-Length": "100"})
        self.wfile.write(b'{"id": "c", "object": ')
        self._cut()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _events(self, status: int, headers: dict[str, str], events: list[Any]) -> None:
        self._head(status, {"Content-Type": "text/event-stream", **headers, "Transfer-Encoding": "chunked"})
        for event in events:
            if event == CUT:
                self._cut()
                return
            if isinstance(event, float):
                self._wait_for_hang_up(event)
                return
            if isinstance(event, Pause):
                time.sleep(event.seconds)
                continue
            data = event if isinstance(event, bytes) else _sse(event)
            self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def _flood(self, status: int, headers: dict[str, str], flood: Flood) -> None:
        """Writes until a write stalls, then waits for the gateway to hang up."""
        self.close_connection = True
        self._head(status, {"Content-Type": "text/event-stream", **headers, "Transfer-Encoding": "chunked"})
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        self.connection.settimeout(STALLED_S)
        try:
            for event in (flood.first, *[flood.event] * flood.times):
                self.connection.sendall(b"%x\r\n" % len(event) + event + b"\r\n")
                self.fake.accepted += len(event)
        except TimeoutError:
            self.fake.stalled.set()
            self._wait_for_hang_up(60.0)
        except ConnectionError:
            self.fake.left.set()

    def _wait_for_hang_up(self, seconds: float) -> None:
        self.close_connection = True
        self.connection.settimeout(seconds)
        try:
            gone = self.connection.recv(1) == b""
        except ConnectionError:
            gone = True
        except TimeoutError:
            gone = False
        if gone:
            self.fake.left.set()

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_arguments: Any) -> None:
        """Says nothing: the test says what went wrong."""
