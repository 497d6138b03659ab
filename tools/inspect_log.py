"""Reads a log of `mosseval export --format inspect` with inspect_ai's own reader, viewer and converter.

Makes the environment that `make bench-peers` uses too (.venv-peers) and a run with every outcome and hostile texts in
it. Then: inspect's reader takes the log, its viewer's server hands it out, its converter makes another log of it, and
`import` makes of both the summary that the run had. Needs a package index the first time. Run: make test-inspect
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from own_venv import python_of
from server_process import Way, served

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "tests" / "support"))

import every_outcome  # noqa: E402 - found where the line above says

ENVIRONMENT = ROOT / ".venv-peers"
READ = """
import json, sys
from inspect_ai.log import read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries, write_eval_log
log = read_eval_log(sys.argv[1])
write_eval_log(log, sys.argv[2])
one = read_eval_log_sample(sys.argv[1], id=log.samples[1].id, epoch=log.samples[1].epoch)
print(json.dumps({
    "status": log.status,
    "samples": len(log.samples),
    "summaries": len(read_eval_log_sample_summaries(sys.argv[1])),
    "errors": sum(sample.error is not None for sample in log.samples),
    "blocked": sum(sample.output.stop_reason == "content_filter" for sample in log.samples),
    "scored": sum(bool(sample.scores) for sample in log.samples),
    "metric": log.results.scores[0].metrics["refusal_rate"].value,
    "one": one.scores["rules"].value if one.scores else None,
}))
"""


def mosseval(folder: Path, *arguments: object) -> str:
    """The command, in a process of its own; its standard output. Raises CalledProcessError."""
    command = [sys.executable, "-m", "mosseval", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def numbers(folder: Path, run: str) -> dict[str, Any]:
    """A run's summary without where it came from."""
    document: dict[str, Any] = json.loads(mosseval(folder, "summary", run, "--format", "json"))
    del document["provenance"]
    return document


def viewer(python: Path, folder: Path) -> Way:
    """inspect's viewer over the folder of logs."""

    def command(port: int) -> Sequence[str]:
        view = [str(python.with_name("inspect")), "view", "start", "--log-dir", str(folder)]
        return [*view, "--host", "127.0.0.1", "--port", str(port)]

    return Way(command, "/api/logs", environment={"HOME": str(folder.parent)})


def faults(python: Path, folder: Path) -> list[str]:
    """What was not as it should be."""
    wanted = numbers(folder, "run")
    [log] = (folder / "logs").iterdir()
    packed = folder / "packed.eval"
    reading = [str(python), "-c", READ, str(log), str(packed)]
    read = subprocess.run(reading, check=True, stdout=subprocess.PIPE, text=True)
    seen = json.loads(read.stdout)
    print(f"inspect's reader: {seen}")
    counts = wanted["counts"]
    expected = {
        "status": "success",
        "samples": wanted["samples"] - counts["pending"],
        "summaries": wanted["samples"] - counts["pending"],
        "errors": counts["error"] + counts["missing_image"],
        "blocked": counts["blocked"] + counts["blocked_other"],
        "metric": round(wanted["refusal_rate"]["percent"] / 100, 6),
    }
    found = [
        f"the reader says {name} {seen[name]}, not {value}" for name, value in expected.items() if seen[name] != value
    ]
    found += _imported(folder, log, "again", wanted)
    convert = [str(python.with_name("inspect")), "log", "convert", "--to", "json", "--output-dir"]
    subprocess.run([*convert, str(folder / "converted"), str(packed)], check=True, stdout=subprocess.DEVNULL)
    found += _imported(folder, next((folder / "converted").rglob("*.json")), "converted-again", wanted)
    with served(viewer(python, log.parent), folder, folder / "viewer.log") as server:
        with urlopen(f"{server.url}/api/logs", timeout=30) as answer:
            [listed] = json.load(answer)["files"]
        with urlopen(f"{server.url}/api/logs/{quote(listed['name'], safe='')}", timeout=30) as answer:
            handed = json.load(answer)
        with urlopen(server.url, timeout=30) as answer:
            page = answer.read()
    if len(handed["samples"]) != expected["samples"] or b"<html" not in page:
        found.append("the viewer does not hand out the log")
    return found


def _imported(folder: Path, file: Path, out: str, wanted: dict[str, Any]) -> list[str]:
    mosseval(folder, "import", file, "-b", "mossbench", "-m", "m", "--out", out)
    return [] if numbers(folder, out) == wanted else [f"{file.name} is another run after import"]


def main() -> int:
    """Prints what was seen; 1 where something was not as it should be."""
    python = python_of(ENVIRONMENT, ROOT / "bench" / "peers.txt")
    with tempfile.TemporaryDirectory(prefix="mosseval-inspect-") as name:
        folder = Path(name)
        every_outcome.make(folder / "run")
        (folder / "logs").mkdir()
        mosseval(folder, "export", "run", "--format", "inspect", "--out", "logs")
        found = faults(python, folder)
    print("\n".join(found) or "as it should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
