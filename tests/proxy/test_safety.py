"""Providers' safety switches: what is sent where several say something, and what will not do."""

from __future__ import annotations

from typing import Any

import pytest

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.safety import GEMINI, settings_for

DEFAULT = GEMINI.default or {}
HATE = "HARM_CATEGORY_HATE_SPEECH"


def found(provider: str, asked: Any = None, own: Any = None, model: str = "gemini-2.5-pro", **params: Any) -> Any:
    return settings_for(provider, model, asked=asked, own=own, params=params)


def test_by_default_gemini_is_told_what_the_paper_told_it() -> None:
    assert found("gemini") == DEFAULT
    assert set(DEFAULT.values()) == {"BLOCK_MEDIUM_AND_ABOVE"}
    assert len(DEFAULT) == 4
    assert found("vertex_ai") == DEFAULT


def test_a_request_stands_above_the_model_list_and_that_above_litellms_own_form() -> None:
    params: Any = {"safety_settings": [{"category": HATE, "threshold": "BLOCK_NONE"}]}
    assert found("gemini", **params)[HATE] == "BLOCK_NONE"
    assert found("gemini", own={HATE: "OFF"}, **params)[HATE] == "OFF"
    assert found("gemini", {HATE: "BLOCK_ONLY_HIGH"}, {HATE: "OFF"}, **params)[HATE] == "BLOCK_ONLY_HIGH"


def test_others_have_no_default() -> None:
    for provider in ("mistral", "cohere", "bedrock", "dashscope", "azure", "together_ai", "openai", "anthropic"):
        assert found(provider) is None
    assert found("vertex_ai", model="claude-3-opus@20240229") is None


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("gemini", {"HARM_CATEGORY_X": "MAYBE"}, "invalid_request", "mosseval.safety_settings.HARM_CATEGORY_X"),
    ("gemini", {"CATEGORY": "OFF"}, "invalid_request", "mosseval.safety_settings.CATEGORY"),
    ("gemini", {HATE: ["OFF"]}, "invalid_request", f"mosseval.safety_settings.{HATE}"),
    ("mistral", {"safe_prompt": "perhaps"}, "invalid_request", "mosseval.safety_settings.safe_prompt"),
    ("mistral", {"api_base": "x"}, "unsupported_parameter", "mosseval.safety_settings.api_base"),
    ("cohere", {"safety_mode": "LOOSE"}, "invalid_request", "mosseval.safety_settings.safety_mode"),
    ("bedrock", {"guardrailIdentifier": "a"}, "invalid_request", "mosseval.safety_settings.guardrailVersion"),
    ("dashscope", {"input": "cip\r\nX-Other: 1"}, "invalid_request", "mosseval.safety_settings.input"),
    ("azure", {"policy": "a\r\nX-Other: 1"}, "invalid_request", "mosseval.safety_settings.policy"),
    ("openai", {"policy": "a"}, "unsupported_parameter", "mosseval.safety_settings"),
]


@pytest.mark.parametrize(("provider", "asked", "code", "param"), WRONG, ids=str)
def test_what_will_not_do_is_named(provider: str, asked: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(GatewayError) as caught:
        found(provider, asked)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert "X-Other" not in caught.value.message
