"""What can go wrong, each with the stable code of contract 1 and its HTTP status.

GatewayError      a request that gets an OpenAI error body instead of an answer
ConfigError       the gateway cannot start as configured: exit code 2, one line, never a key's value
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

STATUS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request": 400,
        "image_invalid": 400,
        "context_length_exceeded": 400,
        "unsupported_parameter": 400,
        "invalid_api_key": 401,
        "insufficient_quota": 402,
        "model_not_allowed": 403,
        "model_not_found": 404,
        "model_not_configured": 404,
        "replay_not_found": 404,
        "not_found": 404,
        "method_not_allowed": 405,
        "request_timeout": 408,
        "model_retired": 410,
        "request_too_large": 413,
        "provider_key_rejected": 424,
        "rate_limit_exceeded": 429,
        "internal_error": 500,
        "upstream_unavailable": 502,
        "shutting_down": 503,
        "upstream_timeout": 504,
    }
)
"""Code -> HTTP status. Clients branch on the code; the status follows from it."""


class GatewayError(Exception):
    """A failure that leaves as `{"error": {"message", "type", "param", "code", ...}}`.

    `extra` adds fields to the error object (`nearest`, `needs`); `retry_after_s` becomes the header Retry-After.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after_s: float | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return STATUS[self.code]

    def body(self) -> dict[str, Any]:
        """The OpenAI error body."""
        return {
            "error": {
                "message": self.message,
                "type": _kind(self.status),
                "param": self.param,
                "code": self.code,
                **self.extra,
            }
        }

    def headers(self) -> dict[str, str]:
        """Headers that go with the body."""
        if self.retry_after_s is None:
            return {}
        return {"Retry-After": str(max(0, math.ceil(self.retry_after_s)))}


class ConfigError(Exception):
    """A configuration that cannot be: `str(error)` names file, line and field."""


def place(error: BaseException) -> str:
    """Where an exception was raised, innermost first: with its type enough to find it. Its words may be a prompt."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames[-4:]))


def _kind(status: int) -> str:
    """OpenAI's `type` of an error, by its status."""
    named = {401: "authentication_error", 402: "insufficient_quota", 429: "rate_limit_error"}
    return named.get(status, "invalid_request_error" if status < 500 else "api_error")
