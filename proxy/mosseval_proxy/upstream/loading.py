"""Brings litellm in on the first call that needs it (3-4 s), silent and with nothing of its own switched on."""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any

from mosseval_proxy.upstream import economies, exchange


def load() -> Any:
    """Imports litellm with everything switched off that would speak to others or log prompts."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.drop_params = False
    litellm.callbacks = []
    litellm.success_callback = []
    litellm.failure_callback = []
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    exchange.install(litellm)
    economies.install(litellm)
    _without_tools()
    _without_lookups()
    _without_guarded_text()
    _with_system_messages()
    return litellm


def _without_tools() -> None:
    """On its way to the Responses API litellm looks among the tools for MCP servers, for which it imports its proxy
    and a package that is not here. There are never any tools."""
    responses: Any = importlib.import_module("litellm.responses.main")
    responses._responses_try_dispatch_mcp_gateway = _no_dispatch


def _no_dispatch(**_arguments: Any) -> None:
    """Nobody else handles this call."""


def _without_lookups() -> None:
    """To reckon what an answer of Ollama's cost litellm asks its server about the model, and stops the event loop for
    as long as that takes. It costs nothing."""
    ollama: Any = importlib.import_module("litellm.llms.ollama.common_utils")
    ollama.OllamaModelInfo.get_runtime_model_info = _free


def _free(_self: Any, model: str, **_server: Any) -> dict[str, Any]:
    """A model without a price and without known limits."""
    costs = {"input_cost_per_token": 0.0, "output_cost_per_token": 0.0}
    limits = dict.fromkeys(("max_tokens", "max_input_tokens", "max_output_tokens"))
    return {"key": model, "litellm_provider": "ollama", "mode": "chat", **costs, **limits}


def _without_guarded_text() -> None:
    """Where a guardrail of Bedrock is asked for litellm marks the last texts as what it is to look at, so that it
    looks at nothing else: at no picture, and at no turn before."""
    bedrock: Any = importlib.import_module("litellm.llms.bedrock.chat.converse_transformation")
    bedrock.AmazonConverseConfig._convert_consecutive_user_messages_to_guarded_text = staticmethod(_unmarked)


def _unmarked(messages: Any, _parameters: Any) -> Any:
    return messages


def _with_system_messages() -> None:
    """Of every Gemini that is not in its tables (the newest and the retired) litellm thinks that it takes no system
    message and no schema, of OpenAI's o3 and o4 no system message, and puts either into the user's mouth. Those that
    really take none are refused beforehand (see `plan`), or by their provider."""
    gemini: Any = importlib.import_module("litellm.llms.vertex_ai.gemini.transformation")
    gemini.get_supports_system_message = _taken
    gemini.get_supports_response_schema = _taken
    reasoning: Any = importlib.import_module("litellm.llms.openai.chat.o_series_transformation")
    reasoning.supports_system_messages = _taken


def _taken(*_model: Any, **_named: Any) -> bool:
    return True
