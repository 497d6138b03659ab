"""What each provider takes: the table, and what a configuration says otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mosseval_proxy.catalogue import build
from mosseval_proxy.catalogue.config import parse_config
from mosseval_proxy.images.rules import CAREFUL, CLAUDE, OWN_SERVER, PROVIDERS, SIMULATED, Rules, rules_of
from mosseval_proxy.images.sniff import PASSED

CONFIG = """
model_list:
  - {model_name: claude, litellm_params: {model: anthropic/claude-3-haiku-20240307, api_key: k}}
  - {model_name: on-bedrock, litellm_params: {model: bedrock/anthropic.claude-3-haiku, aws_region_name: r}}
  - {model_name: nova, litellm_params: {model: bedrock/amazon.nova-lite-v1:0, aws_region_name: r}}
  - {model_name: mine, litellm_params: {model: openai/x, api_base: "http://localhost:1/v1", api_key: k}}
  - {model_name: vllm, litellm_params: {model: hosted_vllm/x, api_base: "http://localhost:1/v1"}}
  - {model_name: rare, litellm_params: {model: predibase/x, api_key: k}}
  - model_name: told
    litellm_params: {model: openai/gpt-4o, api_key: k}
    model_info:
      mosseval: {images: {types: [image/png], max_base64_bytes: 1000, max_side: 7, max_pixels: 9, max_count: 2}}
"""
DOCS = Path(__file__).resolve().parents[2] / "docs" / "images.md"
CATALOGUE = build(parse_config(CONFIG, "a test"))


def of(name: str) -> Rules:
    return rules_of(CATALOGUE.find(name))


def test_rules_follow_from_the_provider() -> None:
    assert of("claude") == CLAUDE
    assert of("vllm") == OWN_SERVER
    assert of("simulated/helpful") == SIMULATED
    assert of("nova") == PROVIDERS["bedrock"]


@pytest.mark.parametrize("name", ["mine", "rare"])
def test_whoever_documents_nothing_gets_what_everybody_takes(name: str) -> None:
    assert of(name) == CAREFUL


def test_claude_on_bedrock_is_under_the_bounds_of_both() -> None:
    rules = of("on-bedrock")
    assert (rules.max_base64, rules.max_count, rules.useful_side) == (5_000_000, 20, 1568)


def test_a_configuration_has_the_last_word() -> None:
    rules = of("told")
    assert (rules.types, rules.max_base64, rules.max_side) == (frozenset({"image/png"}), 1000, 7)
    assert (rules.max_pixels, rules.max_count) == (9, 2)


def test_passed_through_pictures_are_not_decoded_to_be_checked() -> None:
    entry = CATALOGUE.find("vllm")
    assert rules_of(entry, checked=False) == replace(OWN_SERVER, checked=False)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_row_can_be_kept(provider: str) -> None:
    rules = PROVIDERS[provider]
    assert rules.types <= PASSED
    assert "image/png" in rules.types
    assert rules.source.startswith("https://")
    assert rules.max_request_base64 is None or rules.max_base64 is None or rules.max_base64 <= rules.max_request_base64


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_table_in_the_docs_says_the_same(provider: str) -> None:
    rules = PROVIDERS[provider]
    bounds = (rules.max_base64, rules.max_request_base64, rules.max_side, rules.max_count)
    types = ", ".join(sorted(kind.removeprefix("image/") for kind in rules.types))
    name = f"`{provider}`{'' if rules.confirmed else ' †'}"
    cells = [name, types, *("–" if bound is None else f"{bound:,}" for bound in bounds), f"<{rules.source}>"]
    assert f"| {' | '.join(cells)} |" in DOCS.read_text(encoding="utf-8").splitlines()
