"""Resolves pyproject.toml into locks/: pinned, hashed, without index addresses. Run: make lock

`all.txt` is resolved first; the smaller ones take its versions, so that a test runs what a user runs.
`python tools/lock.py serve-cpu …` resolves what the images of mosseval_serve hold; torch for the CPU has an index of
its own, which UV_FIND_LINKS or UV_INDEX names.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "all": ("gateway", "objects", "hf", "stats", "report", "view", "k8s", "docs", "dev"),
    "start": ("gateway", "view"),
    "run": ("gateway",),
    "core": (),
    "evaluator": ("hf", "objects"),
}
"""Lock -> the extras it holds, beside the core. `serve` and `vllm` are bounded only: torch's builds differ."""
ENVIRONMENTS = ROOT / "proxy" / "mosseval_serve" / "environments"
SERVERS = {
    "serve-cpu": ("idefics", "torch==2.13.0+cpu"),
    "serve-cuda": ("idefics", "torch==2.13.0"),
    "serve-xcomposer2": ("xcomposer2", "torch==2.0.1"),
    "serve-mplug-owl2": ("mplug-owl2", "torch==2.0.1"),
}
"""Lock of an image of mosseval_serve -> its environment, and the build of torch in it."""


def lock(name: str, extras: tuple[str, ...]) -> None:
    """Writes one lock."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--generate-hashes"]
    command += ["--universal", "--python-version", "3.11", "--no-header", "--no-annotate"]
    command += ["pyproject.toml", "locks/build.in", "--output-file", f"locks/{name}.txt"]
    command += [flag for extra in extras for flag in ("--extra", extra)]
    if name != "all":
        command += ["--constraint", "locks/all.txt"]
    subprocess.run(command, cwd=ROOT, check=True)


def lock_server(name: str, environment: str, torch: str) -> None:
    """Writes the lock of one image of mosseval_serve, for Linux on x86-64."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--generate-hashes"]
    command += [
        "--python-version",
        "3.11",
        "--python-platform",
        "x86_64-manylinux_2_28",
        "--no-header",
        "--no-annotate",
    ]
    command += [str(ENVIRONMENTS / f"{environment}.txt"), "locks/build.in", "-", "--output-file", f"locks/{name}.txt"]
    subprocess.run(command, cwd=ROOT, check=True, input=torch, text=True)


if __name__ == "__main__":
    for each in sys.argv[1:]:
        lock_server(each, *SERVERS[each])
    if not sys.argv[1:]:
        for each, its_extras in LOCKS.items():
            lock(each, its_extras)
