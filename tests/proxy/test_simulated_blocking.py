"""The blocks that `simulated/blocking` gives: each is read as a real provider's, and comes out whole."""

from __future__ import annotations

import pytest

from mosseval_proxy.records import Answer
from mosseval_proxy.simulated.blocking import FORMS, Form

EXPECTED = {
    "openai refusal": ("model", "safety"),
    "openai content filter": ("output", "unknown"),
    "azure input filter": ("input", "safety"),
    "azure input filter through openai": ("input", "safety"),
    "anthropic refusal": ("model", "safety"),
    "anthropic output filter": ("output", "safety"),
    "gemini prompt feedback": ("input", "safety"),
    "gemini prohibited content": ("input", "safety"),
    "gemini no candidates": ("input", "unknown"),
    "gemini safety": ("output", "safety"),
    "gemini recitation": ("output", "recitation"),
    "gemini image safety": ("output", "safety"),
    "gemini other": ("output", "other"),
    "dashscope inspection": ("input", "safety"),
    "bedrock guardrail": ("input", "safety"),
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_simulated_form_is_a_block(form: Form) -> None:
    outcome = form.outcome()
    assert isinstance(outcome, Answer)
    assert outcome.block is not None
    assert (outcome.block.where, outcome.block.category) == EXPECTED[form.name]
    assert outcome.block.provider == form.provider
    assert outcome.finish_reason == "content_filter"
    assert outcome.refusal
