"""`mosseval run` -> the embedded gateway -> mosseval_serve: what the README promises for the open models.

The evaluator and the gateway are the project's own, in their own environment: `MOSSEVAL_PYTHON` starts them.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from serve_process import PROXY, ServerProcess, served

GREEDY: dict[str, Any] = {"temperature": 0, "max_tokens": 16}
PAPER: dict[str, Any] = {"temperature": 0, "top_p": 1, "num_beams": 5, "repetition_penalty": 1.5, "max_tokens": 1000}
CASES = [
    ("idefics", "idefics-9b-instruct", ["--temperature", "0", "--max-tokens", "16"], GREEDY),
    ("instructblip", "instructblip-vicuna-7b", ["--preset", "paper", "--limit", "2"], PAPER),
]
ROOT = PROXY.parent
PYTHON = os.environ.get("MOSSEVAL_PYTHON", str(ROOT / ".venv" / "bin" / "python"))
RUN_S = 240


@pytest.mark.parametrize(("kind", "name", "flags", "decoding"), CASES)
def test_demo_benchmark_through_the_gateway(
    folders: dict[str, Path], tmp_path: Path, kind: str, name: str, flags: list[str], decoding: dict[str, Any]
) -> None:
    out = tmp_path / "run"
    with served(folders[kind], tmp_path, "--name", name) as server:
        run_demo(server, name, out, flags)
        asked = lines(out / "samples.jsonl")
        found = {record["sample_id"]: record for record in lines(out / "records-0.jsonl")}
        assert sorted(found) == sorted(sample["sample_id"] for sample in asked)
        for record in found.values():
            # Random weights may well say nothing; whatever they say is an answer, and none is a failure.
            assert record["status"] in ("answered", "empty"), record["error"]
            assert (record["block"], record["dropped_params"]) == (None, [])
        for sample in asked[:2]:
            record = found[sample["sample_id"]]
            direct = server.post({**question(sample), **decoding, "model": name}).json()
            assert (direct["choices"][0]["message"]["content"] or None) == (record["text"] or None)
            assert direct["usage"]["prompt_tokens"] == record["usage"]["prompt_tokens"]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def question(sample: dict[str, Any]) -> dict[str, Any]:
    """What the evaluator asks about a sample of the demo."""
    image = ROOT / "evaluator" / "mosseval" / "benchmarks" / "demo" / sample["image"]["path"]
    data = base64.b64encode(image.read_bytes()).decode()
    parts = [
        {"type": "image_url", "image_url": {"url": f"data:{sample['image']['type']};base64,{data}"}},
        {"type": "text", "text": sample["question"]},
    ]
    return {"messages": [{"role": "user", "content": parts}]}


def run_demo(server: ServerProcess, name: str, out: Path, flags: list[str]) -> None:
    """The demo benchmark through the gateway that the evaluator starts, which knows where this model is served."""
    variable = f"MOSSEVAL_{name.upper().replace('-', '_')}_URL"
    command = [PYTHON, "-m", "mosseval", "run", "--target", "embedded", "--benchmark", "demo", "--model", name]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ran = subprocess.run(
        [*command, "--concurrency", "4", "--out", str(out), *flags],
        cwd=out.parent,
        env={**environment, "HOME": str(out.parent), variable: f"{server.url}/v1"},
        capture_output=True,
        text=True,
        timeout=RUN_S,
        check=False,
    )
    # 1 says that there are gaps: a blank is one.
    assert ran.returncode in (0, 1), ran.stderr
