"""What a collection comes to: one JSON document that `import` and the gateway's replay read.

MOSSBench's own template, `responses` by id with pid, image_path, question and response, and what it has no place for:
each response's `status` with its `block` or `error`, in the words of contract 2, and `collected`, which says of what
model, on which questions, by whom and when. A skipped sample is not in it: it was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import orjson

from mosseval.collection.begun import Begun, Item
from mosseval.collection.entries import Entry, Kind, Standing
from mosseval.types import Status

FORMAT = 1
STATUSES: Mapping[Kind, Status] = MappingProxyType(
    {"answered": "answered", "blank": "empty", "blocked": "blocked", "failed": "error"}
)


def transcript(begun: Begun, standing: Standing) -> bytes:
    """The document, in the order of the questions."""
    responses = {}
    for item in begun.items:
        entry = standing.of(item.id)
        found = _unusable(item) if item.unusable else _response(entry) if entry else None
        if found is not None:
            responses[item.id] = {**_asked(item), **found}
    document = {"collected": _collected(begun, standing), "responses": responses}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _collected(begun: Begun, standing: Standing) -> dict[str, Any]:
    times = sorted(entry.at for entry in standing.entries.values())
    return {
        "format": FORMAT,
        "benchmark": begun.benchmark,
        "model": begun.model,
        **asdict(standing.about),
        "begun_at": begun.begun_at,
        "first_at": times[0] if times else None,
        "last_at": times[-1] if times else None,
        "revision": begun.revision,
        "questions_sha256": begun.questions_sha256,
        "images_sha256": begun.images_sha256,
        "versions": dict(begun.versions),
    }


def _asked(item: Item) -> dict[str, Any]:
    return {
        "pid": item.id,
        "image_path": item.pictures[0].path if item.pictures else None,
        "question": item.question,
        "images": [each.document() for each in item.pictures],
    }


def _unusable(item: Item) -> dict[str, Any]:
    code, message = item.unusable or ("", "")
    if code == "missing_image":
        return {"response": None, "status": "missing_image"}
    return {"response": None, "status": "error", "error": {"code": code, "message": message}}


def _response(entry: Entry) -> dict[str, Any] | None:
    said = entry.said
    if said.kind not in STATUSES:
        return None
    block, failure = entry.block, entry.failure
    return {
        "response": said.text if said.kind == "answered" else None,
        "status": STATUSES[said.kind],
        "block": asdict(block) if block else None,
        "error": {"code": failure.code, "message": failure.message} if failure else None,
        "served_model": entry.about.shown_as or None,
        "collected_by": entry.about.by or None,
        "collected_at": entry.at,
    }
