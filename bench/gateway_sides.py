"""The gateways that `bench/gateway.py` sets side by side, each a process of its own before the same mock upstream."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from processes import HERE, ChildFailed

ROOT = HERE.parent
KEY = f"sk-{secrets.token_hex(32)}"
"""Of every gateway here; the stock proxy takes no weak one."""
STARTS_WITHIN_S = 120.0
POLL_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")
DIRECT, TRANSLATED = "direct", "translated"
"""The model names under which the mock upstream is reached in its two forms."""


@dataclass(frozen=True, slots=True)
class Side:
    """A running gateway: its address, its processes, and the seconds from its start to its first answer."""

    url: str
    pids: tuple[int, ...]
    ready_s: float

    def cpu_s(self) -> float:
        """User and system time of all its processes so far."""
        return sum(map(_cpu_s, self.pids))

    def memory_mib(self) -> float:
        """Resident memory of all its processes."""
        return sum(map(_memory_mib, self.pids))


@contextmanager
def bare(upstream: str) -> Iterator[Side]:
    """The bare aiohttp pass-through."""
    started = time.perf_counter()
    command = [sys.executable, str(HERE / "bare_gateway.py"), upstream]
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        if not port:
            raise ChildFailed("the bare gateway did not start")
        yield Side(f"http://127.0.0.1:{port}", (process.pid,), time.perf_counter() - started)


@contextmanager
def ours(upstream: str, folder: Path, workers: int = 1, *, translated: bool = True) -> Iterator[Side]:
    """This gateway; without `translated` it knows no model that needs litellm."""
    config = folder / f"ours-{workers}-{translated}.json"
    config.write_text(json.dumps({"model_list": _models(upstream, translated=translated)}), encoding="utf-8")
    with configured(config, workers) as side:
        yield side


@contextmanager
def configured(config: Path, workers: int = 1, **environment: str) -> Iterator[Side]:
    """This gateway with a file of models; `environment` is added to this process's own."""
    environment = {**os.environ, "MOSSEVAL_GATEWAY_KEYS": KEY, **environment}
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--exit-with-stdin", "--config", str(config)]
    if workers > 1:
        command += ["--workers", str(workers)]
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        command += ["--fd", str(listener.fileno())]
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        started = time.perf_counter()
        with _process(command, env=environment, pass_fds=(listener.fileno(),)) as process:
            _wait(f"{url}/readyz", process)
            ready = time.perf_counter() - started
            yield Side(url, (process.pid, *_children(process.pid)), ready)


@contextmanager
def stock(python: Path, upstream: str, folder: Path) -> Iterator[Side]:
    """LiteLLM's own proxy as it comes, by the Python of its environment."""
    config = folder / "stock.json"
    config.write_text(json.dumps({"model_list": _models(upstream, translated=True)}), encoding="utf-8")
    # It cannot inherit a socket: a free port is looked for, and somebody else might take it first.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [str(python.parent / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": KEY}
    started = time.perf_counter()
    with _process(command, env=environment) as process:
        _wait(f"http://127.0.0.1:{port}/health/liveliness", process)
        pids = (process.pid, *_children(process.pid))
        yield Side(f"http://127.0.0.1:{port}", pids, time.perf_counter() - started)
        process.terminate()


def _models(upstream: str, *, translated: bool) -> list[dict[str, object]]:
    direct = {"model": "hosted_vllm/bench", "api_base": f"{upstream}/v1"}
    claude = {"model": "anthropic/claude-3-haiku-20240307", "api_base": upstream, "api_key": "none-needed"}
    named = {DIRECT: direct, TRANSLATED: claude} if translated else {DIRECT: direct}
    return [{"model_name": name, "litellm_params": params} for name, params in named.items()]


@contextmanager
def _process(
    command: list[str],
    *,
    env: Mapping[str, str] | None = None,
    pass_fds: tuple[int, ...] = (),
    stdout: int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with its standard input, or is killed; where the block fails, what it said is added."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=stdout, stderr=said, env=env, pass_fds=pass_fds
        )
        try:
            yield process
        except ChildFailed as error:
            said.seek(0)
            raise ChildFailed(f"{error}\n{said.read()[-2000:].decode('utf-8', 'replace')}") from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                response.read()
                return
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_S)
    raise ChildFailed(f"no answer at {url}, exit code {process.poll()}")


def _children(pid: int) -> tuple[int, ...]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return tuple(map(int, found))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
