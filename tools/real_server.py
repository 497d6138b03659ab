"""The evaluator against a server that nobody here wrote: `transformers serve` with a tiny random LLaVA.

Makes an environment of its own (.venv-real), the model and the server, runs the demo benchmark against it, and
checks what lies on disk. The same command again runs with the server gone, so it can send nothing. Needs a
package index the first time. Run: make test-real
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from demo_run import GOOD_EXITS, demo_command, faults, records, run_demo
from own_venv import python_of
from server_process import Way, served

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venv-real"
MODEL = "tiny-llava"


def way(python: Path, folder: Path) -> Way:
    """`transformers serve` with the model in `folder`."""

    def command(port: int) -> Sequence[str]:
        serve = [str(python.with_name("transformers")), "serve", MODEL]
        return [*serve, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]

    # Without the hub's folder the server fails on its list of models.
    (folder / "hf" / "hub").mkdir(parents=True)
    environment = {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    return Way(command, "/health", environment=environment)


def main() -> int:
    """Prints what was seen; 1 where something was not as it should be."""
    python = python_of(ENVIRONMENT, HERE / "real.txt")
    with tempfile.TemporaryDirectory(prefix="mosseval-real-") as name:
        folder = Path(name)
        out = folder / "run"
        subprocess.run([str(python), str(HERE / "tiny_llava.py"), str(folder / MODEL)], check=True, capture_output=True)
        with served(way(python, folder), folder, folder / "server.log") as server:
            command = demo_command(server.url, MODEL, out)
            first_exit, summary = run_demo(command)
        if first_exit not in GOOD_EXITS:
            print(f"the run ended with {first_exit}")
            return 1
        found, written = list(faults(out)), (out / "records-0.jsonl").read_bytes()
        again_exit, _ = run_demo(command)
        if again_exit != first_exit:
            found.append(f"the same command again ended with {again_exit}, not {first_exit}")
        if (out / "records-0.jsonl").read_bytes() != written:
            found.append("the same command again wrote records")
        counts = Counter(record["status"] for record in records(out))
    print(summary)
    seen = f"{dict(counts)}; exit {first_exit}, and {again_exit} with the server gone"
    print(f"server up after {server.up_s:.0f} s; {seen}")
    for fault in found:
        print(f"wrong: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
