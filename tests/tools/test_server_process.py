"""Servers that the tools start: waited for, told apart from ones that fail, and gone with all that they started."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from server_process import Way, kill, served

PARENT = """\
import subprocess, sys
subprocess.run([sys.executable, "-m", "http.server", sys.argv[1], "--bind", "127.0.0.1"])
"""
"""A server that is the child of the process that was started, as vLLM's engine is."""


def nested(port: int) -> Sequence[str]:
    return [sys.executable, "-c", PARENT, str(port)]


def gone(process: psutil.Process) -> bool:
    """Whether it ends within some seconds."""
    try:
        process.wait(20)
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.mark.parametrize("crashed", [False, True])
def test_children_go_with_their_server(tmp_path: Path, crashed: bool) -> None:
    with served(Way(nested, "/"), tmp_path, tmp_path / "log") as server:
        [child] = psutil.Process(server.process.pid).children()
        if crashed:
            kill(server.process)
            assert gone(child)
            with pytest.raises(urllib.error.URLError):
                urllib.request.urlopen(server.url, timeout=5)
    assert gone(child)
    assert server.process.returncode != 0


def test_a_server_that_fails_says_why_at_once(tmp_path: Path) -> None:
    def command(_port: int) -> Sequence[str]:
        return [sys.executable, "-c", "import sys; print('no such weights', file=sys.stderr); sys.exit(3)"]

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="no such weights"), served(Way(command, "/"), tmp_path, tmp_path / "log"):
        raise AssertionError("it never came up")
    assert time.monotonic() - started < 60


def test_a_server_gets_its_environment_and_keeps_its_port(tmp_path: Path) -> None:
    code = "import os; open('seen', 'w').write(os.environ['SAID']); " + PARENT
    way = Way(lambda port: [sys.executable, "-c", code, str(port)], "/", environment={"SAID": "yes"})
    with served(way, tmp_path, tmp_path / "log") as first:
        port = int(first.url.rpartition(":")[2])
        assert (tmp_path / "seen").read_text() == "yes"
    with served(way, tmp_path, tmp_path / "log", port) as second:
        assert second.url == first.url
