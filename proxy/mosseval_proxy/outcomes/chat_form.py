"""What an OpenAI-speaking server says, made safe to read: answers, chunks and rejections are hostile until here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import ProviderFault, endings, read_fault, read_response
from mosseval_proxy.outcomes.blocks import GEMINI_CATEGORIES
from mosseval_proxy.outcomes.faults import FIELD, wait_s
from mosseval_proxy.records import Answer

FINISHES: Mapping[str, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "function_call",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "model_length": "length",
    **dict.fromkeys(("STOP", "COMPLETE", "eos", "eos_token", "end_turn", "stop_sequence", "tool_use"), "stop"),
    **dict.fromkeys(("refusal", "sensitive", *GEMINI_CATEGORIES), "content_filter"),
}
"""A server's finish reason -> OpenAI's. Google's own server of this form sends Gemini's reasons; one that is not here
is a `stop` where there is text, and no answer where there is none."""
BROKEN = frozenset({"abort", "error", "network_error", "insufficient_system_resource", *endings.BROKEN})
"""Finish reasons of vLLM, SGLang, DeepSeek, Google and relays under which the text is no whole answer."""
DETAILED = "content_filter:"
"""What some relays of Gemini put before its reason: `content_filter: PROHIBITED_CONTENT`."""
FILTERED = frozenset({"content_filter", "sensitive"})
"""The finish reasons of a filter that say no more."""
GENERIC = frozenset({"invalid_request_error", "BadRequestError", "api_error", "error"})
"""What stands in the place of a code and tells nothing."""


def document(data: bytes) -> Mapping[str, Any] | None:
    """A JSON object; None for anything else."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        found = _lenient(data)
    return found if isinstance(found, Mapping) else None


def _lenient(data: bytes) -> Any:
    """What orjson refuses and servers send: half a surrogate pair in a text, NaN as a logprob."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def read_whole(data: bytes, provider: str) -> Answer | GatewayError:
    """A chat completion's body."""
    found = document(data)
    if found is None:
        return GatewayError("upstream_unavailable", "the provider sent an answer that is no JSON object")
    if error_of(found) is not None:
        return read_fault(rejection(provider, None, data))
    choices = found.get("choices")
    if not isinstance(choices, list) or not choices:
        return GatewayError("upstream_unavailable", "the provider sent an answer without choices")
    message = choices[0].get("message") if isinstance(choices[0], Mapping) else None
    if not isinstance(message, Mapping):
        return GatewayError("upstream_unavailable", "the provider sent an answer without a message")
    content, reason = message.get("content"), choices[0].get("finish_reason")
    if content is not None and words(content) is None:
        return GatewayError("upstream_unavailable", "the provider sent an answer that is no text")
    if gave_up(reason):
        return GatewayError("upstream_unavailable", f"the provider gave up (finish reason {reason})")
    plain = {
        "content": words(content),
        "refusal": words(message.get("refusal")),
        "reasoning_content": reasoning(message),
    }
    if not (plain["content"] or plain["refusal"]) and (finish(reason) is None or strange(reason)):
        return no_text(reason)
    choice = {**filters(choices[0]), "message": plain, "finish_reason": finish(reason)}
    return read_response({**found, "choices": [choice]}, provider)


def strange(reason: object) -> bool:
    """Whether a finish reason is none that is known: what has no text then is no blank."""
    return isinstance(reason, str) and finish(reason) == "stop" and reason not in FINISHES


def no_text(reason: object) -> GatewayError:
    """What came has no text, and no reason for that."""
    how = f"ended with {reason[:100]}" if isinstance(reason, str) else "says not why it ended"
    return GatewayError("upstream_unavailable", f"the provider's answer has no text, and {how}")


def gave_up(reason: object) -> bool:
    """Whether a finish reason says that the text is no whole answer."""
    return isinstance(reason, str) and reason in BROKEN


def filters(choice: Mapping[str, Any]) -> dict[str, Any]:
    """What a choice says of why it was cut short, beside its finish reason: Azure's findings, OpenRouter's word."""
    names = ("content_filter_results", "native_finish_reason")
    found = {name: choice[name] for name in names if name in choice}
    reason = choice.get("finish_reason")
    if finish(reason) == "content_filter" and reason not in FILTERED:
        found.setdefault("native_finish_reason", _detail(reason))
    return found


def finish(reason: object) -> str | None:
    """OpenAI's finish reason; None where there is none."""
    if not isinstance(reason, str) or not reason:
        return None
    return "content_filter" if reason.startswith(DETAILED) else FINISHES.get(reason, "stop")


def _detail(reason: object) -> str:
    """The provider's own word in a finish reason that says more than OpenAI's."""
    return str(reason).removeprefix(DETAILED).strip()


def words(content: object) -> str | None:
    """Text, whole or as a list of text parts, Mistral's thoughts among them left out; None for anything else."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part if isinstance(part, Mapping) else {} for part in content]
    texts = [part.get("text") for part in parts if part.get("type") != "thinking"]
    return "".join(texts) if all(isinstance(each, str) for each in texts) else None  # type: ignore[arg-type]


def reasoning(message: Mapping[str, Any]) -> str | None:
    """Reasoning, under either name that servers give it, or as Mistral's parts of the content."""
    content = message.get("content")
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    thoughts = [words(part.get("thinking")) or "" for part in parts if part.get("type") == "thinking"]
    return words(message.get("reasoning_content")) or words(message.get("reasoning")) or "".join(thoughts) or None


def error_of(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The error that a JSON object tells of, in any of the forms that such servers use; None if it tells of none."""
    error = found.get("error")
    if isinstance(error, Mapping):
        return error
    if isinstance(error, str) and error:
        return {"message": error}
    if found.get("object") == "error":
        return found
    for name in ("detail", "message"):
        if "choices" not in found and isinstance(found.get(name), str):
            return {"message": found[name]}
    return None


def rejection(provider: str, status: int | None, body: bytes, retry_after: str | None = None) -> ProviderFault:
    """A rejection in plain data: the server's words, with the code that stands beside them where they leave it out."""
    found = document(body)
    error = (error_of(found) if found is not None else None) or {}
    text = words(error.get("message")) or body[:2000].decode("utf-8", "replace").strip() or f"HTTP status {status}"
    code, param = error.get("code") or error.get("type"), error.get("param")
    told = isinstance(code, str) and code not in GENERIC and code not in text
    return ProviderFault(
        kind="rejected",
        message=f"{text} ({code})" if told else text,
        provider=provider,
        status=status if status is not None else _status(error.get("code")),
        retry_after_s=None if retry_after is None else wait_s(retry_after),
        body=found,
        param=param if isinstance(param, str) and FIELD.fullmatch(param) else None,
    )


def _status(code: object) -> int | None:
    """The HTTP status that vLLM writes as an error's code."""
    return code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 else None
