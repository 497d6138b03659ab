"""Recorded answers served by the real gateway, and evaluated through it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from gateway_process import Gateway, gateway_process
from gateway_questions import data_url, picture
from mosseval_process import Finished, Mosseval, lines, records
from recorded import BLOCK, run_folder, transcript
from small_benchmark import write

CONFIG = """
model_list:
  - model_name: shadowed
    litellm_params: {model: hosted_vllm/x, api_base: "http://127.0.0.1:9/v1"}
  - model_name: gone
    litellm_params: {model: openai/gone, api_key: k}
    model_info: {mosseval: {status: retired}}
  - model_name: on-the-web
    litellm_params: {model: openai/web, api_key: k}
    model_info: {mosseval: {status: web-only}}
"""
PUBLISHED = ("claude-3-haiku", "claude-3-opus", "gemini-pro-1.5", "gpt-4o")
BLANKS = {"claude-3-haiku": 3, "claude-3-opus": 3, "gemini-pro-1.5": 8, "gpt-4o": 0}
"""Of the samples whose picture is at hand: the other eleven blanks of Claude's fourteen are the missing pictures."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    transcript(folder / "recorded", "shadowed", {"1": "from the transcript", "2": None})
    run_folder(folder / "recorded" / "run")
    with gateway_process(folder, CONFIG, MOSSEVAL_GATEWAY_REPLAY=str(folder / "recorded")) as running:
        yield running


def ask(gateway: Gateway, model: str, sample: str | None, **parameters: Any) -> Any:
    headers = {} if sample is None else {"X-Mosseval-Sample": sample}
    messages: list[Any] = [{"role": "user", "content": "How do I boil an egg?"}]
    create = gateway.client.chat.completions.create
    return create(**{"model": model, "messages": messages, "extra_headers": headers, **parameters})


def test_a_recorded_answer_has_the_whole_contract(gateway: Gateway) -> None:
    image = {"type": "image_url", "image_url": {"url": data_url(picture())}}
    messages = [{"role": "user", "content": [image, {"type": "text", "text": "?"}]}]
    answer = ask(gateway, "recorded", "b/1", messages=messages, max_tokens=3, temperature=0)
    assert answer.model == "recorded"
    assert answer.choices[0].message.content == "the first answer"
    assert answer.choices[0].message.reasoning_content == "a thought"
    assert answer.choices[0].message.refusal is None
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is None
    own = answer.mosseval
    assert len(own.pop("images")) == 1
    assert own == {
        "served_model": "recorded-0613",
        "provider": "replay",
        "dropped_params": ["max_tokens", "temperature"],
        "added_params": {},
        "block": None,
        "safety_settings": None,
        "attempts": 1,
        "cost_usd": None,
    }


def test_safety_switches_are_refused_where_nothing_can_be_switched(gateway: Gateway) -> None:
    settings = {"mosseval": {"safety_settings": {"HARM_CATEGORY_HARASSMENT": "OFF"}}}
    with pytest.raises(openai.BadRequestError) as caught:
        ask(gateway, "recorded", "b/1", extra_body=settings)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "mosseval.safety_settings")


def test_a_transcript_answers_in_front_of_the_live_model(gateway: Gateway) -> None:
    answer = ask(gateway, "shadowed", "mossbench/1")
    assert answer.choices[0].message.content == "from the transcript"
    assert (answer.mosseval["provider"], answer.mosseval["served_model"]) == ("replay", "shadowed")
    assert "recorded answers are served in place of these models" in gateway.log.read_text()
    assert "shadowed" in gateway.log.read_text()


def test_a_blank_leaves_as_a_blank(gateway: Gateway) -> None:
    forms = [
        ("shadowed", "mossbench/2", None, "stop"),
        ("recorded", "b/2", None, "stop"),
        ("recorded", "b/3", "", "length"),
    ]
    for model, sample, content, finish in forms:
        choice = ask(gateway, model, sample).choices[0]
        assert (choice.message.content, choice.finish_reason, choice.message.refusal) == (content, finish, None)


def test_a_block_leaves_as_that_block(gateway: Gateway) -> None:
    answer = ask(gateway, "recorded", "b/4")
    choice = answer.choices[0]
    assert (choice.message.content, choice.finish_reason, choice.message.refusal) == (None, "content_filter", "SAFETY")
    assert answer.mosseval["block"] == BLOCK
    assert answer.mosseval["provider"] == "replay"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "sample", "said"),
    [
        ("recorded", "b/5", "no answer to b/5 (error: upstream_timeout)"),
        ("recorded", "b/6", "no answer to b/6 (missing_image)"),
        ("recorded", "b/9", "no answer of recorded to 'b/9' is recorded"),
        ("recorded", "another/1", "no answer of recorded to 'another/1' is recorded"),
        ("shadowed", "1", "no answer of shadowed to '1' is recorded"),
        ("shadowed", "mossbench-contrast/1", "no answer of shadowed to 'mossbench-contrast/1' is recorded"),
        ("shadowed", "another/1", "no answer of shadowed to 'another/1' is recorded"),
        ("recorded", None, "X-Mosseval-Sample: BENCHMARK/ID"),
        ("recorded", "", "X-Mosseval-Sample: BENCHMARK/ID"),
    ],
)
def test_what_is_not_recorded_is_never_made_up(
    gateway: Gateway, model: str, sample: str | None, said: str, stream: bool
) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        ask(gateway, model, sample, stream=stream)
    assert caught.value.code == "replay_not_found"
    assert said in caught.value.message


def test_a_streamed_answer_equals_the_plain_one(gateway: Gateway) -> None:
    for sample in ("b/1", "b/2", "b/4", "b/7"):
        plain = ask(gateway, "recorded", sample)
        chunks = list(ask(gateway, "recorded", sample, stream=True, stream_options={"include_usage": True}))
        deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        assert "".join(delta.content or "" for delta in deltas) == (plain.choices[0].message.content or "")
        reasoning = "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas)
        assert reasoning == getattr(plain.choices[0].message, "reasoning_content", "")
        assert deltas[-1].refusal == plain.choices[0].message.refusal
        assert chunks[-2].choices[0].finish_reason == plain.choices[0].finish_reason
        assert chunks[-2].mosseval == plain.mosseval
        assert chunks[-1].usage is None
    assert len(deltas) > 5


def test_the_list_names_what_is_replayed(gateway: Gateway) -> None:
    listing = gateway.client.models.list()
    found = {model.id: model.mosseval for model in listing.data}  # type: ignore[attr-defined]
    assert found["recorded"]["status"] == found["shadowed"]["status"] == "replay"
    assert found["recorded"]["configured"] is True
    assert found["shadowed"]["replay"]["instead_of"] == "hosted_vllm/x"
    one = gateway.client.models.retrieve("shadowed").mosseval  # type: ignore[attr-defined]
    assert one == found["shadowed"]


@pytest.mark.parametrize(("model", "code"), [("gone", "model_retired"), ("on-the-web", "model_not_configured")])
def test_a_model_that_cannot_be_asked_any_more_names_the_replay(gateway: Gateway, model: str, code: str) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, model, "b/1")
    assert caught.value.code == code
    assert "--replay" in caught.value.message
    assert "--replay" in caught.value.body["replay"]  # type: ignore[index]


def test_the_shipped_models_that_can_be_asked_no_more_say_what_to_do(gateway: Gateway) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, "claude-3-opus", "mossbench/1")
    assert (caught.value.status_code, caught.value.code) == (410, "model_retired")
    body: Any = caught.value.body
    assert (body["retired_on"], body["successor"]) == ("2026-01-05", "anthropic/claude-opus-4-8")
    with pytest.raises(openai.NotFoundError) as web:
        ask(gateway, "gpt-4o-web", "mossbench/1")
    assert web.value.code == "model_not_configured"
    with pytest.raises(openai.NotFoundError) as server:
        ask(gateway, "llava-1.5-7b", "mossbench/1")
    assert server.value.code == "model_not_configured"
    assert server.value.body["needs"] == ["MOSSEVAL_LLAVA_1_5_7B_URL"]  # type: ignore[index]


def test_retired_web_only_and_live_ids_are_all_served_from_recordings(mosseval: Mosseval, tmp_path: Path) -> None:
    data = write(tmp_path / "benchmark", 2)
    names = (
        "claude-3-sonnet",
        "gpt-4o-web",
        "gemini-advanced-web",
        "claude-3-opus-web",
        "gpt-4o",
        "mplug-owl2",
        "bard",
    )
    for name in names:
        transcript(tmp_path / "recorded", name, {"1": f"the words of {name}", "2": None})
    models = [part for name in names for part in ("--model", name)]
    where = ("--replay", "recorded", "--benchmark", "mossbench", "--data", data, "--judge", "none")
    result = mosseval("run", *models, *where, "--out", "runs")
    assert result.code == 1, result.err
    runs = {json.loads(file.read_text())["config"]["model"]: file.parent for file in tmp_path.rglob("run.json")}
    assert set(runs) == set(names)
    for name, run in runs.items():
        assert records(run)["1"]["text"] == f"the words of {name}"
        assert records(run)["2"]["status"] == "empty"
    paper = mosseval("run", "--model", "claude-3-sonnet", "--preset", "paper", *where, "--out", "as-the-paper")
    assert paper.code == 1, paper.err
    config = json.loads((tmp_path / "as-the-paper" / "run.json").read_text())["config"]
    assert config["decoding"] == {"max_tokens": 1024, "temperature": 0}


def gateway_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mosseval_proxy", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_folder_that_cannot_be_served_ends_the_start_with_2(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"1": ')
    result = gateway_command("serve", "--port", 0, "--replay", tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"mosseval gateway: {tmp_path / 'm.json'}: not valid JSON")
    assert result.stderr.count("\n") == 1


def test_models_lists_them_without_serving(tmp_path: Path) -> None:
    result = gateway_command("models", "--replay", transcript(tmp_path, "m", {"1": "x"}))
    assert result.returncode == 0, result.stderr
    assert {each["id"]: each["mosseval"]["status"] for each in json.loads(result.stdout)["data"]}["m"] == "replay"


COMPARED = ("status", "text", "reasoning", "refusal", "block", "finish_reason")


def test_a_run_replayed_is_the_same_run_again(mosseval: Mosseval) -> None:
    flags = ("--benchmark", "demo", "--model", "simulated/blocking")
    assert mosseval("run", *flags, "--limit", 20, "--out", "first").code == 0
    first = records(mosseval.folder / "first")
    again = mosseval("run", *flags, "--limit", 20, "--replay", "first", "--out", "again")
    assert again.code == 0, again.err
    found = records(mosseval.folder / "again")
    assert {each["status"] for each in found.values()} >= {"answered", "blocked"}
    assert {each["provider"] for each in found.values()} == {"replay"}
    for sample, record in first.items():
        assert {name: found[sample][name] for name in COMPARED} == {name: record[name] for name in COMPARED}
    summaries = mosseval("summary", "first", "again", "--format", "json").out.splitlines()
    one, two = (json.loads(each) for each in summaries)
    assert one["simulated"] is two["simulated"] is True
    assert one["refusal_rate"] == two["refusal_rate"]
    more = mosseval("run", *flags, "--limit", 22, "--replay", "first", "--out", "again")
    assert more.code == 1, more.err
    codes = [each["error"]["code"] for each in records(mosseval.folder / "again").values() if each["error"]]
    assert codes == ["replay_not_found"] * 2


def test_a_folder_is_refused_once_the_recorded_answers_differ(mosseval: Mosseval, tmp_path: Path) -> None:
    data = write(tmp_path / "benchmark", 3)
    transcript(tmp_path / "recorded", "m", {"1": "Yes, do it.", "2": "Yes, do it.", "3": None})

    def run() -> Finished:
        where = ("--replay", "recorded", "--benchmark", "mossbench", "--data", data, "--out", "run")
        return mosseval("run", "--model", "m", *where)

    assert run().code == 1
    assert run().code == 1
    assert len(lines(tmp_path / "run" / "records-0.jsonl")) == 3
    transcript(tmp_path / "recorded", "m", {"1": "Yes, do it.", "2": "Yes, do it.", "3": "No."})
    refused = run()
    assert refused.code == 2
    assert "gateway_config_sha256" in refused.err
    assert len(lines(tmp_path / "run" / "records-0.jsonl")) == 3


def test_the_published_transcripts_through_the_same_command(mosseval: Mosseval, shared_data: Path) -> None:
    data = shared_data / "mossbench"
    models = [part for model in PUBLISHED for part in ("--model", model)]
    where = ("--benchmark", "mossbench", "--data", data, "--replay", data / "transcripts", "--out", "runs")
    result = mosseval("run", *models, *where, "--judge", "none", timeout_s=120)
    assert result.code == 1, result.err
    runs = {json.loads(file.read_text())["config"]["model"]: file.parent for file in mosseval.folder.rglob("run.json")}
    assert set(runs) == set(PUBLISHED)
    for model, run in runs.items():
        found = records(run).values()
        published = json.loads((data / "transcripts" / f"{model}.json").read_bytes())
        asked = [each for each in found if each["status"] != "missing_image"]
        assert (len(asked), len(found)) == (289, 300)
        assert {each["provider"] for each in asked} == {"replay"}
        # Compared one by one, so that a failing test prints no answer.
        same = [each["text"] == published[each["sample_id"]]["response"] for each in asked]
        assert all(same), model
        statuses = [each["status"] for each in asked]
        assert statuses.count("empty") == BLANKS[model]
        assert statuses.count("answered") == 289 - BLANKS[model]
