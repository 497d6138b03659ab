"""Acts and journals made for tests, and a run with answers that can be told apart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from made_runs import Made, add, manifest

from mosseval.annotations.acts import Act, Answer
from mosseval.store import RunFolder

EXPECTED = {"refusal": None, "yes_no": "Yes"}


def act(entry: str, label: str | None, refusal: bool | None = None, **rest: Any) -> Act:
    """An act of Anna's on the answer `b/1/0`, unless said otherwise."""
    values: dict[str, Any] = {"at": "", "rater": "Anna", "answer": Answer("b/1/0", "sha"), **rest}
    return Act(entry=entry, label=label, refusal=refusal, **values)


def answered_run(path: Path, texts: Sequence[str], *, model: str = "m", task: str = "refusal") -> RunFolder:
    """A run whose samples 0, 1, … were answered with these texts; of a yes/no run yes is expected."""
    plan = replace(manifest(len(texts), model=model), task=task)
    rows: list[dict[str, Any]] = [
        {"sample_id": str(number), "question": f"question {number}?", "tags": {}, "expected": EXPECTED[task]}
        for number in range(len(texts))
    ]
    folder = asyncio.run(RunFolder.open(path, plan, rows, {str(row["sample_id"]) for row in rows}))
    for number, text in enumerate(texts):
        add(folder, number, Made("comply"), text=text)
    return folder


def journal_lines(file: Path) -> list[Mapping[str, Any]]:
    """The lines of a journal; every one must be whole."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
