"""A provider's rejection: a block in the words of an error, or a failure with one stable code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.blocks import raw_block, said
from mosseval_proxy.records import Answer, Block, Where

BLOCK_WORDS: tuple[tuple[re.Pattern[str], Where], ...] = (
    (re.compile(r"output blocked by content filtering policy", re.I), "output"),
    (re.compile(r"output data may contain inappropriate content", re.I), "output"),
    (re.compile(r"data_inspection_failed|DataInspectionFailed", re.I), "input"),
    (re.compile(r"response was filtered due to the prompt", re.I), "input"),
    (re.compile(r"content management policy", re.I), "input"),
    (re.compile(r"content_filter|content_policy_violation|violating our usage policy", re.I), "input"),
    (re.compile(r"rejected as a result of (the|our) safety system", re.I), "input"),
    (re.compile(r"The response was blocked\."), "output"),
    (re.compile(r"guardrail[_ ]intervened", re.I), "output"),
)
"""A rejected request whose body says one of these is a block. First match decides where it struck."""
FAILURE_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"unable to get json response|converting to valid response", re.I), "down"),
    (re.compile(r"insufficient_quota|exceeded your current quota|credit balance is too low|billing", re.I), "quota"),
    (
        re.compile(r"context_length_exceeded|maximum context length|prompt is too long|input token count", re.I),
        "context",
    ),
    (
        re.compile(r"(could not|unable to|failed to|cannot) (process|decode|parse|load|read)[^.]{0,40}image", re.I),
        "image",
    ),
    (re.compile(r"invalid[_ ]image|image_parse_error|unsupported image|invalid base64|media type", re.I), "image"),
    (re.compile(r"image exceeds|request_too_large|payload too large|entity too large|exceeds \d+ ?MB", re.I), "size"),
    (re.compile(r"api key not valid|api_key_invalid|invalid api key|incorrect api key", re.I), "key"),
)
FAILURES: Mapping[str, tuple[str, str]] = {
    "quota": ("insufficient_quota", "the provider says that the account's quota or credit is used up"),
    "context": ("context_length_exceeded", "the request is longer than the model's context"),
    "image": ("image_invalid", "the provider could not use a picture"),
    "size": ("request_too_large", "the provider says that the request is too large"),
    "key": ("provider_key_rejected", "the provider refused the gateway's key"),
    "missing": ("model_not_found", "the provider does not know this model"),
    "rate": ("rate_limit_exceeded", "the provider says: too many requests"),
    "timeout": ("upstream_timeout", "the provider did not answer in time"),
    "rejected": ("invalid_request", "the provider rejected the request"),
    "down": ("upstream_unavailable", "the provider could not be reached, or failed"),
}
FIELDS: Mapping[str, str] = {
    "model_not_found": "model",
    "context_length_exceeded": "messages",
    "image_invalid": "messages",
}
"""The field of the request that a code is about, by contract 1's codes; of the others `param` is null."""
BY_KIND: Mapping[str, str] = {
    "AuthenticationError": "key",
    "PermissionDeniedError": "key",
    "PaymentRequiredError": "quota",
    "NotFoundError": "missing",
    "ContextWindowExceededError": "context",
    "RateLimitError": "rate",
    "Timeout": "timeout",
    "APITimeoutError": "timeout",
    "ImageFetchError": "image",
}
"""litellm's exception classes, where the class decides; the HTTP status decides the rest."""
BY_STATUS: Mapping[int, str] = {
    401: "key",
    402: "quota",
    403: "key",
    404: "missing",
    408: "timeout",
    413: "size",
    429: "rate",
    504: "timeout",
}
TELLING = frozenset({400, 402, 403, 413, 422, 429})
"""Statuses whose words are read: what a provider says with a 500 is not about the request."""


@dataclass(frozen=True, slots=True)
class ProviderFault:
    """An exception of litellm's, in plain data. `body` is the provider's own JSON where it was seen."""

    kind: str
    message: str
    provider: str | None = None
    status: int | None = None
    retry_after_s: float | None = None
    body: Mapping[str, Any] | None = None
    param: str | None = None
    """The field of the request that the provider names as wrong."""


def read_fault(fault: ProviderFault) -> Answer | GatewayError:
    """A block (an answer) or a failure. Messages are the provider's words; the caller strips keys from them."""
    block = raw_block(fault.body, fault.provider) or _worded_block(fault)
    if block is not None:
        return Answer(None, "content_filter", refusal=said(block), block=block)
    code, summary = FAILURES[_failure(fault)]
    retry = fault.retry_after_s if code == "rate_limit_exceeded" else None
    field = fault.param if code == "invalid_request" else FIELDS.get(code)
    return GatewayError(code, f"{summary}: {fault.message}", param=field, retry_after_s=retry)


def _failure(fault: ProviderFault) -> str:
    if fault.status in TELLING or fault.status is None:
        for pattern, name in FAILURE_WORDS:
            if pattern.search(fault.message):
                return name
    if fault.kind in BY_KIND:
        return BY_KIND[fault.kind]
    if (named := BY_STATUS.get(fault.status or 0)) is not None:
        return named
    return "rejected" if fault.status is not None and 400 <= fault.status < 500 else "down"


def _worded_block(fault: ProviderFault) -> Block | None:
    """A block that came as a rejected request."""
    if fault.kind != "ContentPolicyViolationError" and fault.status not in (400, 403, 422):
        return None
    for pattern, where in BLOCK_WORDS:
        if pattern.search(fault.message):
            return Block(where, "safety", fault.provider, fault.message)
    if fault.kind == "ContentPolicyViolationError":
        return Block("input", "safety", fault.provider, fault.message)
    return None
