"""Several processes on one address: a dead one is started again, all of them end together, one scrape shows all."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from gateway_process import KEY, wait_ready
from raw_http import connected, once, request_bytes

CONFIG = """
model_list:
  - model_name: quick
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 3}}}
"""
SCRAPE = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()
PATIENCE_S = 30.0


@dataclass
class Together:
    """A parent with two workers."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return found

    async def two_workers(self, other_than: int = 0) -> list[psutil.Process]:
        async with asyncio.timeout(PATIENCE_S):
            while len(found := self.workers()) != 2 or other_than in {each.pid for each in found}:
                await asyncio.sleep(0.05)
        return found


@contextmanager
def together(folder: Path, *options: str, by_fd: bool = False) -> Iterator[Together]:
    """Two workers, on a port or on an inherited socket."""
    (folder / "c.yaml").write_text(CONFIG)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    place = ["--fd", str(listener.fileno())] if by_fd else ["--port", str(port)]
    if not by_fd:
        listener.close()
    command = [sys.executable, "-m", "mosseval_proxy", "serve", *place, "--workers", "2", *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--config", str(folder / "c.yaml")],
            stdin=subprocess.PIPE,
            stderr=log,
            pass_fds=(listener.fileno(),) if by_fd else (),
            env={**os.environ, "MOSSEVAL_GATEWAY_KEYS": KEY},
        )
    listener.close()
    running = Together(f"http://127.0.0.1:{port}", process, folder / "log")
    children: list[psutil.Process] = []
    try:
        wait_ready(running.url, process)
        children = running.workers()
        yield running
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
        gone, left = psutil.wait_procs(children, timeout=15)
        assert not left, "workers outlive their parent"
        assert len(gone) == len(children)


async def test_one_scrape_shows_all_workers_and_a_dead_one_comes_back(tmp_path: Path) -> None:
    with together(tmp_path) as running:
        before = await running.two_workers()
        for _ in range(40):
            assert (await once(running.url, request_bytes("quick"))).status == 200
        await count_is(running.url, 40)
        used = [each.cpu_times().user + each.cpu_times().system for each in before]
        before[0].kill()
        after = await running.two_workers(before[0].pid)
        assert before[1].pid in {each.pid for each in after}
        for _ in range(20):
            assert (await once(running.url, request_bytes("quick"))).status == 200
        await count_is(running.url, 60)
    words = running.log.read_text()
    assert min(used) > 0.1
    assert re.search(r"worker died +code=-9 worker=", words)


async def count_is(url: str, expected: float) -> None:
    """Waits until each of several scrapes says so, whichever worker answers; a request counts at its very end."""
    found: set[float] = set()
    async with asyncio.timeout(PATIENCE_S):
        while found != {expected}:
            found = {await answered(url) for _ in range(6)}


async def answered(url: str) -> float:
    """By the page of whichever worker."""
    page = (await once(url, SCRAPE)).body.decode()
    lines = [line for line in page.splitlines() if 'requests_total{model="quick",outcome="answered"}' in line]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


@pytest.mark.parametrize("by_fd", [False, True])
async def test_told_to_end_all_workers_finish_what_they_have(tmp_path: Path, by_fd: bool) -> None:
    with together(tmp_path, by_fd=by_fd) as running:
        workers = await running.two_workers()
        started = [asyncio.create_task(once(running.url, request_bytes("slow"))) for _ in range(8)]
        await asyncio.sleep(1)
        running.process.send_signal(signal.SIGTERM)
        replies = await asyncio.gather(*started)
        code = await asyncio.to_thread(running.process.wait, PATIENCE_S)
        assert not [each for each in workers if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    assert [reply.status for reply in replies] == [200] * 8
    assert code == 0, running.log.read_text()


async def test_workers_end_with_the_standard_input(tmp_path: Path) -> None:
    with together(tmp_path, "--exit-with-stdin") as running:
        await running.two_workers()
        async with connected(running.url):
            started = time.monotonic()
            assert running.process.stdin is not None
            running.process.stdin.close()
            code = await asyncio.to_thread(running.process.wait, PATIENCE_S)
    assert code == 0
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_standard_input_that_is_at_its_end_ends_it(workers: str) -> None:
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--port", "0", "--exit-with-stdin"]
    ended = subprocess.run([*command, "--workers", workers], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False), ended.stderr.decode()


def test_limits_of_several_workers_want_a_redis(tmp_path: Path) -> None:
    limited = CONFIG.replace("simulated: {latency_s: 3}", "simulated: {latency_s: 3}, limits: {rpm: 5}")
    (tmp_path / "c.yaml").write_text(limited)
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--port", "0", "--workers", "2", "--config"]
    clean = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    done = subprocess.run([*command, str(tmp_path / "c.yaml")], capture_output=True, text=True, check=False, env=clean)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "REDIS_URL" in done.stderr
    assert "the model slow" in done.stderr


def test_a_taken_port_is_one_clear_line_for_several_workers_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "mosseval_proxy", "serve", "--port", port, "--workers", "2"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot listen" in done.stderr
