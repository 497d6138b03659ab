"""The forms in which providers block: `simulated/blocking` walks through them.

Each form goes through the same reading as a real provider's. The texts are our own; the shapes follow the providers'
API pages (see `outcomes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import ProviderFault, read_fault, read_response
from mosseval_proxy.outcomes.native import form_of, read_native
from mosseval_proxy.records import Answer


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a block, and whose it is: a body in OpenAI's form, or in that of `path`, or a rejection."""

    name: str
    provider: str
    body: Mapping[str, Any]
    path: str = "/chat/completions"
    fault: ProviderFault | None = None

    def outcome(self) -> Answer | GatewayError:
        """As a real provider's would be read."""
        if self.fault is not None:
            return read_fault(self.fault)
        native = form_of(self.path)
        return read_native(native, self.body, self.provider) if native else read_response(self.body, self.provider)


def _choice(finish: str, content: str | None = None, **message: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": finish, "message": {"content": content, **message}}]}


def _gemini(name: str, **body: Any) -> Form:
    return Form(f"gemini {name}", "gemini", {"usageMetadata": {"promptTokenCount": 9}, **body}, ":generateContent")


def _finish(reason: str, text: str | None = None) -> Form:
    content = {} if text is None else {"content": {"parts": [{"text": text}]}}
    return _gemini(reason.lower().replace("_", " "), candidates=[{"finishReason": reason, **content}])


def _rejected(name: str, provider: str, message: str) -> Form:
    return Form(name, provider, {}, fault=ProviderFault("rejected", message, provider, 400))


GUARDRAIL = {"contentPolicy": {"filters": [{"type": "VIOLENCE", "confidence": "HIGH", "action": "BLOCKED"}]}}
FORMS: tuple[Form, ...] = (
    Form("openai refusal", "openai", _choice("stop", None, refusal="I'm sorry, I can't help with that request.")),
    Form("openai content filter", "openai", _choice("content_filter", "The first half of an answer,")),
    _rejected(
        "azure input filter",
        "azure",
        "The response was filtered due to the prompt triggering the content management policy.",
    ),
    _rejected("azure input filter through openai", "openai", "Error code: 400, code: content_filter"),
    Form(
        "anthropic refusal",
        "anthropic",
        {"type": "message", "stop_reason": "refusal", "content": [{"type": "text", "text": "I'd rather"}]},
        "/v1/messages",
    ),
    _rejected("anthropic output filter", "anthropic", "Output blocked by content filtering policy"),
    _gemini("prompt feedback", promptFeedback={"blockReason": "SAFETY"}),
    _gemini("prohibited content", promptFeedback={"blockReason": "PROHIBITED_CONTENT"}),
    _gemini("no candidates"),
    _finish("SAFETY"),
    _finish("RECITATION", "It was the"),
    _finish("IMAGE_SAFETY"),
    _finish("OTHER"),
    _rejected(
        "dashscope inspection", "dashscope", "data_inspection_failed: Input data may contain inappropriate content."
    ),
    Form(
        "bedrock guardrail",
        "bedrock",
        {
            "stopReason": "guardrail_intervened",
            "output": {"message": {"content": [{"text": "Blocked by the guardrail that is configured here."}]}},
            "trace": {"guardrail": {"inputAssessment": {"a-guardrail": GUARDRAIL}}},
        },
        "/converse",
    ),
)
