"""The images and compose.yaml on a real Docker engine; says so and ends with 0 where there is none.

Builds the images, so that an index of packages is needed. Where packages come from somewhere else than PyPI:
MOSSEVAL_PIP_CONF (a pip.conf) and PIP_CERT (a certificate bundle) are handed to the build, and stay in no layer.
Run: make test-docker, ARGS='-k name' for some
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "docker"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from docker_engine import engine_fault  # noqa: E402


def main(arguments: list[str]) -> int:
    """Runs pytest there; its exit code."""
    fault = engine_fault()
    if fault is not None:
        print(f"SKIPPED: {fault}: no image was built, nothing was tested")
        return 0
    command = [sys.executable, "-m", "pytest", "-c", str(TESTS / "pytest.ini"), f"--confcutdir={TESTS}", str(TESTS)]
    return subprocess.run([*command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
