"""The answers to be labelled: blind, in an order that is stable and mixes the runs.

An item says nothing of model, judge or run but their place in a list. Its place in the order comes from a hash of the
seed, its run and itself alone: answers that are added later push in without moving the others about, and the order in
which runs are named makes no difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mosseval.annotations.acts import Answer
from mosseval.images import candidates
from mosseval.store import Run
from mosseval.store.codec import answer_sha256
from mosseval.values import items as listed
from mosseval.values import mapping

HANDLE_CHARS = 16


@dataclass(frozen=True, slots=True)
class Item:
    """One answer. `handle` names it and tells nothing; `run` counts the runs from 0; `row` is of `samples.jsonl`."""

    handle: str
    run: int
    answer: Answer
    sample_id: str
    task: str
    question: str
    text: str
    row: Mapping[str, Any]


def items_of(runs: Sequence[Run], seed: str) -> tuple[Item, ...]:
    """Every answer of the runs that stands, in the order of the seed. The same answer of two runs is there twice."""
    marks: list[str] = []
    for run in runs:
        mark = _mark(run)
        marks.append(f"{mark} {sum(each.startswith(mark) for each in marks)}")
    found = [item for number, run in enumerate(runs) for item in _of_run(number, run, f"{seed}\0{marks[number]}")]
    return tuple(sorted(found, key=lambda item: item.handle))


def pictures_of(item: Item, run: Run) -> tuple[Path | str, ...]:
    """Where an item's pictures lie now; the name that the data set gives one that is not at hand."""
    roots = [Path(root) for root in run.manifest.data.roots if isinstance(root, str) and "\0" not in root]
    names = [mapping(each).get("path") for each in listed(item.row.get("images")) or [item.row.get("image")]]
    return tuple(_place(name, roots) for name in names if isinstance(name, str) and name)


def _place(name: str, roots: Sequence[Path]) -> Path | str:
    if "\0" in name:
        return name
    try:
        return next((path for path in candidates(name, roots) if path.is_file()), name)
    except OSError:  # a name longer than any file's
        return name


def _of_run(number: int, run: Run, seed: str) -> Iterator[Item]:
    samples, config = run.samples(), run.manifest.config
    for shard in range(config.shards):
        state = run.state(shard)
        keys = {key for key, answer in state.answers.items() if answer.answer_sha256}
        texts = {key: (str(sample), text) for key, sample, text in run.answers(shard, state, keys)}
        for key, (sample, text) in texts.items():
            row, answer = samples.get(sample, {}), Answer(key, answer_sha256(text))
            question = row.get("question")
            yield Item(
                handle=_handle(seed, answer),
                run=number,
                answer=answer,
                sample_id=sample,
                task=run.manifest.task,
                question=question if isinstance(question, str) else "",
                text=text,
                row=row,
            )


def _mark(run: Run) -> str:
    """What tells a run from others, wherever it lies now."""
    whole = (asdict(run.manifest.config), run.manifest.created_at)
    return hashlib.sha256(repr(whole).encode("utf-8", "replace")).hexdigest()


def _handle(seed: str, answer: Answer) -> str:
    whole = "\0".join((seed, answer.key, answer.sha256))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:HANDLE_CHARS]
