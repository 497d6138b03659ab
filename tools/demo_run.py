"""`mosseval run` on the demo benchmark against a real server, and what its folder must hold afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

BENCHMARK = "demo"
MAX_TOKENS = 64
GOOD_EXITS = (0, 1)
"""1 says that there are gaps: random weights may well answer a blank, or in no language that a judge reads."""


def demo_command(target: str, model: str, out: Path, *more: str) -> list[str]:
    """The command: greedy, two in flight; `more` is appended and may say otherwise."""
    command = [sys.executable, "-m", "mosseval", "run", "--target", target, "--model", model, "--benchmark", BENCHMARK]
    command += [
        "--max-tokens",
        str(MAX_TOKENS),
        "--temperature",
        "0",
        "--concurrency",
        "2",
        "--out",
        str(out),
        "--quiet",
    ]
    return [*command, *more]


def run_demo(command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Runs it: its exit code and what it printed as its result."""
    ran = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
    )
    return ran.returncode, ran.stdout


def records(out: Path) -> list[dict[str, Any]]:
    """The record that stands for each key of a run of one shard: the last one."""
    found = [json.loads(line) for line in (out / "records-0.jsonl").read_bytes().splitlines()]
    return list({record["key"]: record for record in found}.values())


def samples(out: Path) -> list[dict[str, Any]]:
    """What was asked."""
    return [json.loads(line) for line in (out / "samples.jsonl").read_bytes().splitlines()]


def faults(out: Path) -> Iterator[str]:
    """What is wrong with a run's folder, a line each."""
    asked = [sample["sample_id"] for sample in samples(out)]
    found = records(out)
    if not asked or sorted(record["sample_id"] for record in found) != sorted(asked):
        yield f"{len(found)} records for {len(asked)} samples"
    for record in found:
        if record["status"] not in ("answered", "empty"):
            yield f"{record['key']} is {record['status']}: {record['error']}"
        elif not (record["usage"] or {}).get("prompt_tokens"):
            yield f"{record['key']}: the server counted no tokens"
