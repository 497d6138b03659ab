"""Runs what a page shows: one folder a page, its commands in their order, by bash, as a reader types them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shown import Block, Command, missing

GATEWAY, ENDPOINT = "4000", "8000"
"""The ports that pages name: the gateway's, and a server of the reader's own. Free ones stand in for them."""
LASTING = ("export ", "cd ")
VENV = Path(sys.executable).parent
FROM_OUTSIDE = "make "
"""What is typed before the environment is activated."""
READY = ("listening", "http://")
PATIENCE_S = 60.0


class Otherwise(Exception):
    """A command that does not do what is shown: the command, its output, and what was expected."""


@dataclass
class Page:
    """A page's folder, environment and processes. `ports`: a port that is shown -> the one that stands in for it."""

    folder: Path
    environment: dict[str, str]
    ports: dict[str, int]
    _lasting: list[str] = field(default_factory=list)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, block: Block) -> None:
        """Runs the commands of a block. Raises Otherwise."""
        for each in block.commands:
            last = each is block.commands[-1]
            if each.text.startswith(LASTING):
                self._lasting.append(each.text)
            elif each.text.rstrip().endswith("&"):
                self._start(each.text.rstrip().removesuffix("&"), f"started{len(self._running)}.log")
                self._wait(each, READY)
            elif last and block.stop:
                self._start(each.text, f"started{len(self._running)}.log")
                self._wait(each, ())
                self._end(self._running.pop())
            else:
                self._finish(each, block.code if last else 0)

    def end(self) -> None:
        """Ends what is still running."""
        for process in self._running:
            self._end(process)

    def _finish(self, command: Command, code: int) -> None:
        with (self.folder / ".output").open("w+b") as written:
            process = self._bash(command.text, written.fileno())
            try:
                ended = process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._end(process)
                ended = -1
            written.seek(0)
            output = self._as_shown(written.read().decode(errors="replace"))
        lacking = missing(command, output)
        if (ended, lacking) != (code, []):
            raise Otherwise(f"$ {command.text}\n{output}\nended with {ended}, expected {code}; did not come: {lacking}")

    def _start(self, text: str, log: str) -> None:
        with (self.folder / log).open("wb") as written:
            self._running.append(self._bash(text, written.fileno()))

    def _wait(self, command: Command, words: tuple[str, ...]) -> None:
        """Until all that is shown has come, and one of the words."""
        log = self.folder / f"started{len(self._running) - 1}.log"
        deadline = time.monotonic() + PATIENCE_S
        while True:
            output = self._as_shown(log.read_text(encoding="utf-8", errors="replace"))
            lacking = missing(command, output)
            if not lacking and (not words or any(word in output for word in words)):
                return
            ended = self._running[-1].poll()
            if ended is not None or time.monotonic() > deadline:
                raise Otherwise(f"$ {command.text}\n{output}\nended with {ended}; did not come: {lacking}")
            time.sleep(0.05)

    def _bash(self, text: str, output: int) -> subprocess.Popen[bytes]:
        script = "\n".join(["set -o pipefail", *self._lasting, text])
        for shown, port in self.ports.items():
            script = script.replace(f"localhost:{shown}", f"localhost:{port}")
            script = script.replace(f"127.0.0.1:{shown}", f"127.0.0.1:{port}")
        places = [each for each in os.environ["PATH"].split(":") if Path(each) != VENV]
        path = ":".join(places if text.startswith(FROM_OUTSIDE) else [str(VENV), *places])
        return subprocess.Popen(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**self.environment, "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _as_shown(self, output: str) -> str:
        for shown, port in self.ports.items():
            output = output.replace(f":{port}", f":{shown}").replace(f"port={port}", f"port={shown}")
        return output.replace(str(self.folder), "/data")

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, number)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    continue


@contextmanager
def opened(folder: Path, endpoint: int, environment: Mapping[str, str]) -> Iterator[Page]:
    """A page in an empty folder; `endpoint` is the port at which a server of the reader's own answers."""
    gateway = _free_port()
    kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
    page = Page(
        folder,
        {
            **kept,
            "HOME": str(folder),
            "MOSSEVAL_GATEWAY_PORT": str(gateway),
            "MOSSEVAL_GATEWAY_URL": f"http://127.0.0.1:{gateway}",
            **environment,
        },
        {GATEWAY: gateway, ENDPOINT: endpoint},
    )
    try:
        yield page
    finally:
        page.end()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
