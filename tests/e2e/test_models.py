"""`mosseval models`: the listing without a server, of a running gateway, and what `--check` gets back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fake_endpoint import FakeEndpoint, as_gateway
from fake_provider import FakeProvider
from gateway_process import gateway_process
from mosseval_process import Mosseval
from recorded import transcript

KEY = "sk-planted-provider-key-0123456789"
CONFIG = """
model_list:
  - model_name: mine
    litellm_params: {{model: hosted_vllm/mine, api_base: "{url}/v1", api_key: os.environ/PLANTED_KEY}}
  - model_name: nobody
    litellm_params: {{model: hosted_vllm/nobody, api_base: "http://127.0.0.1:9/v1"}}
  - model_name: keyless
    litellm_params: {{model: openai/keyless, api_key: os.environ/UNSET_KEY}}
  - model_name: own/*
    litellm_params: {{model: hosted_vllm/*, api_base: "{url}/v1"}}
"""


def said(text: str | None, finish: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        running.answers(said("Red."))
        yield running


@pytest.fixture
def configured(mosseval: Mosseval, provider: FakeProvider) -> Mosseval:
    (mosseval.folder / "c.yaml").write_text(CONFIG.format(url=provider.url))
    mosseval.environment = {"PLANTED_KEY": KEY}
    return mosseval


def test_the_list_says_what_to_do_for_each(configured: Mosseval) -> None:
    shown = configured("models", "--config", "c.yaml", environment={"OPENAI_API_KEY": KEY})
    assert shown.code == 0, shown.err
    rows = {line.split()[0]: line for line in shown.out.splitlines() if line.strip()}
    assert "hosted_vllm/mine" in rows["mine"]
    assert "missing" in rows["keyless"]
    assert "set UNSET_KEY" in rows["keyless"]
    assert "openai/gpt-4o" in rows["gpt-4o"]
    assert " set " in rows["gpt-4o"]
    assert "start its server, set MOSSEVAL_LLAVA_1_5_7B_URL" in rows["llava-1.5-7b"]
    assert "--replay DIR" in rows["gpt-4o-web"]
    assert "anthropic/claude-opus-4-8" in shown.out
    assert "none needed" in rows["simulated/helpful"]
    assert "since 2026-01-05" in shown.out
    assert "until 2027-01-14" in shown.out
    assert KEY not in shown.out


def test_the_list_of_recorded_answers(mosseval: Mosseval) -> None:
    transcript(mosseval.folder / "recorded", "bard", {"1": "x"})
    shown = mosseval("models", "--replay", "recorded")
    (row,) = [line for line in shown.out.splitlines() if line.split()[:1] == ["bard"]]
    assert "recorded in bard.json" in row
    assert row.split()[1] == "replay"
    document = json.loads(mosseval("models", "--replay", "recorded", "--format", "json").out)
    assert {each["id"]: each["mosseval"]["status"] for each in document["data"]}["bard"] == "replay"


def test_check_asks_what_is_live_and_ready(configured: Mosseval, provider: FakeProvider) -> None:
    result = configured("models", "--check", "--config", "c.yaml", "--format", "json")
    assert result.code == 1, result.err
    checks = {each["id"]: each for each in json.loads(result.out)["checks"]}
    assert set(checks) == {"mine", "nobody"}
    assert (checks["mine"]["outcome"], checks["mine"]["said"]) == ("answered", "Red.")
    assert (checks["nobody"]["outcome"], checks["nobody"]["code"]) == ("error", "upstream_unavailable")
    (question,) = provider.requests
    assert question[2]["model"] == "mine"
    picture, words = question[2]["messages"][0]["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,")
    assert "one word" in words["text"]
    assert KEY not in result.out


def test_check_of_named_models_ends_with_0_where_all_answer(configured: Mosseval, provider: FakeProvider) -> None:
    result = configured("models", "--check", "--config", "c.yaml", "-m", "own/anything", "-m", "simulated/helpful")
    assert result.code == 0, result.out + result.err
    assert "2 of 2 answered" in result.out
    assert provider.last_body["model"] == "anything"


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (said(None, "content_filter"), 200, "blocked"),
        (said("  "), 200, "blank"),
        ({"error": {"message": "no such model\x1b[2J\nhere"}}, 404, "model_not_found"),
    ],
)
def test_check_prints_what_came_back_on_one_line(
    configured: Mosseval, provider: FakeProvider, answer: Any, status: int, words: str
) -> None:
    provider.answers(answer, status)
    result = configured("models", "--check", "--config", "c.yaml", "-m", "mine")
    assert result.code == 1
    assert words in result.out
    assert "0 of 1 answered" in result.out
    assert "\x1b" not in result.out


def test_check_says_what_is_wrong_with_a_model_that_cannot_be_asked(mosseval: Mosseval) -> None:
    result = mosseval("models", "--check", "-m", "claude-3-opus", "-m", "gpt-4o", "-m", "nowhere/x")
    assert result.code == 1
    for code in ("model_retired", "model_not_configured", "model_not_found"):
        assert code in result.out


def test_check_with_nothing_to_ask_is_no_success(mosseval: Mosseval) -> None:
    result = mosseval("models", "--check")
    assert result.code == 1
    assert "no live model is ready" in result.out


def test_check_gives_up_on_a_slow_model(configured: Mosseval, provider: FakeProvider) -> None:
    provider.answers(60.0)
    result = configured("models", "--check", "--config", "c.yaml", "-m", "mine", "--timeout", "0.5")
    assert result.code == 1
    assert "timeout" in result.out
    assert result.seconds < 45


WRONG = [
    (("--format", "csv"), "there is no format 'csv'"),
    (("-m", "gpt-4o"), "goes with --check"),
    (("--target", "gateway", "--config", "c.yaml"), "--config is handed to the embedded gateway"),
    (("--config", "absent.yaml"), "absent.yaml: cannot be read"),
]


@pytest.mark.parametrize(("flags", "words"), WRONG)
def test_wrong_use_ends_with_2(mosseval: Mosseval, flags: tuple[str, ...], words: str) -> None:
    result = mosseval("models", *flags)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_gateway_that_wants_a_key_says_which_variable(mosseval: Mosseval) -> None:
    with gateway_process(mosseval.folder, "") as gateway:
        mosseval.environment = {"MOSSEVAL_GATEWAY_URL": gateway.url, "MOSSEVAL_API_KEY": "not-the-key"}
        for flags in ((), ("--check",)):
            shown = mosseval("models", "--target", "gateway", *flags)
            assert (shown.code, shown.out) == (2, "")
            assert "set MOSSEVAL_API_KEY" in shown.err


def test_help_names_the_defaults_that_the_gateway_has(mosseval: Mosseval) -> None:
    assert {"(127.0.0.1)", "(4000)", "(1)"} <= set(mosseval("gateway", "--help").out.replace("]", " ").split())


def test_a_bad_config_is_named_by_file_line_and_field(mosseval: Mosseval) -> None:
    (mosseval.folder / "c.yaml").write_text("model_list:\n  - model_name: a\n    litellm_params: {}\n")
    for flags in ((), ("--check",)):
        result = mosseval("models", "--config", "c.yaml", *flags)
        assert result.code == 2
        assert "c.yaml:3: model_list[0].litellm_params.model" in result.err


def test_a_hostile_listing_is_shown_harmless(mosseval: Mosseval, endpoint: FakeEndpoint) -> None:
    as_gateway(endpoint, "m\x1b[2J\n" + "x" * 500, needs=["A\x1b[2J", 7], successor=3, serve="x", status=None)
    listing: Any = endpoint.models
    listing["data"] += [{"id": 7}, "text", None, {"id": "plain"}]
    mosseval.environment = {"MOSSEVAL_GATEWAY_URL": endpoint.url}
    shown = mosseval("models", "--target", "gateway")
    assert shown.code == 0, shown.err
    assert "\x1b" not in shown.out
    assert "plain" in shown.out
