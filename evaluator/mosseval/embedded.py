"""The real gateway as a child process: on a free loopback port, with a key of its own, gone with its parent.

The evaluator never imports the gateway; it starts `python -m mosseval_proxy serve` and speaks HTTP to it. The
listening socket is made here and inherited, so that the port is known at once and nobody can take it. The child
ends when its standard input does, which the system sees to even where the parent is killed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

import aiohttp

from mosseval.client import Endpoint
from mosseval.errors import MissingExtra, TargetUnreachable, UsageError
from mosseval.terminal import clean

START_PATIENCE_S = 60.0
READY_POLL_S = 2.0
END_PATIENCE_S = 5.0
USAGE_EXIT = 2
OF_A_SERVICE = frozenset(
    {"REDIS_URL", "REDIS_URL_FILE", "MOSSEVAL_GATEWAY_KEYS_FILE", "MOSSEVAL_GATEWAY_NAMES", "MOSSEVAL_GATEWAY_WORKERS"}
)


def gateway_command(verb: str, needed_by: str) -> list[str]:
    """The command that runs the gateway package; raises MissingExtra where it is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("mosseval_proxy", "litellm")):
        raise MissingExtra("gateway", needed_by)
    return [sys.executable, "-m", "mosseval_proxy", verb]


class EmbeddedGateway:
    """Async context manager; yields the endpoint once the gateway is ready."""

    def __init__(self, *, config: Path | None = None, replay: Path | None = None) -> None:
        self._options = _options(config, replay)
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    async def __aenter__(self) -> Endpoint:
        command = gateway_command("serve", "--target embedded")
        key = f"embedded-{secrets.token_urlsafe(24)}"
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            port = listener.getsockname()[1]
            self._start([*command, "--fd", str(listener.fileno()), "--exit-with-stdin"], listener.fileno(), key)
        endpoint = Endpoint(f"http://127.0.0.1:{port}/v1", key, is_gateway=True)
        try:
            await self._ready(port)
        except BaseException:
            self._end()
            raise
        return endpoint

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self, command: list[str], fd: int, key: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process does
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*command, *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            pass_fds=(fd,),
            env={**_environment(), "MOSSEVAL_GATEWAY_KEYS": key},
            start_new_session=True,
        )

    def check(self) -> None:
        """Raises TargetUnreachable with the gateway's last words where it has died."""
        if self._process is not None and (code := self._process.poll()) is not None:
            raise TargetUnreachable(
                f"the embedded gateway died with {code}: {self._words()}", hint="the same command goes on from here"
            )

    async def _ready(self, port: int) -> None:
        """Waits until the gateway can serve. Raises UsageError with its own words where it refuses to start."""
        assert self._process is not None
        deadline = asyncio.get_running_loop().time() + START_PATIENCE_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=READY_POLL_S)) as session:
            while asyncio.get_running_loop().time() < deadline:
                if (code := self._process.poll()) is not None:
                    raise self._refused(code)
                try:
                    async with session.get(f"http://127.0.0.1:{port}/readyz") as response:
                        if response.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)
        raise TargetUnreachable(f"the embedded gateway was not ready within {START_PATIENCE_S:g} s: {self._words()}")

    def _refused(self, code: int) -> Exception:
        if code == USAGE_EXIT:
            return UsageError(f"the embedded gateway refuses to start: {self._words()}")
        return TargetUnreachable(f"the embedded gateway ended with {code}: {self._words()}")

    def _words(self) -> str:
        """The end of what the gateway logged."""
        assert self._log is not None
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4000))
        return clean(self._log.read().decode("utf-8", "replace").strip())

    def _end(self) -> None:
        process, log = self._process, self._log
        self._process = self._log = None
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(END_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if log is not None:
            log.close()


def _environment() -> dict[str, str]:
    """This process's own without what sets a service up: a gateway for one run shares nothing with others."""
    return {name: value for name, value in os.environ.items() if name not in OF_A_SERVICE}


def _options(config: Path | None, replay: Path | None) -> list[str]:
    options: list[str] = []
    for flag, value in (("--config", config), ("--replay", replay)):
        if value is not None:
            options += [flag, str(value)]
    return options
