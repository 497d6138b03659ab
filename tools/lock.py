"""Resolves pyproject.toml into locks/: pinned, hashed, without index addresses. Run: make lock

`all.txt` is resolved first; the smaller ones take its versions, so that a test runs what a user runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "all": ("gateway", "hf", "stats", "report", "k8s", "dev"),
    "run": ("gateway",),
    "core": (),
    "evaluator": ("hf", "stores"),
}
"""Lock -> the extras it holds, beside the core. `serve` and `vllm` are bounded only: torch's builds differ."""


def lock(name: str, extras: tuple[str, ...]) -> None:
    """Writes one lock."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--generate-hashes"]
    command += ["--universal", "--python-version", "3.11", "--no-header", "--no-annotate"]
    command += ["pyproject.toml", "locks/build.in", "--output-file", f"locks/{name}.txt"]
    command += [flag for extra in extras for flag in ("--extra", extra)]
    if name != "all":
        command += ["--constraint", "locks/all.txt"]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    for each, its_extras in LOCKS.items():
        lock(each, its_extras)
