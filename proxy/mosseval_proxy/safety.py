"""Providers' safety switches as factors of an experiment: what may be set, and how litellm is told.

A request's `mosseval.safety_settings` stands above the deployment's `model_info.mosseval.safety`, that above what
LiteLLM's own form says in `litellm_params`, and that above the default; key by key. What is sent is recorded with the
answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from mosseval_proxy.errors import GatewayError

FIELD = "mosseval.safety_settings"
Settings = Mapping[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Category = Annotated[str, Field(pattern=r"^HARM_CATEGORY_[A-Z_]{1,40}$")]
Threshold = Literal["OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"]
Name = Annotated[str, Field(pattern=r"^[\w./:+-]{1,200}$")]


class Gemini(RootModel[dict[Category, Threshold]]):
    """Threshold by category: https://ai.google.dev/gemini-api/docs/safety-settings."""


class Mistral(_Strict):
    """https://docs.mistral.ai/capabilities/guardrailing."""

    safe_prompt: bool | None = None
    guardrails: Annotated[list[dict[str, Any]], Field(max_length=8)] | None = None


class Cohere(_Strict):
    """https://docs.cohere.com/docs/safety-modes."""

    safety_mode: Literal["CONTEXTUAL", "STRICT", "OFF", "NONE"]


class Bedrock(_Strict):
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GuardrailConfiguration.html."""

    guardrailIdentifier: Name
    guardrailVersion: Annotated[str, Field(pattern=r"^(DRAFT|[1-9][0-9]{0,7})$")]
    trace: Literal["enabled", "disabled", "enabled_full"] = "enabled"
    """By default on: without it nobody learns what the guardrail found, nor where."""
    streamProcessingMode: Literal["sync", "async"] | None = None


class DashScope(_Strict):
    """The header X-DashScope-DataInspection: https://www.alibabacloud.com/help/en/model-studio/error-code."""

    input: Literal["cip", "disable"] | None = None
    output: Literal["cip", "disable"] | None = None


class Azure(_Strict):
    """A content filter's configuration chosen by the request: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/content-filters."""

    policy: Name


class Together(_Strict):
    """https://docs.together.ai/reference/chat-completions-1."""

    safety_model: Name


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches of one provider: their form, how litellm takes them, and how its own `litellm_params` say them."""

    form: type[BaseModel]
    arguments: Callable[[Settings], dict[str, Any]]
    configured: Callable[[Mapping[str, Any]], Settings] = lambda _params: {}
    default: Settings | None = None


def _gemini(settings: Settings) -> dict[str, Any]:
    return {"safety_settings": [{"category": name, "threshold": value} for name, value in settings.items()]}


def _gemini_configured(params: Mapping[str, Any]) -> Settings:
    pairs = params.get("safety_settings")
    found = [pair for pair in pairs if isinstance(pair, Mapping)] if isinstance(pairs, list) else []
    return {str(pair.get("category")): pair.get("threshold") for pair in found}


def _dashscope(settings: Settings) -> dict[str, Any]:
    return {"extra_headers": {"X-DashScope-DataInspection": json.dumps(dict(settings))}}


GEMINI = Switches(
    Gemini,
    _gemini,
    _gemini_configured,
    {
        f"HARM_CATEGORY_{name}": "BLOCK_MEDIUM_AND_ABOVE"
        for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
    },
)
"""By default as in the paper, sent by name: the provider's own default differs between models."""
SWITCHES: Mapping[str, Switches] = {
    "gemini": GEMINI,
    "vertex_ai": GEMINI,
    "vertex_ai_beta": GEMINI,
    "mistral": Switches(Mistral, lambda settings: {"extra_body": dict(settings)}),
    "cohere": Switches(Cohere, dict),
    "cohere_chat": Switches(Cohere, dict),
    "bedrock": Switches(
        Bedrock,
        lambda settings: {"guardrailConfig": dict(settings)},
        lambda params: params.get("guardrailConfig") or {},
    ),
    "bedrock_converse": Switches(
        Bedrock,
        lambda settings: {"guardrailConfig": dict(settings)},
        lambda params: params.get("guardrailConfig") or {},
    ),
    "dashscope": Switches(DashScope, _dashscope),
    "azure": Switches(Azure, lambda settings: {"extra_headers": {"x-policy-id": settings["policy"]}}),
    "together_ai": Switches(Together, lambda settings: {"extra_body": dict(settings)}),
}
"""Provider -> its switches. One that is not here has none that is documented."""


def switches_of(provider: str, model: str) -> Switches | None:
    """The switches of a model; Vertex serves others' models too, which have none."""
    found = SWITCHES.get(provider)
    return None if found is GEMINI and provider != "gemini" and not model.startswith("gemini") else found


def settings_for(
    provider: str, model: str, *, asked: Settings | None, own: Settings | None, params: Mapping[str, Any]
) -> Settings | None:
    """What is sent and recorded. Raises GatewayError where a model has no such switch, or a value will not do."""
    switches = switches_of(provider, model)
    if switches is None:
        if asked or own:
            raise GatewayError("unsupported_parameter", f"{provider} has no safety settings", param=FIELD)
        return None
    merged = {**(switches.default or {}), **switches.configured(params), **(own or {}), **(asked or {})}
    if not merged:
        return None
    try:
        form = switches.form.model_validate(merged)
    except ValidationError as error:
        raise _fault(error, provider) from None
    found: Settings = form.model_dump(exclude_none=True)
    return found


def _fault(error: ValidationError, provider: str) -> GatewayError:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = [str(step) for step in first["loc"] if step != "[key]"]
    field = ".".join([FIELD, *place])[:200]
    if first["type"] == "extra_forbidden":
        return GatewayError("unsupported_parameter", f"{field}: {provider} has no such switch", param=field)
    return GatewayError("invalid_request", f"{field}: {first['msg']}", param=field)
