"""A provider's rejection: a block in the words of an error, or a failure with one stable code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.blocks import raw_block, said
from mosseval_proxy.outcomes.google import google_delay_s, google_error
from mosseval_proxy.records import Answer, Block, Where

BLOCK_WORDS: tuple[tuple[re.Pattern[str], Where], ...] = (
    (re.compile(r"output blocked by content filtering policy", re.I), "output"),
    (re.compile(r"input or output data may contain inappropriate content", re.I), "input"),
    (re.compile(r"output (\w+ )?data may contain inappropriate content", re.I), "output"),
    (re.compile(r"data_inspection_failed|DataInspectionFailed", re.I), "input"),
    (re.compile(r"content blocked by guardrail", re.I), "input"),
    (re.compile(r"content violates usage guidelines|Failed check: SAFETY_CHECK_TYPE", re.I), "input"),
    (re.compile(r"requires moderation and your input was flagged", re.I), "input"),
    (re.compile(r"^Content Exists Risk\b", re.I), "input"),
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
    (
        re.compile(
            r"insufficient_quota|exceeded your current quota|credit balance is too low|billing|arrearage"
            r"|reached your specified api usage limits",
            re.I,
        ),
        "quota",
    ),
    (
        re.compile(
            r"context_length_exceeded|maximum context length|(prompt|input) is too long|input token count"
            r"|too many tokens:|cannot be greater than max_model_len|longer than the (maximum )?model('s)? (maximum )?"
            r"(context )?length|exceeds? (the )?(available )?context (size|window|length)"
            r"|max_(completion_)?tokens'? (is too large|must be at least 1, got -)",
            re.I,
        ),
        "context",
    ),
    (
        re.compile(r"(could not|unable to|failed to|cannot) (process|decode|parse|load|read)[^.]{0,40}image", re.I),
        "image",
    ),
    (
        re.compile(
            r"invalid[_ ]image|image_parse_error|unsupported image|image exceeds|invalid base64|media (type|format)",
            re.I,
        ),
        "image",
    ),
    (
        re.compile(
            r"request_too_large|payload too large|entity too large|at most \d+ (image|multi-?modal|media)"
            r"|too many images",
            re.I,
        ),
        "size",
    ),
    (re.compile(r"rate_limit_exceeded|rate_limit_error", re.I), "rate"),
    (re.compile(r"api key (not valid|not found|expired)|api_key_invalid|(invalid|incorrect) api key", re.I), "key"),
    (re.compile(r"provided model identifier is invalid|model version .{1,100} not found", re.I), "missing"),
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
    "TimeoutError": "timeout",
    "TimeoutException": "timeout",
    "ConnectTimeout": "timeout",
    "ReadTimeout": "timeout",
    "SocketTimeoutError": "timeout",
    "RefreshError": "key",
    "DefaultCredentialsError": "key",
    "NoCredentialsError": "key",
    "ImageFetchError": "image",
}
"""Classes of exceptions (litellm's, httpx's, google-auth's, boto's) that decide; the HTTP status decides the rest."""
BY_STATUS: Mapping[int, str] = {
    401: "key",
    402: "quota",
    403: "key",
    404: "missing",
    408: "timeout",
    413: "size",
    424: "down",
    429: "rate",
    498: "down",
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
    retry = (fault.retry_after_s or google_delay_s(fault.body)) if code == "rate_limit_exceeded" else None
    field = fault.param if code == "invalid_request" else FIELDS.get(code)
    return GatewayError(code, f"{summary}: {fault.message}", param=field, retry_after_s=retry)


def _failure(fault: ProviderFault) -> str:
    if fault.status == 429 and google_error(fault.body).get("status") == "RESOURCE_EXHAUSTED":
        # Google speaks of a quota that was exceeded wherever requests come too fast.
        return "rate"
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
    told = fault.status in (400, 403, 422) or (fault.status is None and fault.kind == "rejected")
    if not told:
        return None
    for pattern, where in BLOCK_WORDS:
        if pattern.search(fault.message):
            return Block(where, "safety", fault.provider, _findings(fault.body) or fault.message)
    return None


def _findings(body: Mapping[str, Any] | None) -> str | None:
    """What a filter says that it found, beside its words: Azure's inner error, OpenRouter's reasons."""
    error = body.get("error") if body is not None else None
    if not isinstance(error, Mapping):
        return None
    inner, metadata = error.get("innererror"), error.get("metadata")
    if isinstance(inner, Mapping):
        return azure_findings(inner.get("content_filter_result") or inner.get("content_filter_results"))
    reasons = metadata.get("reasons") if isinstance(metadata, Mapping) else None
    named = [reason for reason in reasons if isinstance(reason, str)] if isinstance(reasons, list) else []
    return f"flagged: {', '.join(named)}" if named else None


def azure_findings(results: Any) -> str | None:
    """The categories that Azure filtered: https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter."""
    if not isinstance(results, Mapping):
        return None
    found = (str(name) for name, one in results.items() if isinstance(one, Mapping) and one.get("filtered"))
    hit = ", ".join(sorted(found))
    return f"content filter: {hit}" if hit else None
