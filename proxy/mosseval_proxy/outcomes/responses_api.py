"""OpenAI's Responses API, read as a chat completion: https://platform.openai.com/docs/api-reference/responses/object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.failures import ProviderFault, read_fault
from mosseval_proxy.outcomes.responses import read_response
from mosseval_proxy.records import Answer

FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}
"""`incomplete_details.reason` -> OpenAI's finish reason in chat completions."""


def read_responses_api(response: Mapping[str, Any], provider: str) -> Answer | GatewayError:
    """A `response` object, whole: with its status, its output and its usage."""
    error = response.get("error")
    if isinstance(error, Mapping):
        return read_fault(fault(error, provider))
    status, output = response.get("status"), response.get("output")
    if status not in ("completed", "incomplete") or not isinstance(output, list):
        return GatewayError("upstream_unavailable", "the provider sent a response without an output")
    details = response.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    message = {
        "content": _joined(output, "message", "content", "text"),
        "refusal": _joined(output, "message", "content", "refusal"),
        "reasoning_content": _joined(output, "reasoning", "summary", "text"),
    }
    usage = response.get("usage")
    counted = usage if isinstance(usage, Mapping) else {}
    form = {
        "model": response.get("model"),
        "choices": [{"message": message, "finish_reason": FINISHES.get(str(reason), "stop")}],
        "usage": {
            "prompt_tokens": counted.get("input_tokens"),
            "completion_tokens": counted.get("output_tokens"),
            "total_tokens": counted.get("total_tokens"),
        },
    }
    return read_response(form, provider)


def fault(error: Mapping[str, Any], provider: str) -> ProviderFault:
    """The error within a response, or an error event, in plain data; there is no HTTP status with it."""
    words, code = str(error.get("message") or "the response failed"), error.get("code")
    return ProviderFault("rejected", f"{words} ({code})" if isinstance(code, str) else words, provider)


def _joined(output: list[Any], kind: str, field: str, text: str) -> str | None:
    return "".join(_texts(output, kind, field, text)) or None


def _texts(output: list[Any], kind: str, field: str, text: str) -> Iterator[str]:
    """The texts of this name in the parts of the items of this kind."""
    for item in output:
        parts = item.get(field) if isinstance(item, Mapping) and item.get("type") == kind else None
        for part in parts if isinstance(parts, list) else ():
            found = part.get(text) if isinstance(part, Mapping) else None
            if isinstance(found, str):
                yield found
