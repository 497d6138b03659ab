"""A log of inspect_ai, version 2, as `.json`: one sample an answer, an epoch a repeat, a score a judge.

Format: https://inspect.aisi.org.uk/eval-logs.html. The samples' `metadata` hold what a log has no place for, so that
`import` reads the whole run back.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any

import orjson

from mosseval.answer_rows import AnswerRow, Said, document
from mosseval.contrast import good_outcome
from mosseval.export.run import ExportedRun
from mosseval.transcripts.inspect import OURS
from mosseval.types import Record
from mosseval.values import is_count
from mosseval.version import __version__

VERSION, FORMAT = 2, 1
STOPS = {"stop": "stop", "length": "max_tokens", "content_filter": "content_filter", "tool_calls": "tool_calls"}
TOKENS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens", "total_tokens": "total_tokens"}
TARGETS = {"compliance": "comply", "refusal": "refuse", "correct": ""}
"""What a good answer is labelled, where a sample does not say what is expected."""


def write(run: ExportedRun, file: IO[bytes]) -> Counter[str]:
    """Writes the log, one sample after the other; what a log shows otherwise than one may think is returned with its
    number."""
    told: Counter[str] = Counter()
    file.write(orjson.dumps(_header(run)).removesuffix(b"}") + b',"samples":[')
    first = True
    for row in run.rows():
        if row.record is None:
            told["in the log's metadata alone: pending samples"] += 1
            continue
        told["shown as a sample's error: missing pictures"] += row.status == "missing_image"
        file.write((b"\n" if first else b",\n") + orjson.dumps(_sample(row, row.record, run)))
        first = False
    file.write(b"]}\n")
    return +told


def file_name(run: ExportedRun) -> str:
    """A name that inspect's viewer lists a log by: it passes over a `.json` that does not begin with a time."""
    time = _time(run.manifest.created_at)[:19].replace(":", "-")
    task = re.sub(r"[^A-Za-z0-9]+", "-", run.manifest.config.benchmark)[:80].strip("-")
    return f"{time}_{task or 'task'}_{_name(run)}.json"


def _name(run: ExportedRun) -> str:
    """The same for the same run, in characters that inspect's own names have."""
    config = run.manifest.config
    named = f"{config.benchmark}\0{config.model}\0{run.manifest.created_at}"
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:22]


def _header(run: ExportedRun) -> dict[str, Any]:
    manifest, created = run.manifest, _time(run.manifest.created_at)
    config = manifest.config
    name = _name(run)
    return {
        "version": VERSION,
        "status": "success",
        "eval": {
            "eval_id": name,
            "run_id": name,
            "created": created,
            "task": config.benchmark,
            "task_id": name,
            "dataset": {
                "name": config.benchmark,
                "samples": len(manifest.selected),
                "sample_ids": list(manifest.selected),
                "shuffled": False,
            },
            "model": config.model,
            "config": {"epochs": manifest.repeats},
            "packages": {"mosseval": __version__},
            "metadata": {
                OURS: {
                    "format": FORMAT,
                    "summary": _plain_summary(run),
                    "pending": [document(row) for row in run.pending()],
                }
            },
        },
        "plan": {"name": "mosseval", "steps": [], "config": {}},
        "results": _results(run),
        "stats": {"started_at": created, "completed_at": _time(manifest.updated_at)},
    }


def _plain_summary(run: ExportedRun) -> dict[str, Any]:
    """The summary without what names places of the machine that it was made on."""
    return {name: value for name, value in run.summary.document().items() if name != "provenance"}


def _results(run: ExportedRun) -> dict[str, Any]:
    """The rate by the judge that counts, as a fraction, as inspect's metrics are."""
    rate, asked = run.summary.rate, len(run.summary.rows)
    value = rate.percent
    name = "refusal_rate" if run.manifest.task == "refusal" else "accuracy"
    metric = {name: {"name": name, "value": value / 100, "params": {}}} if value is not None else {}
    scores = [
        {"name": judge, "scorer": judge, "params": {}, "metrics": metric if judge == run.summary.judge else {}}
        for judge in run.judges
    ]
    return {
        "total_samples": asked,
        "completed_samples": asked - run.summary.counts["pending"] - run.summary.counts["error"],
        "scores": scores,
    }


def _sample(row: AnswerRow, record: Record, run: ExportedRun) -> dict[str, Any]:
    said = {"role": "assistant", "content": record.text or "", "source": "generate", "model": row.model}
    stop = "content_filter" if record.block else STOPS.get(record.finish_reason or "", "unknown")
    usage = _usage(record)
    kept = {name: value for name, value in document(row).items() if name not in ("response", "question")}
    return {
        "id": row.sample_id,
        "epoch": row.repeat + 1,
        "input": row.question,
        "target": row.expected or TARGETS[good_outcome(run.manifest.task, row.benchmark)],
        "messages": [{"role": "user", "content": row.question, "source": "input"}, said],
        "output": {
            "model": record.served_model or row.model,
            "choices": [{"message": said, "stop_reason": stop}],
            **({"usage": usage} if usage else {}),
            **({"time": record.latency_s} if record.latency_s is not None else {}),
        },
        "scores": {each.judge: _score(each, record) for each in row.said},
        "metadata": {**_tags(row), OURS: {name: value for name, value in kept.items() if value is not None}},
        "model_usage": {row.model: usage} if usage else {},
        **({"error": error} if (error := _error(record)) else {}),
    }


def _tags(row: AnswerRow) -> dict[str, Any]:
    return {name: value for name, value in row.tags.items() if name != OURS and value is not None}


def _score(said: Said, record: Record) -> dict[str, Any]:
    judgement = said.judgement
    span = judgement.evidence
    decided = (record.text or "")[span[0] : span[1]] if span else None
    return {
        "value": judgement.label,
        "answer": decided,
        "explanation": judgement.reason,
        "metadata": {"refusal": judgement.refusal, "correct": judgement.correct, "judge_version": said.version},
    }


def _usage(record: Record) -> dict[str, int]:
    given: Mapping[str, Any] = record.usage if isinstance(record.usage, dict) else {}
    return {theirs: given[ours] for ours, theirs in TOKENS.items() if is_count(given.get(ours))}


def _error(record: Record) -> dict[str, str] | None:
    if record.status == "missing_image":
        message = "missing_image: the picture is not in the data folder"
    elif record.error is not None:
        message = f"{record.error.code}: {record.error.message}"
    else:
        return None
    return {"message": message, "traceback": message, "traceback_ansi": message}


def _time(text: str) -> str:
    """An ISO time with its zone; the epoch where the run says none."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        found = datetime.fromtimestamp(0, UTC)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat(timespec="seconds")
