"""The models that the gateway ships with: the papers' twenty and nine, today's providers, and what each row says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest

from mosseval_proxy.catalogue import Catalogue, build, builtin
from mosseval_proxy.catalogue.listing import model_list, model_object
from mosseval_proxy.catalogue.model_info import DESCRIPTIVE, OwnInfo, Parameter, Preset
from mosseval_proxy.chat_request import SAMPLING, ChatRequest, parse_request
from mosseval_proxy.errors import GatewayError
from mosseval_serve.__main__ import _parser
from mosseval_serve.adapters.base import Source

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ("gpt-4o-web", "gemini-advanced-web", "claude-3-opus-web")
GPT_AND_GEMINI = ("gpt-4v", "gpt-4o", "gemini-pro-vision", "gemini-pro-1.5")
API = (*GPT_AND_GEMINI, "claude-3-opus", "claude-3-sonnet", "claude-3-haiku", "reka")
ON_VLLM = ("llava-1.5-7b", "llava-1.5-13b", "minicpm-v-2.0", "minicpm-llama3-v-2.5", "qwen-vl-chat")
ON_OURS = ("idefics-9b-instruct", "instructblip-vicuna-7b", "internlm-xcomposer2-7b", "mplug-owl2")
TWENTY = (*API, *WEB, *ON_VLLM, *ON_OURS)
"""Contract 1's ids."""
HOSTED = ("openai", "anthropic", "gemini", "vertex_ai", "azure", "bedrock", "mistral", "xai", "dashscope", "openrouter")
HOSTED_TOO = ("together_ai", "fireworks_ai", "groq", "cohere", "deepseek", "reka")
ON_HARDWARE_OF_ONES_OWN = ("ollama", "hosted_vllm", "sglang", "openai_like")
PROVIDERS = (*HOSTED, *HOSTED_TOO, *ON_HARDWARE_OF_ONES_OWN)


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return build(environment={})


def listed(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return {each["id"]: each["mosseval"] for each in model_list(catalogue)["data"]}


def test_the_twenty_are_listed_with_and_without_keys(shipped: Catalogue) -> None:
    keyed = build(environment={"OPENAI_API_KEY": "k", "REKA_API_KEY": "k", "MOSSEVAL_LLAVA_1_5_7B_URL": "http://g/v1"})
    for catalogue in (shipped, keyed):
        rows = listed(catalogue)
        assert set(TWENTY) <= rows.keys()
        assert len({name for name, own in rows.items() if "MOSSBench" in own["papers"]}) == 20
        assert len({name for name, own in rows.items() if "MMSafeAware" in own["papers"]}) == 9
    assert listed(keyed)["gpt-4o"]["configured"] is True
    assert listed(keyed)["llava-1.5-7b"]["configured"] is True
    assert listed(shipped)["gpt-4o"]["configured"] is False


@pytest.mark.parametrize("name", [*TWENTY, "gemini-1.5-flash", "bard"])
def test_each_row_says_where_what_it_says_comes_from(shipped: Catalogue, name: str) -> None:
    own = shipped.entries[name].own
    assert own.source
    assert own.looked_up is not None
    assert shipped.entries[name].status in ("live", "retired", "web-only")
    if own.retired_on is not None:
        assert own.successor is not None
        assert shipped.find(own.successor).pattern is not None
        assert (own.retired_on <= own.looked_up) is (own.status == "retired")


def test_retired_models_have_a_day() -> None:
    for each in builtin().deployments:
        own = each.info.mosseval
        assert own.status != "retired" or own.retired_on, each.model_name


def test_each_open_model_says_how_it_is_served_and_which_variable_names_the_server(shipped: Catalogue) -> None:
    for name in (*ON_VLLM, *ON_OURS):
        entry = shipped.entries[name]
        assert entry.needs == (f"MOSSEVAL_{''.join(c.upper() if c.isalnum() else '_' for c in name)}_URL",)
        assert entry.own.serve is not None
        assert entry.own.serve.engine == ("vllm" if name in ON_VLLM else "mosseval_serve")
        assert entry.own.serve.repository in entry.own.serve.command
        files = [each.removeprefix("-r ") for each in entry.own.serve.requires if each.startswith("-r ")]
        assert all((ROOT / file).is_file() for file in files)
        assert entry.own.serve.requires
        here = build(environment={entry.needs[0]: "http://gpu:8000/v1"}).entries[name]
        assert here.configured
        assert here.own.status == "live"


@pytest.mark.parametrize("name", ON_OURS)
def test_the_command_of_each_model_on_our_server_is_one_that_it_takes(shipped: Catalogue, name: str) -> None:
    serve = shipped.entries[name].own.serve
    assert serve is not None
    words = shlex.split(serve.command.replace("COMMIT", "0" * 40))
    assert words[:3] == ["python", "-m", "mosseval_serve"]
    told = _parser().parse_args(words[3:])
    source = Source(told.model, told.revision, told.device, told.dtype, told.trust_remote_code)
    assert source.trusted() == (name == "internlm-xcomposer2-7b")
    assert told.model == serve.repository
    assert f"openai/{told.name}" == shipped.entries[name].deployments[0].model


@pytest.mark.parametrize("name", ON_VLLM)
def test_the_command_of_each_model_on_vllm_is_whole(shipped: Catalogue, name: str) -> None:
    entry = shipped.entries[name]
    assert entry.own.serve is not None
    prepares, _, serves = entry.own.serve.command.rpartition("&&")
    words = shlex.split(serves)
    assert words[:3] == ["vllm", "serve", entry.own.serve.repository]
    assert f"hosted_vllm/{words[2]}" == entry.deployments[0].model
    told = dict(zip(words[3:], [*words[4:], ""], strict=True))
    assert int(told["--max-model-len"]) == entry.own.context
    assert json.loads(told["--limit-mm-per-prompt"]) == {"image": entry.own.images.max_count}
    if "--generation-config" in told:
        folder, ends = told["--generation-config"], shlex.split(prepares)
        assert ends[:3] == ["mkdir", "-p", folder]
        assert json.loads(ends[ends.index("echo") + 1])["eos_token_id"]
        assert ends[-1] == f"{folder}/generation_config.json"


def test_every_preset_is_a_request_that_the_gateway_takes(shipped: Catalogue) -> None:
    assert set(get_args(Parameter)) == set(SAMPLING)
    assert set(Preset.model_fields) - {"safety_settings"} <= set(SAMPLING)
    with_preset = [entry for entry in shipped if entry.own.presets]
    assert len(with_preset) == 8 + 5
    for entry in with_preset:
        given = entry.own.presets["paper"].given()
        own = {"safety_settings": given.pop("safety_settings")} if "safety_settings" in given else {}
        body = {"model": entry.id, "messages": [{"role": "user", "content": "?"}], **given, "mosseval": own}
        assert parse_request(orjson.dumps(body)).chat.parameters() == given


@pytest.mark.parametrize("field", [name for name in Preset.model_fields if name != "safety_settings"])
def test_a_preset_has_the_bounds_of_a_request(field: str) -> None:
    assert Preset.model_fields[field].metadata == ChatRequest.model_fields[field].metadata


def test_todays_models_take_one_line_each(shipped: Catalogue) -> None:
    assert {f"{name}/*" for name in PROVIDERS} <= shipped.entries.keys()
    for name in PROVIDERS:
        entry = shipped.find(f"{name}/some-model-of-2026")
        assert entry.deployments[0].model.endswith("/some-model-of-2026")
        assert entry.needs or name == "ollama"


def test_a_server_of_ones_own_needs_an_address_and_no_key() -> None:
    for name in ("HOSTED_VLLM", "SGLANG", "OPENAI_LIKE"):
        found = build(environment={f"{name}_API_BASE": "http://gpu:8000/v1"})
        assert found.find(f"{name.lower()}/x").configured
    assert build(environment={"SGLANG_API_BASE": "http://gpu/v1"}).find("hosted_vllm/x").needs == (
        "HOSTED_VLLM_API_BASE",
    )


def test_it_parses_without_a_setting_that_would_be_ignored() -> None:
    assert builtin().ignored == ()
    names = {deployment.model_name for deployment in builtin().deployments}
    assert {"simulated/helpful", "simulated/cautious", "simulated/blocking", "simulated/flaky"} <= names


def test_the_listing_has_every_field_that_readers_want(shipped: Catalogue) -> None:
    own = model_object(shipped.entries["gpt-4o"])["mosseval"]
    assert own.keys() >= DESCRIPTIVE - {"limits"} | {"images", "refuses", "takes_system", "presets", "price"}
    assert own["retired_on"] == "2027-01-14"
    assert own["context"] == 128_000
    assert model_object(shipped.entries["llava-1.5-7b"])["mosseval"]["images"] == {"max_count": 1}
    assert model_object(shipped.entries["llava-1.5-7b"])["mosseval"]["serve"]["engine"] == "vllm"
    orjson.dumps(model_list(shipped))


def test_descriptive_fields_are_fields() -> None:
    assert OwnInfo.model_fields.keys() >= DESCRIPTIVE


def test_a_wildcard_is_no_model(shipped: Catalogue) -> None:
    assert shipped.entries["openai/*"].is_wildcard
    assert shipped.find("openai/gpt-4o").pattern == "openai/*"
    with pytest.raises(GatewayError, match="no model"):
        shipped.find("nobody/x")
