"""Makes installed packages small and the same each time: no tests, no build tools, byte code that knows no clock.

Run within a build: PYTHONHASHSEED=0 python trim.py ROOT [--packages]. The packages lie in ROOT/opt/mosseval. Without
the seed sets come out in an order of their own each time.
"""

import compileall
import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path

BUILD_TOOLS = ("editables", "hatchling", "pathspec", "pluggy", "trove-classifiers")
"""Of locks/build.in: what makes the wheel, and nothing that runs needs."""
UNUSED = (
    "*/tests",
    "numpy/*/include",
    "numpy/*/tests",
    "pyarrow/*flight*",
    "pyarrow/include",
    "pyarrow/src",
    "litellm/proxy/_lazy_openapi_snapshot.json",
    "litellm/proxy/swagger",
)
AWS_SERVICES = {"bedrock", "bedrock-runtime", "s3", "signin", "sso", "sso-oidc", "sts"}
"""Of the three hundred that botocore describes: what answers, stores and lets in."""
UNCOMPILED = re.compile(r"/litellm/proxy/")
"""A server of litellm's own, which is never started."""


def main(root: Path, *, packages: bool) -> None:
    """Trims and compiles."""
    home = root / "opt/mosseval"
    site = next(home.glob("lib/python3*/site-packages"))
    if packages:
        python = [sys.executable, "-m", "pip", "--python", str(home / "bin/python")]
        subprocess.run([*python, "uninstall", "--quiet", "--yes", *BUILD_TOOLS], check=True)  # noqa: S603
        services = [found for found in site.glob("botocore/data/*/") if found.name not in AWS_SERVICES]
        for path in [*services, *(found for pattern in UNUSED for found in site.glob(pattern))]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    made = compileall.compile_dir(
        site,
        quiet=2 if packages else 1,
        maxlevels=50,
        force=True,
        rx=UNCOMPILED,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        stripdir=str(root),
        prependdir="/",
    )
    # Packages carry files for other Pythons.
    if not made and not packages:
        sys.exit("byte code could not be made")


if __name__ == "__main__":
    main(Path(sys.argv[1]), packages="--packages" in sys.argv)
