"""Runs the application under uvicorn until a signal, and the engine beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from mosseval_serve.adapters.base import Adapter
from mosseval_serve.app import create_app
from mosseval_serve.engine import BatchLimits, Engine
from mosseval_serve.errors import StartError
from mosseval_serve.settings import Settings

BACKLOG = 256
LAST_SECONDS = 2.0
"""How long before the end of the grace period what still runs is told that the server ends."""


class Server(uvicorn.Server):
    """uvicorn that tells the engine when it is told to end."""

    def __init__(self, config: uvicorn.Config, engine: Engine, grace_s: float) -> None:
        super().__init__(config)
        self._engine = engine
        self._grace_s = grace_s
        self.interrupted = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM and SIGINT: not ready, finish, go."""
        self._engine.close()
        self.interrupted = self.interrupted or sig == signal.SIGINT
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().call_later(max(0.0, self._grace_s - LAST_SECONDS), self._engine.abort)
        super().handle_exit(sig, frame)


def listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises StartError for an address that is taken or unknown."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise StartError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}") from None


def serve(load: Callable[[], Adapter], settings: Settings, limits: BatchLimits) -> int:
    """Listens, loads the model and serves until told to end; returns the exit code."""
    # uvicorn ends in good order on a signal and then sends it again: that one is not meant to kill.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    with listen(settings) as sock:
        return asyncio.run(_serve(load, settings, limits, sock))


async def _serve(load: Callable[[], Adapter], settings: Settings, limits: BatchLimits, sock: socket.socket) -> int:
    loop = asyncio.get_running_loop()

    def engine_ended() -> None:
        def end() -> None:
            server.should_exit = True

        # The loop may have been closed in the meantime: then there is nothing left to end.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(end)

    engine = Engine(load, limits, engine_ended)
    config = uvicorn.Config(
        create_app(engine, settings),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(settings.grace_s) + 1,
    )
    server = Server(config, engine, settings.grace_s)
    host, port = sock.getsockname()[:2]
    logging.getLogger("mosseval_serve").warning("listening on %s port %d as %s", host, port, settings.name)
    engine.start()
    await server.serve(sockets=[sock])
    engine.abort()
    await asyncio.to_thread(engine.join, LAST_SECONDS)
    if engine.failure is not None:
        sys.stderr.write(f"mosseval_serve: {engine.failure}\n")
        return 2
    return 130 if server.interrupted else 0
