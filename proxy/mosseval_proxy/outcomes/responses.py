"""A chat completion in OpenAI's form, as litellm or a provider gives it, with the provider's own body beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.blocks import GEMINI_CATEGORIES, gemini_category, raw_block, said, stop_details
from mosseval_proxy.outcomes.endings import BROKEN, ending, is_count, text
from mosseval_proxy.outcomes.failures import FAILURES, azure_findings
from mosseval_proxy.records import Answer, Block


def read_response(
    response: Mapping[str, Any], provider: str | None, raw: Mapping[str, Any] | None = None
) -> Answer | GatewayError:
    """Reads a chat completion as litellm returns it (`ModelResponse` as a dict), with the provider's body beside it."""
    choices = response.get("choices") or []
    block, end = raw_block(raw, provider), ending(raw or {})
    if block is None and end is not None and end in BROKEN:
        return GatewayError(FAILURES[BROKEN[end]][0], f"the provider gave its answer up: {end}")
    usage = _usage(response.get("usage"))
    served = text(response.get("model"))
    if not choices:
        if block is None:
            return GatewayError("upstream_unavailable", "the provider sent an answer without choices")
        return Answer(None, "content_filter", refusal=said(block), block=block, usage=usage, served_model=served)
    message = choices[0].get("message") or {}
    finish = str(choices[0].get("finish_reason") or "stop")
    refusal = text(message.get("refusal")) or text((message.get("provider_specific_fields") or {}).get("refusal"))
    if block is None and finish == "content_filter":
        block = _filtered(choices[0], provider)
    if block is None and refusal:
        block = Block("model", "safety", provider, refusal)
    if block is not None:
        finish, refusal = "content_filter", refusal or said(block)
    return Answer(
        text=text(message.get("content")),
        finish_reason=finish,
        reasoning=text(message.get("reasoning_content")),
        refusal=refusal,
        block=block,
        usage=usage,
        served_model=served,
    )


def _filtered(choice: Mapping[str, Any], provider: str | None) -> Block:
    """A finish reason `content_filter` without the provider's own body."""
    fields = {**(choice.get("provider_specific_fields") or {})}
    fields.update((choice.get("message") or {}).get("provider_specific_fields") or {})
    told = choice.get("native_finish_reason") or fields.get("native_finish_reason") or fields.get("stop_reason")
    native = text(told) or ""
    if native in GEMINI_CATEGORIES:
        return Block("output", gemini_category(native), provider, native)
    if native == "refusal" or provider == "anthropic":
        return Block("model", "safety", provider, stop_details(fields.get("stop_details")))
    hit = azure_findings(choice.get("content_filter_results") or fields.get("content_filter_results"))
    if hit is not None:
        return Block("output", "safety", provider, hit)
    return Block("output", "unknown", provider, native or None)


def _usage(usage: Any) -> dict[str, int] | None:
    """Token counts in OpenAI's names, whole numbers alone."""
    if not isinstance(usage, Mapping):
        return None
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return {name: usage[name] for name in names if is_count(usage.get(name))} or None
