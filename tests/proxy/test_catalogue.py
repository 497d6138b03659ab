"""The catalogue: merging, wildcards, keys and prices, nearest names, the fingerprint."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mosseval_proxy.catalogue import Catalogue, build, resolved
from mosseval_proxy.catalogue.config import parse_config
from mosseval_proxy.catalogue.listing import model_list, model_object
from mosseval_proxy.catalogue.prices import Price
from mosseval_proxy.errors import ConfigError, GatewayError


def catalogue(text: str = "", environment: Mapping[str, str] | None = None) -> Catalogue:
    return build(parse_config(text, "c.yaml"), environment or {})


def one(name: str, params: str, info: str = "{}") -> str:
    return f"  - {{model_name: '{name}', litellm_params: {{{params}}}, model_info: {info}}}\n"


def test_a_name_of_the_users_replaces_the_built_in_one() -> None:
    found = catalogue("model_list:\n" + one("openai/*", "model: azure/*, api_key: k"))
    assert found.find("openai/gpt-4o").deployments[0].model == "azure/gpt-4o"
    assert "anthropic/*" in found.entries


def test_the_longest_wildcard_wins_and_exact_names_before_all() -> None:
    found = catalogue(
        "model_list:\n"
        + one("openai/gpt-*", "model: openai/gpt-*, api_key: k, tag: longer")
        + one("openai/gpt-4o", "model: azure/exact, api_key: k")
    )
    assert found.find("openai/gpt-4o").deployments[0].model == "azure/exact"
    assert found.find("openai/gpt-5").deployments[0].params["tag"] == "longer"
    assert found.find("openai/o3").deployments[0].model == "openai/o3"


@pytest.mark.parametrize(
    "name", ["openai/", "openai/../x", "openai/a b", "openai/a?b", "openai/a%2e", "openai//x", "openai/" + "x" * 300]
)
def test_a_name_that_would_bend_an_address_matches_no_wildcard(name: str) -> None:
    with pytest.raises(GatewayError) as caught:
        catalogue().find(name)
    assert caught.value.code == "model_not_found"


def test_nearest_names() -> None:
    found = catalogue()
    assert found.nearest("simulated/helpfull")[0] == "simulated/helpful"
    assert found.nearest("HELPFUL")[0] == "simulated/helpful"
    assert found.nearest("gpt-4o-mini")[0] == "openai/gpt-4o-mini"
    assert found.nearest("claude-3-opuss")[0] == "claude-3-opus"
    assert found.nearest("claude-opus-4-6")[0] == "anthropic/claude-opus-4-6"


def test_which_keys_are_missing() -> None:
    text = "model_list:\n" + one("a", "model: openai/x, api_key: os.environ/MY_KEY") + one("b", "model: anthropic/x")
    text += one("c", "model: hosted_vllm/x, api_base: 'http://gpu/v1'") + one("d", "model: openai/x, api_key: literal")
    bare = catalogue(text)
    assert bare.entries["a"].needs == ("MY_KEY",)
    assert bare.entries["b"].needs == ("ANTHROPIC_API_KEY",)
    assert bare.entries["c"].configured
    assert bare.entries["d"].configured
    assert bare.find("gemini/x").needs == ("GEMINI_API_KEY",)
    keyed = catalogue(text, {"MY_KEY": "k", "ANTHROPIC_API_KEY": "k", "GOOGLE_API_KEY": "k"})
    assert keyed.entries["a"].configured
    assert keyed.entries["b"].configured
    assert keyed.find("gemini/x").configured


def test_variables_of_the_config_count_as_set() -> None:
    assert catalogue("environment_variables: {MISTRAL_API_KEY: k}").find("mistral/x").configured


def test_of_several_deployments_those_without_a_key_are_left_out() -> None:
    text = "model_list:\n" + one("a", "model: openai/first, api_key: os.environ/ABSENT")
    found = catalogue(text + one("a", "model: openai/second, api_key: k")).entries["a"]
    assert [deployment.model for deployment in found.deployments] == ["openai/second"]
    assert found.configured


def test_simulated_models_stand_alone() -> None:
    with pytest.raises(ConfigError, match=r"^\S+:\d+: model_list\[0\]\.litellm_params\.model: no such simulated model"):
        catalogue("model_list:\n" + one("a", "model: simulated/unheard"))
    with pytest.raises(ConfigError, match=r"model_list\[1\]\.litellm_params\.model: .* shares the name a "):
        catalogue("model_list:\n" + one("a", "model: simulated/helpful") + one("a", "model: openai/x, api_key: k"))
    price = "{input_cost_per_token: 1, output_cost_per_token: 2}"
    priced = catalogue("model_list:\n" + one("a", "model: simulated/helpful", price))
    assert priced.entries["a"].status == "simulated"
    assert priced.entries["a"].price is not None
    assert priced.entries["a"].price.of(3, 4) == 11


def test_prices_come_from_the_config_then_from_the_cost_map() -> None:
    own = "{input_cost_per_token: 0.25, output_cost_per_token: 0.5}"
    found = catalogue("model_list:\n" + one("mine", "model: openai/gpt-4o, api_key: k", own))
    assert found.entries["mine"].price is not None
    assert found.entries["mine"].price.input_cost_per_token == 0.25
    small = catalogue(
        "model_list:\n" + one("a", "model: openai/x, input_cost_per_token: 1e-06, output_cost_per_token: 0")
    )
    assert small.entries["a"].price == Price(1e-06, 0)
    known = found.find("openai/gpt-4o").price
    assert known is not None
    assert known.output_cost_per_token == 1e-5
    assert found.find("openai/unheard-of").price is None


def test_the_fingerprint_leaves_keys_out_and_nothing_else() -> None:
    def of(params: str, info: str = "{}") -> str:
        return catalogue("model_list:\n" + one("a", params, info)).sha256

    base = of("model: openai/x, api_key: first")
    assert of("model: openai/x, api_key: second") == base
    assert of("model: openai/y, api_key: first") != base
    assert of("model: openai/x, api_key: first, temperature: 0") != base
    assert of("model: openai/x, api_key: first, input_cost_per_token: 1") != base
    for changing in ("presets: {paper: {temperature: 0}}", "refuses: [seed]", "takes_system: false", "status: retired"):
        assert of("model: openai/x, api_key: first", f"{{mosseval: {{{changing}}}}}") != base, changing
    for telling in (
        "note: n",
        "source: 'https://a'",
        "looked_up: 2026-01-01",
        "context: 5",
        "successor: b",
        "papers: [p]",
    ):
        assert of("model: openai/x, api_key: first", f"{{mosseval: {{{telling}}}}}") == base, telling
    assert catalogue("", {"OPENAI_API_KEY": "k"}).sha256 == catalogue().sha256


def test_the_fingerprint_is_of_what_the_variables_hold() -> None:
    text = "model_list:\n" + one("a", "model: os.environ/MY_MODEL, api_key: k, extra_body: {o: [os.environ/DEEP]}")
    hashes = {
        catalogue(text, variables).sha256
        for variables in (
            {},
            {"MY_MODEL": "openai/x"},
            {"MY_MODEL": "openai/y"},
            {"MY_MODEL": "openai/y", "DEEP": "on"},
            {"MY_MODEL": "openai/y", "DEEP": "off"},
        )
    }
    assert len(hashes) == 5
    first = catalogue(text, {"MY_MODEL": "openai/x", "UNNAMED": "1"}).sha256
    assert first == catalogue(text, {"MY_MODEL": "openai/x"}).sha256
    written = "model_list:\n" + one("a", "model: openai/x, api_key: k, extra_body: {o: ['on']}")
    assert catalogue(text, {"MY_MODEL": "openai/x", "DEEP": "on"}).sha256 == catalogue(written).sha256


def test_the_fingerprint_covers_the_configs_own_variables() -> None:
    def of(variables: str) -> str:
        return catalogue(f"environment_variables: {{{variables}}}").sha256

    assert len({catalogue().sha256, of("OPENAI_BASE_URL: 'http://a/v1'"), of("OPENAI_BASE_URL: 'http://b/v1'")}) == 3
    assert of("MISTRAL_API_KEY: first") == of("MISTRAL_API_KEY: second") == catalogue().sha256


SECRETS = [
    one("a", "model: openai/x, api_key: os.environ/PLAIN_NAME"),
    one("a", "model: openai/x, api_key: k, extra_body: {auth: os.environ/MY_KEY}"),
    one("a", "model: openai/x, api_key: k, extra_body: {list: [{password: '%s'}]}"),
    one("a", "model: openai/x, api_key: k, extra_headers: {x: os.environ/PLAIN_NAME}"),
    one("a", "model: openai/x, api_key: k, api_base: 'https://me:%s@example.org/v1'"),
    one("a", "model: openai/x, api_key: k", "{client_secret: '%s'}"),
]


@pytest.mark.parametrize("deployment", SECRETS)
def test_no_secret_tells_in_the_fingerprint_wherever_it_stands(deployment: str) -> None:
    text = "model_list:\n" + deployment
    hashes = set()
    for secret in ("planted-one", "planted-two"):
        variables = {name: secret for name in ("PLAIN_NAME", "MY_KEY") if name in text}
        written = text.replace("%s", secret)
        hashes.add(catalogue(written, variables).sha256)
        own = "".join(f"  {name}: {value}\n" for name, value in variables.items())
        hashes.add(catalogue(f"environment_variables:\n{own}{written}").sha256)
    assert len(hashes) == 1


def test_values_beyond_json_have_a_fingerprint_too() -> None:
    odd = ("1180591620717411303424", "2020-01-01", '"\\ud800"', "!!binary /w==", ".nan", "os.environ/ODD")
    texts = ["model_list:\n" + one("a", f"model: openai/x, api_key: k, tag: {value}") for value in odd]
    texts += ["model_list:\n" + one("a", "model: openai/x, api_key: k", f"{{tag: {value}}}") for value in odd[:-1]]
    assert len({catalogue(text, {"ODD": "\udcff"}).sha256 for text in texts}) == len(texts)


def test_references_in_lists_are_resolved_too() -> None:
    params = {"stop": ["os.environ/HALT", {"deep": "os.environ/HALT"}, 3]}
    assert resolved(params, {"HALT": "x"}) == {"stop": ["x", {"deep": "x"}, 3]}


def test_an_unset_key_is_not_replaced_by_that_of_another_server() -> None:
    params = {"model": "hosted_vllm/x", "api_base": "http://a/v1", "api_key": "os.environ/KEY"}
    assert resolved(params, {"HOSTED_VLLM_API_KEY": "planted"})["api_key"] == "none"
    assert resolved(params, {"KEY": "k"})["api_key"] == "k"
    assert resolved({**params, "model": "azure/x"}, {})["api_key"] is None
    assert "api_key" not in resolved({"model": "hosted_vllm/x"}, {})


def test_secrets_are_known_and_shown_nowhere() -> None:
    text = "model_list:\n" + one(
        "a", "model: bedrock/x, aws_secret_access_key: planted-one, extra_headers: {h: planted-two}"
    )
    found = catalogue(
        text, {"ANTHROPIC_API_KEY": "planted-three", "AWS_REGION_NAME": "eu-central-1", "HOME": "/home/someone"}
    )
    assert found.secrets() == {"planted-one", "planted-two", "planted-three"}
    assert "planted" not in repr(model_list(found))
    assert "planted-three" not in repr(found)


def test_a_model_named_by_a_variable_is_that_model() -> None:
    text = "model_list:\n" + one("a", "model: os.environ/MY_MODEL, api_key: k")
    known = catalogue(text, {"MY_MODEL": "openai/gpt-4o"}).entries["a"]
    assert (known.provider, model_object(known)["mosseval"]["route"]) == ("openai", "openai/gpt-4o")
    assert known.price == catalogue().find("openai/gpt-4o").price
    assert catalogue(text, {"MY_MODEL": "simulated/helpful"}).entries["a"].simulated == "simulated/helpful"
    unknown = catalogue(text).entries["a"]
    assert (unknown.needs, unknown.price, unknown.configured) == (("MY_MODEL",), None, False)


def test_what_an_entry_says_it_needs_is_all_that_it_needs() -> None:
    params = "model: hosted_vllm/x, api_base: os.environ/BASE, api_key: os.environ/KEY"
    text = "model_list:\n" + one("a", params, "{mosseval: {needs: [BASE]}}") + one("b", params)
    text += one("c", "model: openai/x, api_base: 'http://a/v1'", "{mosseval: {needs: []}}")
    found = catalogue(text, {"BASE": "http://b/v1"})
    assert found.entries["a"].needs == ()
    assert found.entries["b"].needs == ("KEY",)
    assert found.entries["c"].needs == ()
