"""The application on a loopback port, until it is told to end."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from mosseval.errors import UsageError

ADDRESS = "127.0.0.1"
PORT = 7820
GRACE_S = 3
COLLECTED_EVERY = 100_000


def listening(port: int | None) -> socket.socket:
    """A socket on `port` of this machine alone; without one on PORT, or a free one where that is taken.

    Raises UsageError where the port that was asked for is taken.
    """
    for each in (port,) if port is not None else (PORT, 0):
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            found.bind((ADDRESS, each))
            found.listen(128)
            return found
        found.close()
    raise UsageError(f"port {port} is taken", hint="name another one with --port, or none")


def url_of(taken: socket.socket) -> str:
    """Where a browser finds it."""
    return f"http://{ADDRESS}:{taken.getsockname()[1]}/"


def serve(app: ASGIApp, taken: socket.socket, ready: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM; calls `ready` when it answers."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    # What runs say is very many small objects that stay: looking through them for cycles took half of the reading.
    gc.set_threshold(COLLECTED_EVERY, 20, 50)
    server = _Server(config, ready)
    server.run(sockets=[taken])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()
