"""A package from npm, installed once into a folder of the tests' own; skips, visibly, where that cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def from_npm(package: str, file: str) -> Path:
    """A file of `NAME@VERSION`, by its path within the package."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mosseval-tests" / package
    wanted = folder / "node_modules" / package.rpartition("@")[0] / file
    if wanted.is_file():
        return wanted
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"npm is missing: {package} cannot be installed")
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", package]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    if done.returncode or not wanted.is_file():
        pytest.skip(f"{package} cannot be installed with npm: {done.stderr[-300:]}")
    return wanted
