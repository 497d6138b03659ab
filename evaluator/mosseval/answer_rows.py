"""An answer with its judgements as one flat row: what `export` writes and `import` reads back, in every tabular form.

`COLUMNS` is their documented order (docs/export.md). A row is all that counts of one sample in one repeat; a sample
that has no answer yet is a row with the status `pending`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

import orjson

from mosseval.judges.spec import FILE_NAME
from mosseval.types import Block, Failure, Judgement, Label, Record, Status, TagValue
from mosseval.values import is_count, mapping, number

Kind = Literal["text", "whole", "number", "flag", "json"]
Where = Literal["input", "output", "model"]
Category = Literal["safety", "recitation", "other", "unknown"]
PENDING = "pending"
COLUMNS: Mapping[str, Kind] = MappingProxyType(
    {
        **dict.fromkeys(("key", "benchmark", "model", "sample_id"), "text"),
        "repeat": "whole",
        **dict.fromkeys(("stimulus", "harm", "subset", "question", "expected", "image", "status", "response"), "text"),
        "label": "text",
        "refused": "flag",
        "correct": "flag",
        **dict.fromkeys(("judge", "judge_version", "reason"), "text"),
        "evidence_start": "whole",
        "evidence_end": "whole",
        "sure": "flag",
        "judge_details": "json",
        "other_judgements": "json",
        **dict.fromkeys(("block_where", "block_category", "block_provider", "block_reason"), "text"),
        **dict.fromkeys(("error_code", "error_message", "finish_reason", "refusal_message", "reasoning"), "text"),
        **dict.fromkeys(("served_model", "provider"), "text"),
        "attempts": "whole",
        "latency_s": "number",
        "cost_usd": "number",
        **dict.fromkeys(("usage", "dropped_params", "added_params", "safety_settings", "images_sent"), "json"),
        "request_sha256": "text",
        "pictures": "json",
        "tags": "json",
        "simulated": "flag",
        "text_only": "flag",
    }
)
"""Column -> what it holds. `json` is a JSON value; in CSV and Parquet it is that value's text."""
MARKS = frozenset(("sample_id", "repeat", "status", "response", "other_judgements", "tags"))
"""The columns by which a file is known for one of these."""
LABELS = frozenset(get_args(Label))


@dataclass(frozen=True, slots=True)
class Said:
    """What one judge says of an answer."""

    judge: str
    version: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One sample in one repeat. `record` is None where it is pending; `said` starts with the judge that counts.

    `headline` says whether the first of `said` is that judge; `pictures` are as in `samples.jsonl`.
    """

    benchmark: str
    model: str
    sample_id: str
    repeat: int
    question: str = ""
    expected: str | None = None
    tags: Mapping[str, TagValue] = field(default_factory=dict)
    pictures: tuple[Mapping[str, Any], ...] = ()
    record: Record | None = None
    said: tuple[Said, ...] = ()
    headline: bool = False
    simulated: bool = False
    text_only: bool = False

    @property
    def key(self) -> str:
        """The record's key."""
        return f"{self.benchmark}/{self.sample_id}/{self.repeat}"

    @property
    def status(self) -> str:
        """The record's status, or that it is pending."""
        return self.record.status if self.record else PENDING

    @property
    def verdict(self) -> Said | None:
        """What the judge that counts says."""
        return self.said[0] if self.headline else None


def document(row: AnswerRow) -> dict[str, Any]:
    """The row by column, every value of its column's kind or None."""
    first = row.said[0] if row.headline else None
    found: dict[str, Any] = {
        "key": row.key,
        "benchmark": row.benchmark,
        "model": row.model,
        "sample_id": row.sample_id,
        "repeat": row.repeat,
        **{name: _words(row.tags.get(name)) for name in ("stimulus", "harm", "subset")},
        "question": row.question,
        "expected": row.expected,
        "image": row.pictures[0].get("path") if row.pictures else None,
        "status": row.status,
        **(_verdict(first) if first else {}),
        "other_judgements": [_verdict(each) for each in row.said[1 if row.headline else 0 :]],
        **(_recorded(row.record) if row.record else {}),
        "pictures": list(row.pictures),
        "tags": dict(row.tags),
        "simulated": row.simulated,
        "text_only": row.text_only,
    }
    return {name: _of_kind(kind, found.get(name)) for name, kind in COLUMNS.items()}


def parse(values: Mapping[str, Any]) -> AnswerRow:
    """A row from its columns. Raises ValueError saying which column is wrong."""
    sample_id, repeat, status = values.get("sample_id"), values.get("repeat"), values.get("status")
    if not isinstance(sample_id, str) or not sample_id:
        raise ValueError("sample_id is no text")
    if not isinstance(repeat, int) or not 0 <= repeat < 1_000_000:
        raise ValueError("repeat is no number from 0")
    if status != PENDING and status not in get_args(Status):
        raise ValueError(f"status is none of {', '.join((*get_args(Status), PENDING))}")
    base = AnswerRow(
        benchmark=str(values.get("benchmark") or ""),
        model=str(values.get("model") or ""),
        sample_id=sample_id,
        repeat=repeat,
        question=values.get("question") if isinstance(values.get("question"), str) else "",  # type: ignore[arg-type]
        expected=values.get("expected") if isinstance(values.get("expected"), str) else None,
        tags=mapping(values.get("tags")),
        pictures=tuple(each for each in _list(values, "pictures") if isinstance(each, dict) and "path" in each),
        simulated=values.get("simulated") is True,
        text_only=values.get("text_only") is True,
    )
    first = [_said(values)] if values.get("judge") else []
    others = [_said(mapping(each)) for each in _list(values, "other_judgements")]
    record = _record(base, values) if status != PENDING else None
    return replace(base, record=record, said=(*first, *others), headline=bool(first))


def _words(value: TagValue) -> str | None:
    """A tag for people to filter by; several values on one line."""
    if value is None:
        return None
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _verdict(said: Said) -> dict[str, Any]:
    judgement = said.judgement
    start, end = judgement.evidence or (None, None)
    return {
        "label": judgement.label,
        "refused": judgement.refusal,
        "correct": judgement.correct,
        "judge": said.judge,
        "judge_version": said.version,
        "reason": judgement.reason,
        "evidence_start": start,
        "evidence_end": end,
        "sure": judgement.sure,
        "judge_details": dict(judgement.details) or None,
    }


def _recorded(record: Record) -> dict[str, Any]:
    block, error = record.block, record.error
    return {
        "response": record.text,
        **{f"block_{name}": getattr(block, name, None) for name in ("where", "category", "provider", "reason")},
        "error_code": error.code if error else None,
        "error_message": error.message if error else None,
        "refusal_message": record.refusal,
        **{name: getattr(record, name) for name in ("finish_reason", "reasoning", "served_model", "provider")},
        **{name: getattr(record, name) for name in ("attempts", "latency_s", "cost_usd", "request_sha256")},
        **{name: getattr(record, name) or None for name in ("usage", "added_params", "safety_settings")},
        "dropped_params": list(record.dropped_params) or None,
        "images_sent": list(record.images) or None,
    }


def _of_kind(kind: Kind, value: Any) -> Any:
    """The value where it is of its column's kind. A run is read as hostile: a record may hold anything."""
    if value is None or kind == "json":
        return value
    if kind == "text":
        return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    if kind == "flag":
        return value if isinstance(value, bool) else None
    if kind == "whole":
        return value if is_count(value) else None
    return number(value)


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name)
    return found if isinstance(found, list) else []


def _said(values: Mapping[str, Any]) -> Said:
    judge, label = values.get("judge"), values.get("label")
    # Its verdicts are filed under this name.
    if not isinstance(judge, str) or not FILE_NAME.fullmatch(judge):
        raise ValueError("judge is no name of a judge: letters, digits, '.', '_' and '-'")
    if label not in LABELS:
        raise ValueError(f"label is none of {', '.join(sorted(LABELS))}")
    start, end = values.get("evidence_start"), values.get("evidence_end")
    flags = {name: values.get(name) for name in ("refused", "correct", "sure")}
    refused, correct, sure = (each if isinstance(each, bool) else None for each in flags.values())
    return Said(
        judge,
        str(values.get("judge_version") or ""),
        Judgement(
            label,  # type: ignore[arg-type]
            refused,
            reason=str(values.get("reason") or ""),
            evidence=(start, end) if isinstance(start, int) and isinstance(end, int) else None,
            sure=sure,
            correct=correct,
            details=mapping(values.get("judge_details")),
        ),
    )


def _record(base: AnswerRow, values: Mapping[str, Any]) -> Record:
    text = {name: each if isinstance(each := values.get(name), str) and each else None for name in COLUMNS}
    code = text["error_code"]
    return Record(
        key=base.key,
        benchmark=base.benchmark,
        sample_id=base.sample_id,
        repeat=base.repeat,
        model=base.model,
        status=values["status"],
        request_sha256=text["request_sha256"] or "",
        tags=base.tags,
        text=text["response"],
        reasoning=text["reasoning"],
        finish_reason=text["finish_reason"],
        refusal=text["refusal_message"],
        block=_block(text),
        error=Failure(code, text["error_message"] or "") if code else None,
        attempts=attempts if isinstance(attempts := values.get("attempts"), int) else 0,
        usage=mapping(values.get("usage")) or None,
        latency_s=number(values.get("latency_s")),
        cost_usd=number(values.get("cost_usd")),
        served_model=text["served_model"],
        provider=text["provider"],
        dropped_params=tuple(map(str, _list(values, "dropped_params"))),
        added_params=mapping(values.get("added_params")),
        safety_settings=mapping(values.get("safety_settings")) or None,
        images=tuple(each for each in _list(values, "images_sent") if isinstance(each, dict)),
    )


def _block(text: Mapping[str, str | None]) -> Block | None:
    where, category = text["block_where"], text["block_category"]
    if where is None and category is None:
        return None
    if where not in get_args(Where) or category not in get_args(Category):
        raise ValueError("block_where or block_category is none of contract 1's words")
    return Block(where, category, text["block_provider"], text["block_reason"])  # type: ignore[arg-type]
