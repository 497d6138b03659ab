"""Records and judgements as the lines of contract 2, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mosseval.types import Block, Failure, Judgement, Record


def answer_sha256(text: str) -> str:
    """What a judgement names its answer by."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def record_line(record: Record) -> dict[str, Any]:
    """The line of a record; what was added unasked and safety switches stand in it where there were any."""
    block, error = record.block, record.error
    return {
        "key": record.key,
        "benchmark": record.benchmark,
        "sample_id": record.sample_id,
        "repeat": record.repeat,
        "model": record.model,
        "status": record.status,
        "text": record.text,
        "reasoning": record.reasoning,
        "finish_reason": record.finish_reason,
        "refusal": record.refusal,
        "block": asdict(block) if block else None,
        "error": {"code": error.code, "message": error.message} if error else None,
        "attempts": record.attempts,
        "usage": record.usage,
        "latency_s": round(record.latency_s, 4) if record.latency_s is not None else None,
        "cost_usd": record.cost_usd,
        "served_model": record.served_model,
        "provider": record.provider,
        "dropped_params": record.dropped_params,
        "images": record.images,
        "request_sha256": record.request_sha256,
        "tags": record.tags,
        **({"added_params": record.added_params} if record.added_params else {}),
        **({"safety_settings": record.safety_settings} if record.safety_settings else {}),
    }


def record_from(line: Mapping[str, Any]) -> Record:
    """A record from its line. Raises KeyError or TypeError where the line is none."""
    values = dict(line)
    values["block"] = Block(**line["block"]) if line.get("block") else None
    values["error"] = Failure(**line["error"]) if line.get("error") else None
    values["dropped_params"] = tuple(line.get("dropped_params") or ())
    values["images"] = tuple(line.get("images") or ())
    return Record(**values)


def judgement_line(key: str, judgement: Judgement, *, judge: str, judge_version: str, answer: str) -> dict[str, Any]:
    """The line of a judgement; `details` stand in it where the judge has any."""
    return {
        "key": key,
        "label": judgement.label,
        "refusal": judgement.refusal,
        "correct": judgement.correct,
        "judge": judge,
        "judge_version": judge_version,
        "reason": judgement.reason,
        "evidence": judgement.evidence,
        "sure": judgement.sure,
        "answer_sha256": answer_sha256(answer),
        **({"details": judgement.details} if judgement.details else {}),
    }
