"""The Dockerfiles themselves, those of images that are not built here among them."""

from __future__ import annotations

import subprocess

from docker_engine import ROOT
from own_venv import python_of


def test_hadolint_finds_nothing() -> None:
    python = python_of(ROOT / ".venv-hadolint", ROOT / "tools" / "hadolint.txt")
    files = sorted(str(path) for path in (ROOT / "docker").glob("*.Dockerfile"))
    assert len(files) == 4
    command = [str(python.with_name("hadolint")), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
