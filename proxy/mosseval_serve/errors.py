"""What can go wrong, with the codes and the error body that the gateway's answers have too (contract 1).

ServeError    a request that gets an OpenAI error body instead of an answer
StartError    the server cannot start as told: exit code 2, one line
"""

from __future__ import annotations

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
        "model_not_found": 404,
        "not_found": 404,
        "method_not_allowed": 405,
        "request_too_large": 413,
        "rate_limit_exceeded": 429,
        "internal_error": 500,
        "loading": 503,
        "shutting_down": 503,
        "upstream_timeout": 504,
    }
)
"""Code -> HTTP status. `loading` is this server's own: the model cannot answer yet."""


class ServeError(Exception):
    """A failure that leaves as `{"error": {"message", "type", "param", "code"}}`."""

    def __init__(
        self, code: str, message: str, *, param: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return STATUS[self.code]

    def body(self) -> dict[str, Any]:
        """The OpenAI error body."""
        named = {401: "authentication_error", 429: "rate_limit_error"}
        kind = named.get(self.status, "invalid_request_error" if self.status < 500 else "api_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    def headers(self) -> dict[str, str]:
        """Headers that go with the body."""
        return {} if self.retry_after_s is None else {"Retry-After": f"{self.retry_after_s:g}"}


class StartError(Exception):
    """A server that cannot start as told: `str(error)` says what to change."""
