"""What a stranger's lines say, as the kinds of values that they must be: nothing later has to doubt them.

A field of the wrong kind is left out, a line that is none of its kind is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from mosseval.store import Manifest
from mosseval.store.manifest import parse
from mosseval.values import is_count, items, mapping, number, string, strings

DEEPEST = 4
MOST_TAGS, MOST_VALUES = 100, 200
"""Tags of a sample, and values of one of them."""
MOST_REPEATS, MOST_SHARDS = 10_000, 100_000
PLAIN = (str, int, float)
Line = dict[str, Any]


def manifest(content: bytes) -> Manifest:
    """`run.json`. Raises ValueError, KeyError or TypeError that says what is wrong with it."""
    document = orjson.loads(content)
    if not isinstance(document, dict):
        raise ValueError("it holds no object")
    config, data = mapping(document.get("config")), mapping(document.get("data"))
    checks: tuple[tuple[str, object, Callable[[Any], bool]], ...] = (
        *((f"config.{name}", config.get(name), _is_text) for name in ("benchmark", "model", "endpoint")),
        *((f"config.{name}", config.get(name, {}), _is_object) for name in ("decoding", "image")),
        *(
            (f"config.{name}", config.get(name), _is_text_or_none)
            for name in ("gateway_config_sha256", "replay_sha256", "system_prompt")
        ),
        ("config.safety_settings", config.get("safety_settings") or {}, _is_object),
        ("config.shards", config.get("shards", 1), lambda value: is_count(value) and 1 <= value <= MOST_SHARDS),
        ("repeats", document.get("repeats"), lambda value: is_count(value) and 1 <= value <= MOST_REPEATS),
        ("simulated", document.get("simulated"), lambda value: isinstance(value, bool)),
        ("versions", document.get("versions", {}), _is_object),
        ("data.samples", data.get("samples"), is_count),
        *((f"data.{name}", data.get(name), _is_text) for name in ("source", "questions_sha256", "images_sha256")),
        ("data.revision", data.get("revision"), _is_text_or_none),
        ("data.roots", data.get("roots"), _is_texts),
        ("unusable", document.get("unusable"), lambda value: isinstance(value, list)),
        *((name, document.get(name), _is_texts) for name in ("selected", "notes")),
        *((name, document.get(name, []), _is_texts) for name in ("by", "judges")),
        *((name, document.get(name, ""), _is_text) for name in ("created_at", "updated_at")),
    )
    wrong = [name for name, value, fits in checks if not fits(value)]
    if wrong:
        raise ValueError(f"{wrong[0]} is not what it must be")
    flat = {name: shallow(config[name]) for name in ("decoding", "image", "safety_settings") if config.get(name)}
    selected = list(dict.fromkeys(document["selected"]))
    versions = shallow(document.get("versions", {}))
    return parse({**document, "config": {**config, **flat}, "selected": selected, "versions": versions})


def record(line: Line) -> Line | None:
    """A line of `records-*.jsonl`."""
    if not all(isinstance(line.get(name), str) for name in _RECORD_TEXTS):
        return None
    return {**line, **{name: mended(line[name]) for name, mended in _RECORD.items() if name in line}}


def judgement(line: Line) -> Line | None:
    """A line of `judgements-*.jsonl`."""
    if not all(isinstance(line.get(name), str) for name in _JUDGEMENT_TEXTS):
        return None
    flags = {name: _flag(line.get(name)) for name in ("refusal", "correct", "sure")}
    return {
        **line,
        **flags,
        "reason": string(line.get("reason")) or "",
        "details": shallow(mapping(line.get("details"))),
    }


def sample(row: Line) -> Line | None:
    """A row of `samples.jsonl`."""
    if not isinstance(row.get("sample_id"), str):
        return None
    tags = dict(list(mapping(row.get("tags")).items())[:MOST_TAGS])
    image = mapping(row.get("image"))
    return {
        "sample_id": row["sample_id"],
        "question": string(row.get("question")) or "",
        "expected": string(row.get("expected")),
        "tags": {name: value for name, found in tags.items() if (value := _tag(found)) is not None},
        "image": image or None,
        "images": [dict(each) for each in items(row.get("images")) if isinstance(each, dict)],
    }


def shallow(value: Any, depth: int = DEEPEST) -> Any:
    """The value without what lies deeper in it than anything that is meant to be read."""
    if isinstance(value, dict):
        return {name: shallow(each, depth - 1) for name, each in value.items()} if depth else "…"
    if isinstance(value, list):
        return [shallow(each, depth - 1) for each in value] if depth else "…"
    return value


def _block(value: Any) -> Line | None:
    if not isinstance(value, dict) or not value:
        return None
    where, category = string(value.get("where")), string(value.get("category"))
    rest = {name: string(value.get(name)) for name in ("provider", "reason")}
    return {"where": where or "model", "category": category or "unknown", **rest}


def _failure(value: Any) -> Line | None:
    if not isinstance(value, dict) or not value:
        return None
    return {"code": string(value.get("code")) or "unknown", "message": string(value.get("message")) or ""}


def _tag(value: Any) -> Any:
    if isinstance(value, list):
        return [each for each in value if isinstance(each, PLAIN)][:MOST_VALUES]
    return value if isinstance(value, PLAIN) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: Any) -> int:
    return value if is_count(value) else 0


def _object(value: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = shallow(mapping(value))
    return found


def _object_or_none(value: Any) -> Mapping[str, Any] | None:
    return _object(value) or None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


_RECORD_TEXTS = ("key", "benchmark", "sample_id", "model", "status", "request_sha256")
_JUDGEMENT_TEXTS = ("key", "label", "judge", "judge_version", "answer_sha256")
_RECORD: Mapping[str, Callable[[Any], Any]] = {
    **{"repeat": _count, "attempts": _count, "latency_s": number, "cost_usd": number},
    **{"finish_reason": string, "refusal": string, "served_model": string, "provider": string},
    **{"block": _block, "error": _failure, "dropped_params": strings},
    **{"added_params": _object, "safety_settings": _object_or_none},
}
