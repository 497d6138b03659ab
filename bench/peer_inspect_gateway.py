"""inspect_ai, unchanged, against the gateway: one task for each model that it is given, and what inspect_ai made of it.

Runs in an environment of its own. Prints a JSON object: model -> a list of samples with `id`, `stop_reason`,
`completion`, `explanation` (of a block), `error` and `retries`.
Run: python bench/peer_inspect_gateway.py URL FOLDER LOGS [--stream] MODEL...; the key is in GATEWAY_API_KEY.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.solver import generate

from peer_inspect import sample
from workload import questions

SERVICE = "openai-api/gateway"
"""Its key is read from GATEWAY_API_KEY."""
TOKENS = 1024
IN_FLIGHT = 4


def told(found: EvalSample) -> dict[str, Any]:
    """One sample of a log."""
    details = found.output.choices[0].stop_details if found.output.choices else None
    return {
        "id": found.id,
        "stop_reason": found.output.stop_reason if found.output.choices else None,
        "completion": found.output.completion,
        "explanation": details.explanation if details else None,
        "error": found.error.message if found.error else None,
        "retries": sum(event.retries or 0 for event in found.events if isinstance(event, ModelEvent)),
    }


def evaluated(model: str, url: str, folder: Path, logs: str, *, stream: bool) -> EvalLog:
    """The log of one task: every question asked of one model, failures kept with their samples."""
    dataset = MemoryDataset([sample(question) for question in questions(folder)])
    [log] = eval(
        Task(dataset=dataset, solver=generate()),
        model=f"{SERVICE}/{model}",
        model_base_url=f"{url}/v1",
        model_args={"stream": True} if stream else {},
        max_connections=IN_FLIGHT,
        max_samples=IN_FLIGHT,
        max_tokens=TOKENS,
        fail_on_error=False,
        log_dir=logs,
        log_images=False,
        display="none",
    )
    return log


def main() -> None:
    """Evaluates each model in turn."""
    url, folder, logs, *models = sys.argv[1:]
    stream = "--stream" in models
    found = {
        model: [told(each) for each in evaluated(model, url, Path(folder), logs, stream=stream).samples or ()]
        for model in models
        if model != "--stream"
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
