"""A server of somebody else's as a child process on a free loopback port, for as long as a block lasts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

END_S = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its base URL without `/v1`, its process and how long it took to come up."""

    url: str
    process: subprocess.Popen[bytes]
    up_s: float


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is started: `command` is handed the port, `health` is the path that answers once it can serve."""

    command: Callable[[int], Sequence[str]]
    health: str
    start_s: float = 180.0
    environment: Mapping[str, str] | None = None


@contextmanager
def served(way: Way, folder: Path, log: Path, port: int | None = None) -> Iterator[Server]:
    """The server, run in `folder`. Raises RuntimeError with the end of its log where it does not come up."""
    port = port or free_port()
    environment = {**os.environ, **(way.environment or {})}
    started = time.monotonic()
    with log.open("ab") as said:
        process = subprocess.Popen(
            list(way.command(port)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url + way.health, process, log, way.start_s)
            yield Server(url, process, time.monotonic() - started)
        finally:
            _take_down(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a server and what it started at once, as a crash would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path, start_s: float) -> None:
    deadline = time.monotonic() + start_s
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _take_down(process: subprocess.Popen[bytes]) -> None:
    """Asks it to end; what is left of it and of its children after that is killed."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=END_S)
    kill(process)
