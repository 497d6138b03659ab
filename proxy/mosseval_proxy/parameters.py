"""Facts about providers' parameters that litellm's own check does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXTRA: Mapping[str, frozenset[str]] = {
    "top_k": frozenset(
        {
            "anthropic",
            "bedrock",
            "cohere",
            "cohere_chat",
            "dashscope",
            "fireworks_ai",
            "gemini",
            "hosted_vllm",
            "ollama",
            "ollama_chat",
            "openrouter",
            "together_ai",
            "vertex_ai",
        }
    ),
    "repetition_penalty": frozenset(
        {"dashscope", "fireworks_ai", "hosted_vllm", "ollama", "ollama_chat", "openrouter", "together_ai"}
    ),
    "num_beams": frozenset(),
}
"""Parameter beyond OpenAI's -> the providers that take it. An `openai/` server of one's own gets them all: litellm
passes on whatever it does not know, so a provider that is not named here would refuse the whole request."""
KEPT_BACK = frozenset({"user"})
"""Parameters that go to no provider: who asks is the gateway's own business. They are listed as dropped."""
MISTAKEN: Mapping[str, frozenset[str]] = {
    "ollama": frozenset({"frequency_penalty", "reasoning_effort"}),
    "ollama_chat": frozenset({"frequency_penalty", "reasoning_effort"}),
    "deepseek": frozenset({"reasoning_effort"}),
}
"""Provider -> parameters that litellm would turn into something of another meaning: a penalty by count into a factor,
a level of effort into a switch. They are left out and said so."""
RESPONSES_API = frozenset({"max_tokens", "temperature", "top_p", "reasoning_effort"})
"""What OpenAI's Responses API takes of the sampling parameters; litellm drops the others without a word."""
RENAMED: Mapping[str, Mapping[str, str]] = {
    "cohere": {"top_k": "k"},
    "cohere_chat": {"top_k": "k"},
    "ollama": {"repetition_penalty": "repeat_penalty"},
    "ollama_chat": {"repetition_penalty": "repeat_penalty"},
}
"""Provider -> its own names for parameters that litellm passes on under whatever name they come."""


def native(provider: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as litellm must be told them, so that they arrive in the provider's own form."""
    names = RENAMED.get(provider, {})
    found = {names.get(name, name): value for name, value in parameters.items()}
    if names and isinstance(found.get("stop"), str):
        # litellm leaves it a text, and neither of the two takes one.
        found["stop"] = [found["stop"]]
    return found


def chat_form(model: str) -> str:
    """A model under the route that speaks the provider's own form for chats.

    By the shorter names litellm asks Ollama for a completion, with the system message written into the prompt, and
    asks Bedrock for a model that is not in its tables in that model's own form, of which there are many.
    """
    provider, _, name = model.partition("/")
    if provider == "ollama":
        return f"ollama_chat/{name}"
    return f"bedrock/converse/{name}" if provider == "bedrock" and "/" not in name else model
