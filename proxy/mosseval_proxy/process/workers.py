"""Several processes on one address: a parent that starts them, starts a dead one again, and ends with them.

Each worker is this program once more with a listening socket of its own, all at the same address (`SO_REUSEPORT`, so
that the system spreads connections evenly); an inherited socket is shared by all. The parent holds every socket too,
so that nobody who is waiting at one is lost while its worker is started again. It serves nothing itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence

import structlog

from mosseval_proxy.metrics import FILES
from mosseval_proxy.process.logs import WORKER
from mosseval_proxy.process.parent import when_stdin_ends

WRONG_CONFIGURATION = 2
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 30.0
"""A worker that lived so long died of something else than its start."""
MOST_FAST_DEATHS = 5
"""In a row, of one worker: then the whole ends with 1, for whoever watches over it to see."""
PATIENCE_S = 5.0
"""Beyond the workers' own grace, before those that do not end are killed."""


class Workers:
    """`count` workers until told to end. `command` starts one; it is given `--fd N`."""

    def __init__(self, command: Sequence[str], sockets: Sequence[socket.socket], grace_s: float) -> None:
        self._command = list(command)
        self._sockets = list(sockets)
        self._grace_s = grace_s
        self._told = asyncio.Event()
        self._running: set[asyncio.subprocess.Process] = set()
        self._log = structlog.get_logger("mosseval_proxy")

    async def run(self, *, exit_with_stdin: bool) -> int:
        """Returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._tell, number)
        if exit_with_stdin:
            when_stdin_ends(self._lose_parent)
        with tempfile.TemporaryDirectory(prefix="mosseval-metrics-") as folder:
            environment = {**os.environ, FILES: folder}
            workers = [
                asyncio.create_task(self._keep(index, sock, environment)) for index, sock in enumerate(self._sockets)
            ]
            done, waiting = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            if not self._told.is_set():
                self._tell(signal.SIGTERM)
            if waiting:
                done |= (await asyncio.wait(waiting, timeout=self._grace_s + PATIENCE_S))[0]
            self._signal(signal.SIGKILL)
            codes = await asyncio.gather(*workers)
        return max(codes)

    async def _keep(self, index: int, sock: socket.socket, environment: dict[str, str]) -> int:
        """Keeps one worker running; returns its last exit code once told to end, or where it cannot run."""
        deaths = 0
        while True:
            started = time.monotonic()
            code = await self._run_once(index, sock, environment)
            if self._told.is_set() or code == WRONG_CONFIGURATION:
                return max(code, 0)
            deaths = 1 if time.monotonic() - started > STEADY_S else deaths + 1
            self._log.error("worker died", worker=index, code=code)
            if deaths >= MOST_FAST_DEATHS:
                return 1
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (deaths - 1))
            try:
                await asyncio.wait_for(self._told.wait(), pause)
            except TimeoutError:
                continue
            return 0

    async def _run_once(self, index: int, sock: socket.socket, environment: dict[str, str]) -> int:
        descriptor = sock.fileno()
        process = await asyncio.create_subprocess_exec(
            *self._command,
            "--fd",
            str(descriptor),
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(descriptor,),
            env={**environment, WORKER: str(index)},
            # A Ctrl-C at the terminal is for the parent, which tells the workers.
            start_new_session=True,
        )
        self._running.add(process)
        if self._told.is_set():
            process.terminate()
        try:
            return await process.wait()
        finally:
            self._running.discard(process)
            _forget(process.pid, environment[FILES])

    def _tell(self, number: int) -> None:
        """The first signal is passed on for an end in good order, the second for one at once."""
        self._told.set()
        self._signal(number)

    def _signal(self, number: int) -> None:
        for process in tuple(self._running):
            if process.returncode is None:
                process.send_signal(number)

    def _lose_parent(self) -> None:
        self._told.set()
        # Their standard input ends too: they see that they are orphans, and hurry.
        for process in tuple(self._running):
            if process.stdin is not None:
                process.stdin.close()


def worker_command(arguments: Sequence[str]) -> list[str]:
    """This program again as a worker, with the same flags."""
    return [sys.executable, "-m", "mosseval_proxy", *arguments, "--workers", "1", "--exit-with-stdin"]


def _forget(pid: int, folder: str) -> None:
    """Takes a dead worker's levels out of the metrics; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]
