"""The gateway as a process, on an inherited socket, for as long as a block lasts."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import OpenAI

KEY = "gateway-key-of-the-tests"
SLOW_AND_QUICK = """
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 60}}}
  - model_name: quick
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
"""
"""Two entries that end a `model_list`."""


@dataclass
class Gateway:
    """A gateway process and how to speak to it."""

    url: str
    log: Path
    pid: int
    client: OpenAI

    def post(self, body: bytes, timeout: float = 20, **headers: str) -> tuple[int, dict[str, str], str]:
        """Status, headers (lower case) and body of one POST to chat completions; `_` in a header's name is `-`."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=timeout)
        sent = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        try:
            connection.request("POST", "/v1/chat/completions", body, sent)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read().decode()
        finally:
            connection.close()


@contextmanager
def gateway_process(folder: Path, config: str | None = None, **environment: str) -> Iterator[Gateway]:
    """`python -m mosseval_proxy serve` on an inherited socket until the block ends."""
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--exit-with-stdin"]
    if config is not None:
        (folder / "gateway.yaml").write_text(config)
        command += ["--config", str(folder / "gateway.yaml")]
    log = folder / "gateway.log"
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    with socket.create_server(("127.0.0.1", 0)) as listener, log.open("wb") as stderr:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [*command, "--fd", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stderr=stderr,
            pass_fds=(listener.fileno(),),
            env={**clean, "MOSSEVAL_GATEWAY_KEYS": KEY, **environment},
        )
    try:
        wait_ready(url, process)
        with OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0, timeout=30) as client:
            yield Gateway(url, log, process.pid, client)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        code = process.wait(15)
    assert code == 0, log.read_text()


def start_gateway(listener: socket.socket, log: Path, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    """The gateway on this socket, ready; whoever starts it ends it."""
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--fd", str(listener.fileno()), *options]
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stderr=stderr,
            pass_fds=(listener.fileno(),),
            env={**clean, "MOSSEVAL_GATEWAY_KEYS": KEY, **environment},
        )
    wait_ready(f"http://127.0.0.1:{listener.getsockname()[1]}", process)
    return process


def wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
                assert response.status == 200
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"no gateway at {url}, exit code {process.poll()}")
