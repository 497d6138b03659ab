"""What bodies mean, and that no body whatever can break the reading of it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosseval.answer import read
from mosseval.store.codec import record_from, record_line
from mosseval.types import Block, Completion, Failure, Record

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**330), max_value=10**330)
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OURS = st.fixed_dictionaries(
    {},
    optional={
        "served_model": JSON,
        "provider": JSON,
        "dropped_params": JSON | st.lists(JSON, max_size=2),
        "added_params": JSON,
        "safety_settings": JSON,
        "images": st.lists(st.dictionaries(st.text(), JSON, max_size=2), max_size=2),
        "block": JSON
        | st.fixed_dictionaries({}, optional={"where": JSON, "category": JSON, "provider": JSON, "reason": JSON}),
        "cost_usd": JSON,
    },
)
PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": JSON}), max_size=2)
PARTS |= st.lists(st.fixed_dictionaries({"type": st.just("refusal"), "refusal": JSON}), max_size=2)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "content": JSON | st.text() | PARTS,
        "refusal": JSON,
        "reasoning_content": JSON,
    },
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "choices": JSON
        | st.lists(
            st.fixed_dictionaries({"message": MESSAGE | JSON, "finish_reason": JSON}, optional={"error": JSON}),
            min_size=1,
            max_size=2,
        ),
        "usage": JSON | st.fixed_dictionaries({"prompt_tokens": JSON, "total_tokens": JSON}),
        "mosseval": OURS | JSON,
        "model": JSON,
        "error": JSON
        | st.fixed_dictionaries(
            {}, optional={"code": JSON, "message": JSON, "type": JSON, "innererror": JSON, "metadata": JSON}
        ),
        "code": JSON,
        "detail": JSON,
    },
)


def written(outcome: Completion | Failure) -> Record:
    """The outcome as it goes to disk and comes back."""
    record = Record("b/1/0", "b", "1", 0, "m", "error", "0", tags={})
    if isinstance(outcome, Failure):
        record = replace(record, error=outcome)
    else:
        shared = {field.name for field in fields(Completion)} & {field.name for field in fields(Record)}
        record = replace(record, status="answered", **{name: getattr(outcome, name) for name in shared})
    return record_from(orjson.loads(orjson.dumps(record_line(record))))


@given(
    status=st.sampled_from([200, 201, 302, 400, 401, 403, 404, 429, 500, 529, 700]),
    body=BODY | JSON,
    careless=st.booleans(),
)
def test_any_json_is_read_and_what_was_read_can_be_written(status: int, body: object, careless: bool) -> None:
    if careless and isinstance(body, dict):
        body = {**body, "lone": "\ud800"}
    attempt = read(status, json.dumps(body).encode("utf-8", "surrogatepass"))
    assert written(attempt.outcome).text == getattr(attempt.outcome, "text", None)


@given(
    status=st.integers(200, 599), body=st.binary(max_size=200), header=st.text(max_size=40), kind=st.text(max_size=9)
)
def test_any_bytes_and_headers_are_read(status: int, body: bytes, header: str, kind: str) -> None:
    attempt = read(status, body, retry_after=header, content_type=kind)
    written(attempt.outcome)
    assert attempt.retry_after_s is None or attempt.retry_after_s >= 0


@pytest.mark.parametrize("depth", [100, 300, 990, 1020, 5000, 200_000])
@pytest.mark.parametrize("place", ["error", "images"])
def test_nesting_of_any_depth_is_read_and_can_be_written(depth: int, place: str) -> None:
    nest = "[" * depth + "]" * depth
    bodies = {
        "error": f'{{"error": {{"message": {nest}}}}}',
        "images": f'{{"choices": [{{"message": {{"content": "x"}}}}], "mosseval": {{"images": [{{"a": {nest}}}]}}}}',
    }
    for status in (200, 400):
        written(read(status, bodies[place].encode()).outcome)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("nan", 0.0), ("soon", None), ("", None), ("1 Jan 2024 00:00:00", 0.0)],
)
def test_retry_after_in_seconds(header: str, seconds: float | None) -> None:
    assert read(429, b"", retry_after=header).retry_after_s == seconds


@pytest.mark.parametrize(
    "date", ["1 Jan 2024 00:00:00 +9999999", "1 Jan 9999 23:59:59 -2359", "1 Jan 1 00:00:00 +2359"]
)
def test_date_that_cannot_be_reckoned_is_no_retry_after(date: str) -> None:
    read(429, b"", retry_after=date)


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    found = read(503, b"", retry_after=later).retry_after_s
    assert found is not None
    assert 27 < found <= 30


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_failures_that_may_pass_are_asked_again(status: int) -> None:
    assert read(status, b'{"error": {"message": "later"}}').retry


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 405, 410, 413, 422, 424])
def test_rejections_are_never_asked_again(status: int) -> None:
    attempt = read(status, b'{"error": {"message": "no"}}')
    assert isinstance(attempt.outcome, Failure)
    assert not attempt.retry


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "invalid_api_key"),
        (402, "insufficient_quota"),
        (404, "model_not_found"),
        (410, "model_retired"),
        (413, "request_too_large"),
        (424, "provider_key_rejected"),
        (429, "rate_limit_exceeded"),
        (502, "upstream_unavailable"),
        (504, "upstream_timeout"),
    ],
)
def test_code_follows_from_the_status_where_the_body_names_none_that_is_known(status: int, code: str) -> None:
    for told in (None, 42, "something_else"):
        outcome = read(status, json.dumps({"error": {"message": "x", "code": told}}).encode()).outcome
        assert isinstance(outcome, Failure)
        assert (outcome.code, outcome.http_status) == (code, status)


@pytest.mark.parametrize("code", ["image_invalid", "model_not_configured", "replay_not_found", "unsupported_parameter"])
def test_known_code_of_the_body_wins_over_the_status(code: str) -> None:
    outcome = read(404, json.dumps({"error": {"message": "x", "code": code}}).encode()).outcome
    assert isinstance(outcome, Failure)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("<think>hm</think>\n\nYes.", "Yes.", "hm"),
        ("  <think>\nhm\n</think>Yes.", "Yes.", "hm"),
        ("hm</think>Yes.", "Yes.", "hm"),
        ("<think>hm", "", "hm"),
        ("Write <think>x</think> first.", "Write <think>x</think> first.", None),
        ("I think> so", "I think> so", None),
        ("Yes.", "Yes.", None),
    ],
)
def test_leading_reasoning_is_parted_from_the_answer(text: str, answer: str, reasoning: str | None) -> None:
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    outcome = read(200, json.dumps(body).encode()).outcome
    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.reasoning) == (answer, reasoning)


def test_block_that_our_gateway_tells_is_taken_as_told() -> None:
    block = {"where": "model", "category": "recitation", "provider": "gemini", "reason": "RECITATION"}
    body = {
        "choices": [{"message": {"content": "so far"}, "finish_reason": "content_filter"}],
    }
    ours = {"block": block, "cost_usd": 0.25, "served_model": "s", "dropped_params": ["seed"]}
    said = {"added_params": {"temperature": 1.0, "x": [1]}, "safety_settings": {"HARM": "OFF"}}
    outcome = read(200, json.dumps({**body, "mosseval": {**ours, **said}}).encode()).outcome
    assert isinstance(outcome, Completion)
    assert outcome.block is not None
    assert (outcome.block.where, outcome.block.category, outcome.block.provider) == ("model", "recitation", "gemini")
    assert (outcome.text, outcome.cost_usd) == ("so far", 0.25)
    assert (outcome.served_model, outcome.dropped_params) == ("s", ("seed",))
    assert (outcome.added_params, outcome.safety_settings) == ({"temperature": 1.0}, {"HARM": "OFF"})


@pytest.mark.parametrize("cost", [True, "1", -1, float("nan"), float("inf"), 10**400, None, [1]])
def test_cost_that_is_none_is_unknown(cost: object) -> None:
    body = {"choices": [{"message": {"content": "\ud800"}}], "mosseval": {"cost_usd": cost}}
    outcome = read(200, json.dumps(body).encode()).outcome
    assert isinstance(outcome, Completion)
    assert outcome.cost_usd is None


def completed(**choice: object) -> bytes:
    """A 200's body with one choice."""
    return json.dumps({"choices": [{"message": {"content": ""}, "finish_reason": "stop", **choice}]}).encode()


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"error": {"code": 502, "message": "provider went away"}}, "provider went away"),
        ({"error": {"code": 502, "message": "gone"}, "message": {"content": "half an ans"}}, "gone"),
        ({"error": "gone"}, "gone"),
        ({"finish_reason": "error"}, "does not say"),
        ({"finish_reason": "error", "message": None}, "does not say"),
    ],
)
def test_choice_that_holds_an_error_is_a_failure_that_is_asked_again_and_no_blank(
    choice: dict[str, object], words: str
) -> None:
    attempt = read(200, completed(**choice))
    assert isinstance(attempt.outcome, Failure)
    assert attempt.retry
    assert attempt.outcome.code == "malformed_response"
    assert words in attempt.outcome.message


BLOCKS: dict[str, tuple[int, dict[str, object]]] = {
    "azure code": (400, {"error": {"code": "content_filter", "message": "no"}}),
    "azure type": (400, {"error": {"code": None, "type": "content_filter", "message": "no"}}),
    "azure inner": (
        400,
        {"error": {"code": "bad", "message": "no", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
    ),
    "azure camel": (400, {"error": {"code": "ContentFilter", "message": "no"}}),
    "openai": (400, {"error": {"code": "content_policy_violation", "message": "no"}}),
    "dashscope compatible": (400, {"error": {"code": "data_inspection_failed", "message": "no"}}),
    "dashscope own": (400, {"code": "DataInspectionFailed", "message": "no", "request_id": "1"}),
    "dashscope upper": (400, {"error": {"code": "DATA_INSPECTION_FAILED", "message": "no"}}),
    "openrouter": (403, {"error": {"code": 403, "message": "no", "metadata": {"flagged_input": "x", "reasons": []}}}),
    "in a 200": (200, {"error": {"code": "content_filter", "message": "no"}}),
}


@pytest.mark.parametrize("form", BLOCKS)
def test_every_form_of_a_block_is_a_block(form: str) -> None:
    status, body = BLOCKS[form]
    attempt = read(status, json.dumps(body).encode())
    assert isinstance(attempt.outcome, Completion)
    assert attempt.outcome.block == Block("input", "safety", reason="no")
    assert (attempt.outcome.text, attempt.outcome.finish_reason, attempt.retry) == (None, "content_filter", False)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": {"code": "content_filter", "message": "the filter is down"}}),
        (400, {"error": {"code": "content_filter_misconfigured", "message": "no"}}),
        (400, {"error": {"code": 1, "type": ["content_filter"], "innererror": "x", "metadata": []}}),
    ],
)
def test_what_only_resembles_a_block_is_a_failure(status: int, body: dict[str, object]) -> None:
    assert isinstance(read(status, json.dumps(body).encode()).outcome, Failure)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "data_inspection_failed", "message": "Output data may contain inappropriate content."}},
        {"choices": [{"error": {"code": "content_filter", "message": "filtered"}}]},
    ],
)
def test_block_of_an_answer_is_told_from_one_of_a_question(body: dict[str, object]) -> None:
    outcome = read(200 if "choices" in body else 400, json.dumps(body).encode()).outcome
    assert isinstance(outcome, Completion)
    assert outcome.block is not None
    assert outcome.block.where == "output"


@pytest.mark.parametrize("before", [[], [{"type": "text", "text": "Well, "}]])
def test_refusal_part_is_the_models_refusal(before: list[dict[str, str]]) -> None:
    parts = [*before, {"type": "refusal", "refusal": "I can't "}, {"type": "refusal", "refusal": "help"}]
    outcome = read(200, completed(message={"content": parts, "refusal": None})).outcome
    assert isinstance(outcome, Completion)
    assert outcome.refusal == "I can't help"
    assert outcome.block == Block("model", "safety", reason="I can't help")
    assert outcome.text == "".join(part["text"] for part in before)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"detail": "Not Found"}', "not_an_api"),
        (b'{"error": "Not Found", "status": 404, "path": "/v1/chat/completions"}', "not_an_api"),
        (b"{}", "not_an_api"),
        (b"<html>", "not_an_api"),
        (b'{"error": {"message": "no such model"}}', "model_not_found"),
        (b'{"object": "error", "message": "The model `x` does not exist.", "code": 404}', "model_not_found"),
        (b'{"code": "ModelNotFound", "message": "Model not exist."}', "model_not_found"),
    ],
)
def test_404_of_any_web_server_is_told_from_a_model_servers(body: bytes, code: str) -> None:
    outcome = read(404, body).outcome
    assert isinstance(outcome, Failure)
    assert outcome.code == code
