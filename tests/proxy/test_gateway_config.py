"""Configuration in LiteLLM's form: what is taken, what is named as ignored, what is refused and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosseval_proxy.catalogue.config import parse_config, read_config
from mosseval_proxy.errors import ConfigError

WHOLE = """
model_list:
  - model_name: mine
    litellm_params:
      model: azure/my-deployment
      api_base: os.environ/AZURE_API_BASE
      api_key: os.environ/AZURE_API_KEY
      num_retries: 3
      rpm: 60
    model_info: {mode: chat, base_model: azure/gpt-4o, input_cost_per_token: 0.5}
  - model_name: anthropic/*
    litellm_params: {model: anthropic/*}
litellm_settings:
  drop_params: true
  request_timeout: 30
  success_callback: [langfuse]
  cache: false
router_settings: {routing_strategy: simple-shuffle, num_retries: 2, fallbacks: []}
general_settings: {master_key: sk-1234567890}
environment_variables: {PLANTED: value, NUMBER: 7, ELSEWHERE: os.environ/OTHER}
"""


def test_a_whole_litellm_config_is_taken() -> None:
    config = parse_config(WHOLE, "c.yaml")
    first, second = config.deployments
    assert first.model_name == "mine"
    assert first.model == "azure/my-deployment"
    assert first.params["rpm"] == 60
    assert "num_retries" not in first.params
    assert first.info.input_cost_per_token == 0.5
    assert second.model_name == "anthropic/*"
    assert config.timeout_s == 30
    assert config.environment == {"PLANTED": "value", "NUMBER": "7"}


def test_merge_keys_are_understood() -> None:
    text = "shared: &shared {api_key: k, api_base: 'http://a/v1'}\nmodel_list:\n  - model_name: a\n"
    text += "    litellm_params: {<<: *shared, model: openai/x, api_base: 'http://b/v1'}\n"
    assert parse_config(text, "c.yaml").deployments[0].params == {
        "api_key": "k",
        "api_base": "http://b/v1",
        "model": "openai/x",
    }


def test_what_has_no_effect_is_named() -> None:
    assert set(parse_config(WHOLE, "c.yaml").ignored) == {
        "model_list[0].litellm_params.num_retries",
        "litellm_settings.drop_params",
        "litellm_settings.success_callback",
        "litellm_settings.cache",
        "router_settings.num_retries",
        "router_settings.fallbacks",
        "general_settings",
    }


FAULTS = [
    ("- a", "c.yaml:1: document: must be a mapping"),
    ("model_list: 3", "c.yaml:1: model_list: must be a list"),
    ("model_list:\n  - 3", "c.yaml:2: model_list[0]"),
    ("model_list:\n  - litellm_params: {model: a}", "c.yaml:2: model_list[0].model_name"),
    ("model_list:\n  - model_name: a\n    litellm_params: {}", "c.yaml:3: model_list[0].litellm_params.model: Field"),
    ("model_list:\n  - model_name: a\n    model_name: b", "c.yaml:3: model_list[0].model_name: stands twice"),
    ("model_list:\n  - {model_name: '*a*', litellm_params: {model: b}}", "c.yaml:2: model_list[0].model_name"),
    (
        "model_list:\n  - model_name: a\n    litellm_params: {model: b}\n    model_info: {input_cost_per_token: -1}",
        "c.yaml:4: model_list[0].model_info.input_cost_per_token",
    ),
    (
        "model_list:\n  - model_name: a\n    litellm_params: {model: b}\n    model_info: {mosseval: {unheard: 1}}",
        "c.yaml:4: model_list[0].model_info.mosseval.unheard",
    ),
    *(
        (
            f"model_list:\n  - model_name: a\n    litellm_params: {{model: b}}\n    model_info:\n      mosseval:\n"
            f"        status: live\n        {wrong}",
            f"c.yaml:7: model_list[0].model_info.mosseval.{field}",
        )
        for wrong, field in (
            ("retired_on: someday", "retired_on: "),
            ("looked_up: [2026]", "looked_up: "),
            ("source: 'javascript:x'", "source: "),
            ("context: 0", "context: "),
            ("refuses: [temprature]", "refuses[0]: "),
            ("takes_system: perhaps", "takes_system: "),
            ("presets: {paper: {temprature: 0}}", "presets.paper.temprature: "),
            ("presets: {paper: {top_p: 2}}", "presets.paper.top_p: "),
            ("presets: {paper: {safety_settings: [x]}}", "presets.paper.safety_settings: "),
            ("images: {max_count: -1}", "images.max_count: "),
            ("serve: {engine: other, repository: a/b, command: c}", "serve.engine: "),
            ("serve: {engine: vllm, command: c}", "serve.repository: "),
            ("serve: {engine: vllm, repository: a/b, command: c, gpu_memory_gb: 0}", "serve.gpu_memory_gb: "),
            ("needs: OPENAI_API_KEY", "needs: "),
        )
    ),
    (
        "model_list:\n  - model_name: a\n    litellm_params: {model: b}\n    model_info: {mosseval: {status: gone}}",
        "c.yaml:4: model_list[0].model_info.mosseval.status: ",
    ),
    *(
        (
            f"model_list:\n  - model_name: a\n    litellm_params:\n      model: openai/b\n      {line}",
            f"c.yaml:5: model_list[0].litellm_params.{line.partition(':')[0]}: ",
        )
        for line in (
            "api_base: 5",
            "api_base: ftp://host/v1",
            "base_url: host:8000",
            "api_key: {a: b}",
            "timeout: never",
            "timeout: true",
            "timeout: .nan",
            "input_cost_per_token: much",
            "input_cost_per_token: .nan",
            "output_cost_per_token: .inf",
            "output_cost_per_token: -1",
        )
    ),
    (
        "model_list:\n  - model_name: a\n    litellm_params: {model: b}\n    model_info: {input_cost_per_token: .inf}",
        "c.yaml:4: model_list[0].model_info.input_cost_per_token: ",
    ),
    ("litellm_settings: [a]", "c.yaml:1: litellm_settings: must be a mapping"),
    ("litellm_settings:\n  request_timeout: soon", "c.yaml:2: litellm_settings.request_timeout: must be a number"),
    ("environment_variables:\n  'A B': c", "c.yaml:2: environment_variables.A B"),
    ("a: &a [x]\nb: {c: !!python/object:os.system {}}", "c.yaml:2: b.c"),
    ("x: &x [1]\nb:\n  <<: *x", "c.yaml:3: b: << merges mappings only"),
    ("a: {b", "c.yaml:1: not valid YAML"),
    ("? [a]\n: b", "c.yaml:1: document: a name that is no plain text"),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_a_fault_names_file_line_and_field(text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "c.yaml")
    assert str(caught.value).startswith(expected)
    assert "\n" not in str(caught.value)


REFUSED = [
    ("litellm_settings:\n  default_fallbacks: [a]", "c.yaml:2: litellm_settings.default_fallbacks"),
    (
        "litellm_settings:\n  content_policy_fallbacks: [{a: [b]}]",
        "c.yaml:2: litellm_settings.content_policy_fallbacks",
    ),
    ("litellm_settings:\n  cache: true", "c.yaml:2: litellm_settings.cache"),
    ("router_settings:\n  cache_responses: true", "c.yaml:2: router_settings.cache_responses"),
    (
        "model_list:\n  - model_name: a\n    litellm_params:\n      model: b\n      mock_response: hello",
        "c.yaml:5: model_list[0].litellm_params.mock_response",
    ),
    (
        "model_list:\n  - model_name: a\n    litellm_params:\n      model: b\n      fallbacks: [c]",
        "c.yaml:5: model_list[0].litellm_params.fallbacks",
    ),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_answers_of_another_making_are_refused(text: str, expected: str) -> None:
    with pytest.raises(ConfigError, match="refused") as caught:
        parse_config(text, "c.yaml")
    assert str(caught.value).startswith(expected)


def test_a_small_file_that_stands_for_an_enormous_one() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="too many"):
        parse_config("\n".join(levels), "c.yaml")
    with pytest.raises(ConfigError):
        parse_config("[" * 5000, "c.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml: cannot be read: No such file"):
        read_config(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_config(tmp_path / "latin.yaml")
    (tmp_path / "empty.yaml").write_text("")
    assert read_config(tmp_path / "empty.yaml").deployments == ()
