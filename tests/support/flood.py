"""An upstream that streams as fast as it is read, up to 200 MB, and notices when it is held up."""

from __future__ import annotations

import json
import socket
import threading
from types import TracebackType

PIECE = json.dumps({"choices": [{"delta": {"content": "x" * 4000}, "finish_reason": None}]})
EVENT = f"data: {PIECE}\n\n".encode()
TOTAL = 200 * 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
HELD_UP_S = 2.0
"""A write that takes longer counts as held up."""


class Flood:
    """Serves one connection after the other on a port of its own."""

    def __init__(self) -> None:
        self.sent = 0
        self.stalled, self.ended = threading.Event(), threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Flood:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A thread in accept() is not woken by close().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._pour(connection)

    def _pour(self, connection: socket.socket) -> None:
        """Sends until everything is out, or the other side has gone; a stall ends in waiting for that."""
        connection.recv(65536)
        connection.settimeout(HELD_UP_S)
        self.sent = 0
        try:
            connection.sendall(HEAD)
            while self.sent < TOTAL:
                self.sent += connection.send(EVENT)
        except TimeoutError:
            self.stalled.set()
            connection.settimeout(30)
            try:
                gone = connection.recv(1) == b""
            except ConnectionError:
                gone = True
            if gone:
                self.ended.set()
        except ConnectionError:
            self.ended.set()
