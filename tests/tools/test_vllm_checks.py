"""The rows of `make test-vllm` that need no vLLM: what counts as equal, and what a run's folder must hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from asked import Said
from demo_run import faults, records
from vllm_checks import questions, recorded, same

USAGE = {"prompt_tokens": 30, "completion_tokens": 2}


def record(sample: str, **changed: Any) -> dict[str, Any]:
    return {
        "key": f"demo/{sample}/0",
        "sample_id": sample,
        "status": "answered",
        "text": "an answer",
        "finish_reason": "stop",
        "error": None,
        "usage": USAGE,
        **changed,
    }


def run_folder(folder: Path, *found: dict[str, Any]) -> Path:
    asked = [
        {"sample_id": name, "question": "What is it?", "image": {"path": "p.png", "type": "image/png"}} for name in "ab"
    ]
    (folder / "samples.jsonl").write_text("".join(json.dumps(each) + "\n" for each in asked))
    (folder / "records-0.jsonl").write_text("".join(json.dumps(each) + "\n" for each in found))
    return folder


def test_text_finish_and_tokens_must_all_be_equal() -> None:
    answer = Said("a", "stop", (3, 1))
    assert same("x", {"1": answer}, {"1": answer}).good
    for other in (Said("b", "stop", (3, 1)), Said("a", "length", (3, 1)), Said("a", "stop", (3, 2))):
        row = same("x", {"1": answer, "2": other}, {"1": answer, "2": answer})
        assert not row.good
        assert row.seen == "1 of 2 equal; not 2"


def test_nothing_compared_and_an_answer_too_many_are_no_success() -> None:
    answer = Said("a", "stop", (3, 1))
    assert not same("x", {}, {}).good
    assert not same("x", {"1": answer, "2": answer}, {"1": answer}).good


def test_a_whole_run_has_no_faults_and_the_later_record_stands(tmp_path: Path) -> None:
    failed = record("a", status="error", text=None, error={"code": "upstream_unavailable"}, usage=None)
    run = run_folder(tmp_path, failed, record("b"), record("a"))
    assert list(faults(run)) == []
    assert [each["status"] for each in records(run)] == ["answered", "answered"]
    assert recorded(run) == dict.fromkeys("ab", Said("an answer", "stop", (30, 2)))


def test_faults_are_named(tmp_path: Path) -> None:
    failed = record("a", status="error", text=None, error={"code": "upstream_unavailable"})
    assert "upstream_unavailable" in " ".join(faults(run_folder(tmp_path, failed, record("b"))))
    assert list(faults(run_folder(tmp_path, record("a")))) == ["1 records for 2 samples"]
    assert "counted no tokens" in " ".join(faults(run_folder(tmp_path, record("a", usage=None), record("b"))))


def test_questions_hold_the_picture_as_it_lies_on_disk(tmp_path: Path) -> None:
    run = run_folder(tmp_path, record("a"), record("b"))
    (tmp_path / "p.png").write_bytes(b"picture")
    [message] = questions(run, tmp_path)["a"]
    assert [part["type"] for part in message["content"]] == ["image_url", "text"]
    assert message["content"][0]["image_url"]["url"] == "data:image/png;base64,cGljdHVyZQ=="
