"""What all tests share: the shared data, a hostile endpoint, the command as a process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint
from hypothesis import HealthCheck, settings
from mosseval_process import InProcess, Mosseval

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes is the machine's matter, not the code's.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data sets beside the repository; tests that need them are skipped, visibly, where they are absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    return folder


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """An OpenAI-style endpoint on a free port."""
    with FakeEndpoint() as running:
        yield running


@pytest.fixture
def mosseval(tmp_path: Path) -> Iterator[Mosseval]:
    """The command `mosseval`, started in the test's own folder."""
    command = Mosseval(tmp_path)
    yield command
    command.end()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> InProcess:
    """The command `mosseval` in this very process: for the many cases that need no process of their own."""
    return InProcess(tmp_path, monkeypatch, capsys)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "none", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)
