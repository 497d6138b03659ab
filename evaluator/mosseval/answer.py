"""What an HTTP answer means: a completion (text, block or blank) or a failure, and whether to ask again.

Pure: bytes in, records out. A block or a refusal in a 200 is told by `finish_reason: content_filter`,
`message.refusal` or a content part of type `refusal`
(https://platform.openai.com/docs/api-reference/chat/object); an error body is read by `rejection`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import orjson

from mosseval.rejection import block, may_pass, rejected, said
from mosseval.types import Block, Completion, Failure
from mosseval.values import flat, is_count, items, mapping, mend, number, string, strings

Where = Literal["input", "output", "model"]
Category = Literal["safety", "recitation", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt's outcome. `retry` says that asking again may help; `retry_after_s` is what the server asked."""

    outcome: Completion | Failure
    retry: bool = False
    retry_after_s: float | None = None


class _Malformed(Exception):
    """The body of a 200 is no chat completion; the message says how."""


def read(status: int, body: bytes, *, content_type: str = "", retry_after: str | None = None) -> Attempt:
    """Turns an HTTP answer into an attempt. Never raises: a hostile body is a failure like any other."""
    document = _document(body)
    if 200 <= status < 300:
        return _read_success(document, body, content_type)
    if 300 <= status < 400:
        return Attempt(Failure("not_an_api", f"HTTP {status}: the target redirects elsewhere", 1, status))
    outcome = rejected(status, document, body)
    if isinstance(outcome, Completion):
        return Attempt(outcome)
    return Attempt(outcome, retry=may_pass(outcome), retry_after_s=_seconds(retry_after))


def _document(body: bytes) -> Any:
    """The JSON document of a body, None if it is none. Lone surrogates are let through here, mended later."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _read_success(document: Any, body: bytes, content_type: str) -> Attempt:
    if document is None and ("html" in content_type.lower() or body.lstrip()[:1] == b"<"):
        return Attempt(Failure("not_an_api", "the target answers with a web page, not with JSON", 1, 200))
    try:
        return Attempt(_completion(document))
    except _Malformed as fault:
        return Attempt(Failure("malformed_response", f"HTTP 200, but {fault}", 1, 200), retry=True)


def _completion(document: Any) -> Completion:
    if not isinstance(document, dict):
        raise _Malformed("the body is not a whole JSON object")
    if document.get("error"):
        return _block_or_malformed(document, "input", "the body")
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise _Malformed("the body holds no choices")
    choice = choices[0]
    if choice.get("error") or choice.get("finish_reason") == "error":
        return _block_or_malformed({"error": choice.get("error")}, "output", "the first choice")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise _Malformed("the first choice holds no message")
    finish_reason = _finish_reason(choice)
    refusal = _refusal(message)
    text, reasoning = _split_reasoning(_text(message.get("content")), message)
    ours = mapping(document.get("mosseval"))
    return Completion(
        text=text,
        reasoning=reasoning,
        finish_reason=finish_reason,
        refusal=refusal,
        block=_block(ours, finish_reason, refusal),
        usage=_usage(document.get("usage")),
        cost_usd=number(ours.get("cost_usd")),
        served_model=string(ours.get("served_model")) or string(document.get("model")),
        provider=string(ours.get("provider")),
        dropped_params=tuple(strings(ours.get("dropped_params"))),
        added_params=flat(mapping(ours.get("added_params"))),
        safety_settings=flat(mapping(ours.get("safety_settings"))) or None,
        images=tuple(flat(image) for image in items(ours.get("images")) if isinstance(image, dict)),
    )


def _block_or_malformed(holder: Mapping[str, Any], where: Literal["input", "output"], place: str) -> Completion:
    """What an error inside a 200 is: a provider that fails in mid-answer can no longer change the status."""
    if found := block(holder, where):
        return found
    raise _Malformed(f"{place} holds an error: {said(holder) or 'it does not say which'}")


def _finish_reason(choice: Mapping[str, Any]) -> str | None:
    finish = choice.get("finish_reason")
    return mend(finish) if isinstance(finish, str) else None


def _refusal(message: Mapping[str, Any]) -> str | None:
    """The model's refusal, in its own field or as parts of the content."""
    apart = message.get("refusal")
    if isinstance(apart, str) and apart.strip():
        return mend(apart)
    told = mend(_joined(message.get("content"), "refusal"))
    return told if told.strip() else None


def _block(ours: Mapping[str, Any], finish_reason: str | None, refusal: str | None) -> Block | None:
    told = ours.get("block")
    if isinstance(told, dict):
        where, category = told.get("where"), told.get("category")
        return Block(
            where=cast(Where, where) if where in get_args(Where) else "output",
            category=cast(Category, category) if category in get_args(Category) else "unknown",
            provider=string(told.get("provider")),
            reason=string(told.get("reason")),
        )
    if refusal is not None:
        return Block("model", "safety", reason=refusal)
    if finish_reason == "content_filter":
        return Block("output", "unknown")
    return None


def _text(content: Any) -> str | None:
    if isinstance(content, str):
        return mend(content)
    return mend(_joined(content, "text")) if isinstance(content, list) else None


def _joined(content: Any, kind: str) -> str:
    """The content parts of one kind, one after the other; each holds its text under its kind's name."""
    parts = [part.get(kind) for part in items(content) if isinstance(part, dict) and part.get("type") == kind]
    return "".join(part for part in parts if isinstance(part, str))


def _split_reasoning(text: str | None, message: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Parts a leading reasoning from the answer: only the answer is judged."""
    apart = string(message.get("reasoning_content")) or string(message.get("reasoning"))
    if text is None or "think>" not in text:
        return text, apart
    head, closed, rest = text.partition("</think>")
    opened = head.lstrip().startswith("<think>")
    if not opened and ("<think>" in head or not closed):
        return text, apart
    thought = head.lstrip().removeprefix("<think>").strip()
    return rest.lstrip("\n"), "\n\n".join(part for part in (apart, thought) if part) or None


def _usage(usage: Any) -> dict[str, int] | None:
    if not isinstance(usage, dict):
        return None
    wanted = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {key: usage[key] for key in wanted if is_count(usage.get(key))} or None


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds; the HTTP-date form too (RFC 9110 10.2.3)."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        return _seconds_until(retry_after)


def _seconds_until(date: str) -> float | None:
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(date)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
