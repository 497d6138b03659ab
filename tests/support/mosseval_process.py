"""The command `mosseval` as a real process, in a clean environment and a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from mosseval.cli import main

PASSED_ON = ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float


class Mosseval:
    """Starts `python -m mosseval` in `folder`; `environment` is added to the clean one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self._started: list[subprocess.Popen[str]] = []

    def __call__(
        self, *arguments: object, environment: Mapping[str, str] | None = None, timeout_s: float = 60.0
    ) -> Finished:
        """Runs the command to its end."""
        started = time.monotonic()
        process = self.start(*arguments, environment=environment)
        return self.finish(process, timeout_s, started)

    def start(
        self,
        *arguments: object,
        environment: Mapping[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "mosseval"),
        **options: Any,
    ) -> subprocess.Popen[str]:
        """Starts the command and leaves it running; it is killed at the end of the test. `program` is what Python
        runs in place of the package."""
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        process = subprocess.Popen(
            [sys.executable, *program, *(str(each) for each in arguments)],
            cwd=self.folder,
            env=self.clean(environment or {}),
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            **options,
        )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], timeout_s: float = 60.0, started: float | None = None) -> Finished:
        """Waits for a started command."""
        began = time.monotonic() if started is None else started
        out, err = process.communicate(timeout=timeout_s)
        return Finished(process.returncode, out or "", err or "", time.monotonic() - began)

    def clean(self, added: Mapping[str, str]) -> dict[str, str]:
        """The environment of the command: nothing of the tester's own settings and keys."""
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**kept, "HOME": str(self.folder), **self.environment, **added}

    def end(self) -> None:
        """Kills what a test left running."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


class InProcess:
    """The same command in the tester's own process: as `Mosseval`, without the half second of a start."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, written: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        self._patch = patch
        self._written = written

    def __call__(self, *arguments: object, environment: Mapping[str, str] | None = None) -> Finished:
        """Runs the command to its end."""
        started = time.monotonic()
        handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        self._written.readouterr()
        with self._patch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["mosseval", *(str(each) for each in arguments)])
            for name in [name for name in os.environ if name.startswith("MOSSEVAL_")]:
                patch.delenv(name)
            for name, value in {**self.environment, **(environment or {})}.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        for each, handler in handlers.items():
            signal.signal(each, handler)
        out, err = self._written.readouterr()
        code = ended.value.code
        return Finished(code if isinstance(code, int) else 0, out, err, time.monotonic() - started)


def lines(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file; every one must be whole."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def records(run: Path, shard: int = 0) -> dict[str, dict[str, Any]]:
    """The record that stands for each sample id (of repeat 0) in a run's folder."""
    return {each["sample_id"]: each for each in lines(run / f"records-{shard}.jsonl") if each["repeat"] == 0}


def gateway_of(process: subprocess.Popen[str], timeout_s: float = 15.0) -> psutil.Process:
    """The child that serves as the gateway, once it has been started."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children():
            if "mosseval_proxy" in child.cmdline():
                return child
        time.sleep(0.05)
    raise AssertionError("no gateway was started")
