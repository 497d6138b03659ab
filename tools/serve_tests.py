"""The tests of mosseval_serve and the classifier judge, in an environment of their own (.venv-serve): torch is large.

Needs a package index the first time. Run: make test-serve, ARGS='-k name' for some
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from own_venv import python_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TESTS = ROOT / "tests" / "serve"


def main(arguments: list[str]) -> int:
    """Runs pytest there; its exit code. The evaluator and the gateway are started with this very Python."""
    python = python_of(ROOT / ".venv-serve", HERE / "serve.txt")
    # The tests above these have fixtures that need the project's own environment.
    command = [str(python), "-m", "pytest", "-c", str(TESTS / "pytest.ini"), f"--confcutdir={TESTS}", str(TESTS)]
    environment = {**os.environ, "MOSSEVAL_PYTHON": sys.executable, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run([*command, *arguments], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
