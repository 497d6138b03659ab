"""Transcripts that were collected by hand, replayed: blocks, blanks and failures are what they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.recordings import Recording, Unanswered, read_recordings
from mosseval_proxy.records import Answer, Block

BLOCK = {"where": "input", "category": "safety", "provider": None, "reason": "not allowed here"}
RESPONSES: dict[str, dict[str, Any]] = {
    "1": {"response": "Gladly.", "status": "answered", "served_model": "Shown"},
    "2": {"response": None, "status": "blocked", "block": BLOCK},
    "3": {"response": None, "status": "empty"},
    "4": {"response": None, "status": "error", "error": {"code": "picture_refused", "message": "m"}},
    "5": {"response": None, "status": "missing_image"},
    "6": {"response": "so far", "status": "blocked", "block": BLOCK},
}
COLLECTED = {"benchmark": "demo", "model": "a/web-model"}


def written(folder: Path, responses: Any = RESPONSES, collected: Any = COLLECTED) -> Path:
    """Writes a transcript; returns its folder."""
    (folder / "any-name.json").write_text(json.dumps({"collected": collected, "responses": responses}))
    return folder


def only(folder: Path) -> Recording:
    """The one recording of a folder."""
    (recordings,) = read_recordings(folder).by_model.values()
    (recording,) = recordings
    return recording


def test_each_outcome_is_what_it_was(tmp_path: Path) -> None:
    recording = only(written(tmp_path))
    assert (recording.model, recording.benchmark, recording.source) == ("a/web-model", "demo", "any-name.json")
    assert recording.find("demo/1") == Answer("Gladly.", served_model="Shown")
    block = Block("input", "safety", None, "not allowed here")
    assert recording.find("demo/2") == Answer(None, "content_filter", refusal="not allowed here", block=block)
    assert recording.find("demo/3") == Answer(None)
    assert recording.find("demo/4") == Unanswered("error: picture_refused")
    assert recording.find("demo/5") == Unanswered("missing_image")
    assert recording.find("demo/6") == Answer("so far", "content_filter", refusal="not allowed here", block=block)
    assert recording.find("demo/7") is None
    assert recording.find("mossbench/1") is None


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ({"response": "x"}, "holds no status"),
        ({"response": "x", "status": "comply"}, "holds no status"),
        ({"response": None, "status": "answered"}, "holds no status"),
        ({"response": "x", "status": "error"}, "holds no status"),
        ({"response": "x", "status": "empty"}, "holds no status"),
        ({"response": None, "status": "blocked"}, "holds no status"),
        ({"response": 7, "status": "answered"}, "text or null"),
        ("x", "text or null"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(tmp_path: Path, response: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as met:
        read_recordings(written(tmp_path, {"pid-9": response}))
    assert "pid-9" in str(met.value)


@pytest.mark.parametrize("collected", [{}, {"benchmark": "demo"}, {"model": "m"}, {"benchmark": 1, "model": "m"}])
def test_it_must_say_of_what_it_is(tmp_path: Path, collected: Any) -> None:
    with pytest.raises(ConfigError, match="names no model or no benchmark"):
        read_recordings(written(tmp_path, collected=collected))


def test_a_models_name_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no model id"):
        read_recordings(written(tmp_path, collected={"benchmark": "demo", "model": "../x y"}))


def test_a_collection_that_lies_beside_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "any-name.jsonl").write_text('{"collection": 1}\n')
    assert only(written(tmp_path)).model == "a/web-model"
