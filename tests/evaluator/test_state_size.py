"""A run's state stays small: a run of ten thousand samples is read with what is needed, and no more."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import orjson

from mosseval.store.codec import judgement_line, record_line
from mosseval.store.lines import read_lines
from mosseval.store.state import RunState
from mosseval.types import Judgement, Record

TEXT = "Here is a long answer. " * 50
RECORD = Record(
    key="mossbench/0/0",
    benchmark="mossbench",
    sample_id="0",
    repeat=0,
    model="some-model",
    status="answered",
    request_sha256="a" * 64,
    tags={"stimulus": "negated_harm", "harm": ("illegal_act",), "description": "a picture " * 20},
    text=TEXT,
    reasoning=TEXT,
    finish_reason="stop",
    usage={"prompt_tokens": 800, "completion_tokens": 250, "total_tokens": 1050},
    provider="somebody",
)
COUNT = 2000
BYTES_A_SAMPLE = 1500


def read(folder: Path) -> RunState:
    """The state of a folder's first shard."""
    return RunState.of(read_lines(folder / "records-0.jsonl"), read_lines(folder / "judgements-rules-0.jsonl"))


def _written(folder: Path) -> None:
    with (
        (folder / "records-0.jsonl").open("wb") as records,
        (folder / "judgements-rules-0.jsonl").open("wb") as verdicts,
    ):
        for number in range(COUNT):
            key = f"mossbench/{number}/0"
            answer = f"{TEXT}{number}"
            record = replace(RECORD, key=key, sample_id=str(number), text=answer, request_sha256=f"{number:064d}")
            records.write(orjson.dumps(record_line(record), option=orjson.OPT_APPEND_NEWLINE))
            verdict = judgement_line(
                key, Judgement("comply", False, "it answers"), judge="rules", judge_version="1", answer=answer
            )
            verdicts.write(orjson.dumps(verdict, option=orjson.OPT_APPEND_NEWLINE))


def test_answers_and_verdicts_are_read_small(tmp_path: Path) -> None:
    _written(tmp_path)
    tracemalloc.start()
    try:
        state = read(tmp_path)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    verdict = state.verdict("rules", f"mossbench/{COUNT - 1}/0")
    assert len(state.answers) == COUNT
    assert verdict is not None
    assert verdict.label == "comply"
    assert held / COUNT < BYTES_A_SAMPLE


def test_verdict_on_another_answer_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "records-0.jsonl").write_bytes(orjson.dumps(record_line(RECORD)) + b"\n")
    for number, answer in enumerate(("another answer", TEXT)):
        line = judgement_line(RECORD.key, Judgement("refuse", True), judge="rules", judge_version="1", answer=answer)
        (tmp_path / "judgements-rules-0.jsonl").write_bytes(orjson.dumps(line) + b"\n")
        assert (read(tmp_path).verdict("rules", RECORD.key) is not None) == bool(number)
