"""Runs the application under uvicorn: on a port or an inherited socket, until a signal or the parent's end."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import socket
import stat
from types import FrameType

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.life import Life
from mosseval_proxy.process.logs import note_unexpected
from mosseval_proxy.process.parent import when_stdin_ends
from mosseval_proxy.protocol.connections import Connection
from mosseval_proxy.settings import Settings, check_exposure

ORPHAN_GRACE_S = 1
"""How long requests in flight may take once the parent is gone: nobody waits for those answers."""
LAST_WORDS_S = 2
"""For answers that are written to reach slow clients, at the very end."""
KEEP_ALIVE_S = 65
"""Longer than clients commonly keep an idle connection: the side that sends the next request should end it."""
BACKLOG = 2048
COLLECTED_AFTER = (10_000, 20, 20)
"""The garbage collector's thresholds: a request makes some hundred objects and hardly a cycle among them."""
OPEN_FILES = 65_536


def listen(settings: Settings, fd: int | None, *, shared: bool = False) -> socket.socket:
    """The listening socket, at an address that `check_exposure` has allowed; `shared`: others may join it there.

    Raises ConfigError for one that is taken or unknown, and for an inherited socket that will not do.
    """
    if fd is not None:
        return _inherited(settings, fd)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    address = (settings.host, settings.port)
    try:
        return socket.create_server(address, family=family, backlog=BACKLOG, reuse_port=shared)
    except OSError as error:
        raise ConfigError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error}") from None


def serve(app: ASGIApp, settings: Settings, sock: socket.socket, life: Life, *, exit_with_stdin: bool) -> int:
    """Serves until told to end; returns the exit code."""
    _raise_open_files()
    config = uvicorn.Config(
        app,
        http=Connection.within(settings.body_timeout_s),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    server = Server(config, life, settings.grace_s)
    _tidy()

    def told(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # For what comes before uvicorn listens to signals, and for the one that it sends again once it has ended in good
    # order, which is not meant to kill.
    signal.signal(signal.SIGTERM, told)
    try:
        uvloop.run(_until_told(server, sock, exit_with_stdin=exit_with_stdin))
    except KeyboardInterrupt:
        return 130
    return 0 if server.started else 1


def _tidy() -> None:
    """Takes what was loaded out of the garbage collector's sight, which else walks through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


class Server(uvicorn.Server):
    """uvicorn's server with an end in good order.

    Told to end, it is not ready at once, answers what is new with 503, and goes when nothing is in hand any more or
    `grace_s` is over; what is still in hand then is broken off with an error. Told twice, it does not wait.
    """

    def __init__(self, config: uvicorn.Config, life: Life, grace_s: float) -> None:
        super().__init__(config)
        self._life = life
        self.grace_s = grace_s
        self._hurry = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        if self._life.ending and self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurry.set)
        self._life.ending = True
        super().handle_exit(sig, frame)

    async def main_loop(self) -> None:
        """Serves until told to end, then waits for what is in hand."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(note_unexpected)
        await super().main_loop()
        self._life.ending = True
        waiting = [asyncio.create_task(self._life.idle()), asyncio.create_task(self._hurry.wait())]
        await asyncio.wait(waiting, timeout=self.grace_s, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        late = set(self.server_state.tasks)
        for request in late:
            request.cancel()
        if late:
            structlog.get_logger("mosseval_proxy").warning("broken off", requests=len(late))
            await asyncio.wait(late, timeout=LAST_WORDS_S)


async def _until_told(server: Server, sock: socket.socket, *, exit_with_stdin: bool) -> None:
    if exit_with_stdin:

        def ended() -> None:
            server.grace_s = ORPHAN_GRACE_S
            server.should_exit = True

        when_stdin_ends(ended)
    await server.serve(sockets=[sock])


def _inherited(settings: Settings, fd: int) -> socket.socket:
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            raise ConfigError(f"--fd {fd} is no socket")
        sock = socket.socket(fileno=fd)
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise ConfigError(f"--fd {fd} is a socket that does not listen")
    except OSError as error:
        raise ConfigError(f"--fd {fd} cannot be used: {error.strerror}") from None
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        check_exposure(settings, sock.getsockname()[0])
    return sock


def _raise_open_files() -> None:
    """Each client is an open file, and the usual soft limit of 1,024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
