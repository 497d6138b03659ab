"""What an HTTP error body means: a provider's safety block in any of its forms, or a failure with a stable code.

Blocks: https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter (`code` or `type`
`content_filter`, `innererror`), https://help.aliyun.com/zh/model-studio/error-code (`data_inspection_failed`, in
DashScope's own form `DataInspectionFailed` without an `error` around it),
https://openrouter.ai/docs/api/reference/errors-and-debugging (`metadata.flagged_input`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from mosseval.types import Block, Completion, Failure
from mosseval.values import mapping, mend, string

RETRIED_STATUS = frozenset({408, 409, 425, 429})
NEVER_RETRIED_CODES = frozenset({"insufficient_quota", "model_not_configured", "provider_key_rejected"})
BLOCK_CODES = frozenset(
    {"contentfilter", "datainspectionfailed", "contentpolicyviolation", "responsibleaipolicyviolation"}
)
"""Letters alone: endpoints write the same code in snake_case and in CamelCase."""
OUTPUT_WORDS = "output data may contain"
"""DashScope has one code for both ends; its message tells which it was."""

CODE_BY_STATUS = {
    400: "bad_request",
    401: "invalid_api_key",
    402: "insufficient_quota",
    403: "forbidden",
    404: "model_not_found",
    405: "not_an_api",
    408: "upstream_timeout",
    410: "model_retired",
    413: "request_too_large",
    422: "bad_request",
    424: "provider_key_rejected",
    429: "rate_limit_exceeded",
    504: "upstream_timeout",
}
KNOWN_CODES = frozenset(CODE_BY_STATUS.values()) | {
    "image_invalid",
    "context_length_exceeded",
    "unsupported_parameter",
    "model_not_allowed",
    "model_not_configured",
    "replay_not_found",
    "request_timeout",
    "upstream_unavailable",
}
SYNONYMS = {
    "invalid_image": "image_invalid",
    "invalid_image_format": "image_invalid",
    "invalid_base64_image": "image_invalid",
    "image_parse_error": "image_invalid",
    "image_too_large": "image_invalid",
    "string_above_max_length": "context_length_exceeded",
}
MESSAGE_LIMIT = 2000


def rejected(status: int, document: Any, body: bytes) -> Completion | Failure:
    """The outcome of an answer that is no 2xx: `document` is its JSON, None where `body` holds none."""
    message = said(document) or f"HTTP {status}: {mend(body[:200].decode('utf-8', 'replace')).strip()}"
    if 400 <= status < 500 and (blocked := block(document)):
        return blocked
    return Failure(_code(status, document), message[:MESSAGE_LIMIT], 1, status)


def may_pass(failure: Failure) -> bool:
    """True where the same request may succeed later."""
    status = failure.http_status or 0
    return (status in RETRIED_STATUS or status >= 500) and failure.code not in NEVER_RETRIED_CODES


def block(document: Any, where: Literal["input", "output"] = "input") -> Completion | None:
    """The block that an error body tells of; None where it tells of something else."""
    flagged = "flagged_input" in mapping(mapping(mapping(document).get("error")).get("metadata"))
    if not flagged and not any(_letters(code) in BLOCK_CODES for code in _codes(document)):
        return None
    message = said(document)
    if OUTPUT_WORDS in message.lower():
        where = "output"
    found = Block(where, "safety", reason=message or None)
    return Completion(text=None, finish_reason="content_filter", block=found)


def said(document: Any) -> str:
    """The message of an error body in any of the usual shapes, cut to `MESSAGE_LIMIT`; '' where there is none."""
    if not isinstance(document, dict):
        return ""
    error = document.get("error", document.get("detail", document.get("message")))
    if isinstance(error, dict):
        error = error.get("message") or error.get("type") or error
    if error is None:
        return ""
    return mend(error if isinstance(error, str) else _repr(error))[:MESSAGE_LIMIT]


def _code(status: int, document: Any) -> str:
    error, top = mapping(mapping(document).get("error")), mapping(document)
    told = string(error.get("code")) or string(top.get("code")) or ""
    code = SYNONYMS.get(told, told)
    if code in KNOWN_CODES:
        return code
    if status == 404 and not _is_api_error(document):
        return "not_an_api"
    return CODE_BY_STATUS.get(status, "upstream_unavailable" if status >= 500 else f"http_{status}")


def _is_api_error(document: Any) -> bool:
    """True for an error as model servers write it, in contrast to any web server's own 404.

    Beside OpenAI's `error` object: vLLM before 0.10 (`"object": "error"`) and DashScope (`code`) without one around.
    """
    top = mapping(document)
    return isinstance(top.get("error"), dict) or top.get("object") == "error" or isinstance(top.get("code"), str)


def _codes(document: Any) -> Iterator[str]:
    """Every code that an error body gives, the innermost too."""
    top = mapping(document)
    error = mapping(top.get("error"))
    inner = mapping(error.get("innererror"))
    for value in (error.get("code"), error.get("type"), inner.get("code"), top.get("code"), top.get("type")):
        if isinstance(value, str):
            yield value


def _letters(code: str) -> str:
    return "".join(each for each in code if each.isalnum()).lower()


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except RecursionError:
        return "an error body nested beyond reading"
