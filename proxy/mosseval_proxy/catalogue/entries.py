"""Which models there are, and what each name means: the built-in `models.yaml` with the user's config over it."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from mosseval_proxy.catalogue import prices
from mosseval_proxy.catalogue.config import Config, Deployment, parse_config
from mosseval_proxy.catalogue.model_info import DESCRIPTIVE, OwnInfo
from mosseval_proxy.catalogue.prices import Price
from mosseval_proxy.catalogue.secrecy import ENV_PREFIX, SECRET_NAME, public, secret_values
from mosseval_proxy.errors import ConfigError, GatewayError

SIMULATED_PREFIX = "simulated/"
SIMULATED = ("simulated/helpful", "simulated/cautious", "simulated/blocking", "simulated/flaky")
MODEL_ID = re.compile(r"[\w.:@+-]+(/[\w.:@+-]+)*")
"""A model name becomes part of URLs: no empty, relative or encoded path segments."""
NEAREST = 3
KEYLESS = ("hosted_vllm/", "openai/")
"""Routes to servers of one's own, which may want no key."""
NO_KEY = "none"


@dataclass(frozen=True, slots=True)
class ReplayNote:
    """That a model's answers are recorded ones: where they lie, how many samples, and what they stand in front of."""

    sources: tuple[str, ...]
    samples: int
    simulated: bool = False
    """Whether they were recorded from a simulated model."""
    instead_of: str | None = None
    """The route that the id would have without the recording."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model that can be asked by `id`: its deployments all serve the same thing.

    Where some of them have their keys and others do not, only the former are here.
    """

    id: str
    deployments: tuple[Deployment, ...]
    provider: str
    needs: tuple[str, ...] = ()
    """Environment variables that are missing; empty: it can be asked."""
    key_needed: bool = True
    """Whether it needs anything set at all."""
    price: Price | None = None
    simulated: str | None = None
    """The simulated model that answers, None for a real one."""
    pattern: str | None = None
    """The wildcard that this id was found by."""
    replay: ReplayNote | None = None
    """Set where recorded answers are served."""

    @property
    def own(self) -> OwnInfo:
        """What the gateway knows of the model beyond LiteLLM's form (the first deployment's)."""
        return self.deployments[0].info.mosseval

    @property
    def status(self) -> str:
        """`live`, `retired`, `web-only`, `simulated` or `replay`."""
        if self.replay:
            return "replay"
        return "simulated" if self.simulated else self.own.status

    @property
    def configured(self) -> bool:
        """Whether it can be asked as things stand."""
        return not self.needs and self.own.status in ("live", "simulated")

    @property
    def is_wildcard(self) -> bool:
        """Whether the id stands for many."""
        return self.id.endswith("*")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries by id, in the order of the listing; frozen for the life of the process."""

    entries: Mapping[str, Entry]
    environment: Mapping[str, str] = field(repr=False)
    sha256: str
    """Of what is configured, keys left out: two gateways with the same hash serve the same models."""
    timeout_s: float | None = None
    ignored: tuple[str, ...] = ()
    replay_sha256: str | None = None
    """Of the recorded answers alone, None without any; `sha256` covers them too."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def find(self, model: str) -> Entry:
        """The entry for a name, wildcards included. Raises GatewayError `model_not_found` with the nearest names."""
        exact = self.entries.get(model)
        if exact is not None:
            return exact
        wildcard = self._wildcard(model)
        if wildcard is not None:
            return _concrete(wildcard, model, self.environment)
        near = self.nearest(model)
        hint = f"; the nearest: {', '.join(near)}" if near else "; GET /v1/models lists them"
        raise GatewayError(
            "model_not_found", f"no model {model[:100]!r} here{hint}", param="model", extra={"nearest": near}
        )

    def nearest(self, model: str) -> list[str]:
        """Up to three names that may have been meant."""
        names = {entry.id.lower(): entry.id for entry in self if not entry.is_wildcard}
        known = prices.look_up(model)
        if known is not None and self._wildcard(f"{known.provider}/{model}") is not None:
            names[f"{known.provider}/{model}".lower()] = f"{known.provider}/{model}"
        asked = model[:200].lower()
        close = difflib.get_close_matches(asked, names, n=NEAREST, cutoff=0.5)
        ends = [name for name in names if name.rpartition("/")[2] == asked]
        return [names[name] for name in dict.fromkeys([*ends, *close])][:NEAREST]

    def secrets(self) -> frozenset[str]:
        """Every key's value that is known here, for stripping it from texts."""
        found = {value for name, value in self.environment.items() if SECRET_NAME.search(name)}
        for entry in self:
            for deployment in entry.deployments:
                found |= secret_values(resolved(deployment.params, self.environment))
        return frozenset(value for value in found if len(value) >= 6)

    def _wildcard(self, model: str) -> Entry | None:
        if MODEL_ID.fullmatch(model) is None or ".." in model or len(model) > 256:
            return None
        matches = [e for e in self if e.is_wildcard and model.startswith(e.id[:-1]) and model != e.id[:-1]]
        return max(matches, key=lambda entry: len(entry.id), default=None)


def builtin() -> Config:
    """The configuration that ships with the gateway."""
    text = resources.files("mosseval_proxy.catalogue").joinpath("models.yaml").read_text(encoding="utf-8")
    return parse_config(text, "models.yaml")


def build(user: Config | None = None, environment: Mapping[str, str] = os.environ) -> Catalogue:
    """The effective catalogue: a name in the user's config replaces the built-in one. Raises ConfigError."""
    shipped = builtin()
    own = user or Config(())
    taken = {deployment.model_name for deployment in own.deployments}
    kept = [deployment for deployment in shipped.deployments if deployment.model_name not in taken]
    groups: dict[str, list[Deployment]] = {}
    for deployment in [*own.deployments, *kept]:
        groups.setdefault(deployment.model_name, []).append(deployment)
    variables = {**environment, **own.environment}
    defaults = _provider_needs(shipped)
    entries = {name: _entry(name, tuple(group), defaults, variables) for name, group in groups.items()}
    return Catalogue(entries, variables, _fingerprint(groups, own, variables), own.timeout_s, own.ignored)


def _fingerprint(groups: Mapping[str, list[Deployment]], own: Config, variables: Mapping[str, str]) -> str:
    """Of what is in force: a variable that names a model or an address counts with its value."""
    deployments = [(name, each) for name, group in groups.items() for each in group]
    secret = {value.removeprefix(ENV_PREFIX) for _, each in deployments for value in secret_values(each.params)}
    known = {name: value for name, value in variables.items() if not SECRET_NAME.search(name) and name not in secret}
    infos = [each.info.model_dump(exclude={"mosseval": set(DESCRIPTIVE)}) for _, each in deployments]
    models = [[name, each.params, info] for (name, each), info in zip(deployments, infos, strict=True)]
    settings = {name: known[name] for name in own.environment if name in known}
    document = public([models, settings, own.timeout_s], known)
    # Not orjson: YAML and the environment may hold wide integers, dates and bytes that are no UTF-8.
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()


def resolved(params: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """`litellm_params` with `os.environ/NAME` replaced; an unset variable becomes None.

    Not the key of a server that may want none: litellm would send it the key of another in its place.
    """
    found = {name: _resolve(value, environment) for name, value in params.items()}
    if "api_key" in found and found["api_key"] is None and str(found.get("model")).startswith(KEYLESS):
        found["api_key"] = NO_KEY
    return found


def _resolve(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith(ENV_PREFIX):
        return environment.get(value.removeprefix(ENV_PREFIX))
    if isinstance(value, dict):
        return {name: _resolve(child, environment) for name, child in value.items()}
    return [_resolve(child, environment) for child in value] if isinstance(value, list) else value


def _entry(
    name: str, group: tuple[Deployment, ...], defaults: Mapping[str, tuple[str, ...]], environment: Mapping[str, str]
) -> Entry:
    group = tuple(_named(deployment, environment) for deployment in group)
    simulated = {d.model for d in group if d.model.startswith(SIMULATED_PREFIX)}
    for deployment in group:
        if deployment.model in simulated - set(SIMULATED):
            raise ConfigError(f"{deployment.place}: no such simulated model; there are {', '.join(SIMULATED)}")
        if simulated and deployment.model != group[0].model:
            raise ConfigError(f"{deployment.place}: a simulated model shares the name {name} with another deployment")
    if simulated:
        model = simulated.pop()
        free = Price(0.0, 0.0)
        return Entry(name, group, "simulated", key_needed=False, price=_own_price(group[0]) or free, simulated=model)
    provider = _provider(group[0])
    missing = [_missing(d, defaults, environment) for d in group]
    key_needed = any(_missing(d, defaults, {}) or secret_values(d.params) for d in group)
    ready = tuple(deployment for deployment, needs in zip(group, missing, strict=True) if not needs)
    needs, group = ((), ready) if ready else (missing[0], group)
    price = _own_price(group[0])
    if price is None and not name.endswith("*"):
        known = prices.look_up(group[0].model) if provider else None
        price = known.price if known else None
    return Entry(name, group, provider, needs, key_needed, price)


def _named(deployment: Deployment, environment: Mapping[str, str]) -> Deployment:
    """The deployment with its model's name where that is a variable's; as it is while the variable is unset."""
    model = _resolve(deployment.model, environment)
    return replace(deployment, params={**deployment.params, "model": model}) if model else deployment


def _concrete(wildcard: Entry, model: str, environment: Mapping[str, str]) -> Entry:
    """The entry of one model that a wildcard stands for."""
    rest = model[len(wildcard.id) - 1 :]
    deployments = tuple(
        Deployment(model, {**d.params, "model": d.model.replace("*", rest)}, d.info) for d in wildcard.deployments
    )
    known = prices.look_up(deployments[0].model)
    price = wildcard.price or (known.price if known else None)
    return replace(wildcard, id=model, deployments=deployments, price=price, pattern=wildcard.id)


def _provider(deployment: Deployment) -> str:
    named = deployment.params.get("custom_llm_provider")
    if isinstance(named, str) and named:
        return named
    prefix, slash, _ = deployment.model.partition("/")
    if slash:
        return prefix
    known = prices.look_up(deployment.model)
    return known.provider if known else "unknown"


def _provider_needs(shipped: Config) -> dict[str, tuple[str, ...]]:
    """Provider -> what its key is called, from the built-in wildcard routes."""
    return {
        d.model.partition("/")[0]: d.info.mosseval.needs or ()
        for d in shipped.deployments
        if d.model_name == f"{d.model.partition('/')[0]}/*"
    }


def _missing(
    deployment: Deployment, defaults: Mapping[str, tuple[str, ...]], environment: Mapping[str, str]
) -> tuple[str, ...]:
    """The environment variables that a deployment still needs."""
    wanted = deployment.info.mosseval.needs
    if wanted is None:
        wanted = _implied(deployment, defaults)
    groups = [need.split("|") for need in wanted]
    missing = [group[0] for group in groups if not any(environment.get(name) for name in group)]
    return tuple(dict.fromkeys(missing))


def _implied(deployment: Deployment, defaults: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a deployment that does not say it needs: its references, and its provider's key unless it has one."""
    named = [
        value.removeprefix(ENV_PREFIX)
        for value in deployment.params.values()
        if isinstance(value, str) and value.startswith(ENV_PREFIX)
    ]
    usual: tuple[str, ...] = ()
    if not any(SECRET_NAME.search(name) for name in deployment.params):
        usual = defaults.get(_provider(deployment), ())
        if "api_base" in deployment.params:
            usual = tuple(need for need in usual if not need.endswith("_BASE"))
    return (*usual, *named)


def _own_price(deployment: Deployment) -> Price | None:
    info = deployment.info
    given = deployment.params.get("input_cost_per_token"), deployment.params.get("output_cost_per_token")
    first = info.input_cost_per_token if info.input_cost_per_token is not None else given[0]
    second = info.output_cost_per_token if info.output_cost_per_token is not None else given[1]
    if isinstance(first, int | float) and isinstance(second, int | float):
        return Price(float(first), float(second))
    return None
