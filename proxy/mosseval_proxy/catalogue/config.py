"""Reads configuration in LiteLLM's own form: `model_list`, and what stands in the other sections.

Form: https://docs.litellm.ai/docs/proxy/configs. `model_list` is taken as it is. Of the other sections a few
settings are honoured, the rest is named as ignored; what would change an answer behind the caller's back
(fallbacks to another model, caching) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mosseval_proxy.catalogue.model_info import OwnInfo
from mosseval_proxy.catalogue.secrecy import ENV_PREFIX
from mosseval_proxy.yaml_lines import Document, Place, parse_yaml, read_yaml

REFUSED = re.compile(r"^(?!max_)(.*_)?fallbacks$|^cache$|^caching$|^cache_responses$|^mock_|^enable_weighted_failover$")
"""Settings under which an answer may come from another model, from an earlier request, or from nowhere."""
HONOURED = {
    "litellm_settings": {"request_timeout": "timeout_s"},
    "router_settings": {"timeout": "timeout_s"},
}
DEFAULTS = (("router_settings", "routing_strategy", "simple-shuffle"),)
"""Settings that say what is done anyway: the Router picks at random, by weight or limit where they are given."""
IGNORED_PARAMS = frozenset({"num_retries", "max_retries", "drop_params", "retry_policy"})
"""Of `litellm_params`: the gateway retries nothing, and says what it drops instead of dropping it in silence."""
SECTIONS = frozenset({"model_list", "environment_variables", *HONOURED})


COSTS = {"input_cost_per_token", "output_cost_per_token"}
Cost = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]


def _address(value: str) -> str:
    if not value.startswith(("https://", "http://", ENV_PREFIX)):
        raise ValueError("must begin with http:// or https://")
    return value


def _timeout(value: Any) -> Any:
    seconds = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6
    if not (seconds or (isinstance(value, str) and value.startswith(ENV_PREFIX))):
        raise ValueError("must be a number of seconds above 0")
    return value


Address = Annotated[str, AfterValidator(_address)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, protected_namespaces=())


class ModelInfo(_Form):
    """`model_info`: prices in US dollars a token, and LiteLLM's other fields untouched."""

    input_cost_per_token: Cost = None
    output_cost_per_token: Cost = None
    mosseval: OwnInfo = OwnInfo()


class _Params(_Form):
    """What the gateway itself reads of `litellm_params`; the rest is litellm's."""

    model: str = Field(min_length=1)
    api_base: Address | None = None
    base_url: Address | None = None
    api_key: str | None = None
    timeout: Annotated[Any, AfterValidator(_timeout)] = None
    input_cost_per_token: Cost = None
    output_cost_per_token: Cost = None


class _Deployment(_Form):
    model_name: str = Field(min_length=1, max_length=256)
    litellm_params: _Params
    model_info: ModelInfo = ModelInfo()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One entry of `model_list`. `params` is `litellm_params` as written, `os.environ/NAME` unresolved."""

    model_name: str
    params: Mapping[str, Any]
    info: ModelInfo
    place: str = field(default="", compare=False)
    """File, line and field, for messages."""

    @property
    def model(self) -> str:
        """The real model, with its provider's prefix where it has one."""
        return str(self.params["model"])


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration file. `ignored` names every setting that has no effect here."""

    deployments: tuple[Deployment, ...]
    timeout_s: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ignored: tuple[str, ...] = ()


def read_config(file: Path) -> Config:
    """Reads a LiteLLM config. Raises ConfigError naming file, line and field, never a value."""
    return _config(read_yaml(file))


def parse_config(text: str, source: str) -> Config:
    """The same from text; `source` is the name in messages."""
    return _config(parse_yaml(text, source))


def _config(document: Document) -> Config:
    if document.value is None:
        return Config(())
    if not isinstance(document.value, dict):
        raise document.fault((), "must be a mapping with a model_list")
    for section in ("model_list", *HONOURED):
        _refuse(document, document.value.get(section), (section,))
    ignored: list[str] = []
    settings: dict[str, Any] = {}
    for section, value in document.value.items():
        if section not in SECTIONS:
            ignored.append(section)
        elif section in HONOURED:
            found, unused = _settings(document, section, value)
            settings = {**settings, **found}
            ignored += unused
    deployments = _deployments(document, ignored)
    environment = _environment(document)
    return Config(deployments, **settings, environment=environment, ignored=tuple(ignored))


def _refuse(document: Document, value: Any, path: Place) -> None:
    """Refuses fallbacks, caching and made-up answers wherever they stand, unless switched off."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in items:
        if path[-1:] == ("model_info",):
            continue
        if isinstance(name, str) and REFUSED.search(name) and child not in (None, False, [], {}):
            raise document.fault(
                (*path, name),
                "refused: an answer must come from the model that was asked, for the request that asked it",
            )
        _refuse(document, child, (*path, name))


def _settings(document: Document, section: str, value: Any) -> tuple[dict[str, Any], list[str]]:
    """The honoured settings of a section, and the dotted names of the others."""
    if value is None:
        return {}, []
    if not isinstance(value, dict):
        raise document.fault((section,), "must be a mapping")
    found: dict[str, Any] = {}
    unused: list[str] = []
    for name, setting in value.items():
        target = HONOURED[section].get(name)
        if (section, name, setting) in DEFAULTS:
            continue
        if target is None:
            unused.append(f"{section}.{name}")
        else:
            found[target] = _seconds(document, (section, name), setting)
    return found, unused


def _seconds(document: Document, path: Place, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise document.fault(path, "must be a number of seconds above 0")
    return float(value)


def _deployments(document: Document, ignored: list[str]) -> tuple[Deployment, ...]:
    entries = document.value.get("model_list")
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise document.fault(("model_list",), "must be a list")
    found = []
    for index, entry in enumerate(entries):
        try:
            form = _Deployment.model_validate(entry)
        except ValidationError as error:
            first = error.errors(include_input=False, include_context=False)[0]
            path: Place = ("model_list", index, *first["loc"])
            raise document.fault(path, first["msg"].removeprefix("Value error, ")) from None
        raw = dict(entry["litellm_params"])
        unused = sorted(IGNORED_PARAMS & raw.keys())
        ignored += [f"model_list[{index}].litellm_params.{name}" for name in unused]
        if form.model_name.count("*") > 1 or ("*" in form.model_name and not form.model_name.endswith("*")):
            raise document.fault(("model_list", index, "model_name"), "a wildcard is one * at the end")
        params = {name: value for name, value in raw.items() if name not in IGNORED_PARAMS}
        # YAML reads 1e-06, without a point, as text.
        params |= form.litellm_params.model_dump(include=COSTS, exclude_none=True)
        place = document.place(("model_list", index, "litellm_params", "model"))
        found.append(Deployment(form.model_name, params, form.model_info, place))
    return tuple(found)


def _environment(document: Document) -> dict[str, str]:
    section = document.value.get("environment_variables")
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise document.fault(("environment_variables",), "must be a mapping")
    values: dict[str, str] = {}
    for name, value in section.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise document.fault(("environment_variables", name), "is no name of an environment variable")
        if isinstance(value, dict | list) or value is None or "\0" in str(value):
            raise document.fault(("environment_variables", name), "must be text")
        if not str(value).startswith("os.environ/"):
            values[name] = str(value)
    return values
