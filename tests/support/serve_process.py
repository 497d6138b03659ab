"""`python -m mosseval_serve` as a process, on a free port, for as long as a block lasts."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import OpenAI

PROXY = Path(__file__).resolve().parents[2] / "proxy"
LISTENING = re.compile(r"listening on \S+ port (\d+)")
UP_S = 120.0
HELLO: list[dict[str, Any]] = [{"role": "user", "content": "Hello"}]


@dataclass
class ServerProcess:
    """A server and how to speak to it."""

    process: subprocess.Popen[bytes]
    log: Path
    model: str

    @property
    def port(self) -> int:
        """Waits until the server listens."""
        deadline = time.monotonic() + UP_S
        while time.monotonic() < deadline:
            found = LISTENING.search(self.log.read_text())
            if found:
                return int(found.group(1))
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> OpenAI:
        """The `openai` package, which tries nothing twice."""
        return OpenAI(base_url=f"{self.url}/v1", **{"api_key": "none", "max_retries": 0, "timeout": 120, **options})

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """One request; `_` in a header's name is `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): each for name, each in headers.items()})
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def post(self, document: Mapping[str, Any] | bytes, **headers: str) -> Reply:
        """A chat completion; the model's name is filled in."""
        body = document if isinstance(document, bytes) else json.dumps({"model": self.model, **document}).encode()
        return self.get("/v1/chat/completions", "POST", body, **{"Content_Type": "application/json", **headers})

    def wait_ready(self) -> list[Reply]:
        """Polls /healthz until it is 200; returns what it said before."""
        before: list[Reply] = []
        deadline = time.monotonic() + UP_S
        while time.monotonic() < deadline:
            reply = self.get("/healthz")
            if reply.status == 200:
                return before
            before.append(reply)
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.json()["error"]["code"])


@contextmanager
def started(model: Path, folder: Path, *flags: str, **environment: str) -> Iterator[ServerProcess]:
    """Starts a server that may not be ready yet; killed at the end if it still runs."""
    command = [sys.executable, "-m", "mosseval_serve", "--model", str(model), "--port", "0", *flags]
    variables = {**os.environ, "PYTHONPATH": str(PROXY), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **environment}
    log = folder / "server.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=stderr, env=variables)
    try:
        yield ServerProcess(process, log, model.name)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@contextmanager
def served(model: Path, folder: Path, *flags: str, **environment: str) -> Iterator[ServerProcess]:
    """A server that is ready, and that ends in good order."""
    with started(model, folder, *flags, **environment) as server:
        server.wait_ready()
        yield server
        server.process.terminate()
        assert server.process.wait(60) == 0, server.log.read_text()
