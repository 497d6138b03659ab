"""What litellm is told for one call: worked out beforehand, so that nothing is changed or left out in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval_proxy.catalogue import Catalogue, Entry, resolved
from mosseval_proxy.catalogue.config import Deployment
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.parameters import EXTRA, KEPT_BACK, MISTAKEN, RESPONSES_API, chat_form, native
from mosseval_proxy.records import Call
from mosseval_proxy.safety import Settings, settings_for, switches_of
from mosseval_proxy.upstream.conversation import check, sayable
from mosseval_proxy.upstream.outgoing import beside
from mosseval_proxy.upstream.splicing import SPLICED, Payload, stand_in

REMEMBERED = 10_000
"""Answers to "does this model take this parameter" that are kept."""
ESSENTIAL = frozenset({"response_format"})
"""Parameters that cannot be left out without changing the question."""
EMULATED = frozenset({"json_mode", "tools", "tool_choice"})
"""What litellm puts in the place of a `response_format` that a provider lacks: another question."""
PROMPTED = "_add_reasoning_prompt"
"""litellm's own sign that it will say a parameter to the model in a system message: Mistral's Magistral."""
BESIDE = frozenset({"extra_headers", "extra_body"})
"""What litellm sends beside what it makes itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one call is made: litellm's arguments, what had to be left out, the safety settings as they are sent."""

    arguments: Mapping[str, Any]
    provider: str
    timeout_s: float
    dropped: tuple[str, ...]
    safety: Settings | None
    asked: Mapping[str, Any]
    """The sampling parameters of the request that are sent, by OpenAI's names."""
    deployment: str
    """The deployment's own name for the model, with its provider."""
    beside: frozenset[str] = frozenset()
    """What the turns say beside their words, as in `outgoing.BESIDE`."""
    payloads: tuple[Payload, ...] = ()
    """The pictures as base64."""
    apart: bool = False
    """Whether they go past litellm (see `splicing`)."""


@dataclass(frozen=True, slots=True)
class _Model:
    """A deployment as litellm understands it."""

    name: str
    provider: str
    own_server: bool
    responses_api: bool


class Plans:
    """Makes plans, with one litellm, for one catalogue."""

    def __init__(self, litellm: Any, catalogue: Catalogue, timeout_s: float) -> None:
        self._litellm = litellm
        self._catalogue = catalogue
        self._timeout_s = timeout_s
        self._router: Any = None
        self._models: dict[tuple[str, str | None, bool], _Model] = {}
        self._taken: dict[tuple[_Model, str, str], bool] = {}

    async def make(self, call: Call) -> Plan:
        """The plan for a call. Raises GatewayError for what can be neither sent nor left out."""
        deployment = await self._deployment(call.entry)
        known = resolved(deployment.params, self._catalogue.environment)
        params = {name: value for name, value in known.items() if value is not None}
        params["model"] = chat_form(params["model"])
        model, own = self._model(params), deployment.info.mosseval
        check(call, model.provider, model.name)
        refused = KEPT_BACK | frozenset(own.refuses) | MISTAKEN.get(model.provider, frozenset())
        sent = {
            name: value
            for name, value in call.params.items()
            if name not in refused and self._takes(model, name, value)
        }
        for name in ESSENTIAL & (call.params.keys() - sent.keys()):
            raise GatewayError("unsupported_parameter", f"{name}: {call.model} does not take it", param=name)
        safety = settings_for(model.provider, model.name, asked=call.safety_settings, own=own.safety, params=params)
        timeout, apart = params.get("timeout", self._timeout_s), model.provider in SPLICED
        arguments = {
            **_merged(params, native(model.provider, sent), _safety(model, safety)),
            "messages": sayable(call.whole_messages(stand_in if apart else None), model.provider),
            "timeout": timeout,
            "max_retries": 0,
            "num_retries": 0,
        }
        dropped = tuple(sorted(call.params.keys() - sent.keys()))
        payloads = tuple(picture.payload for picture in call.pictures)
        said = beside(call.messages)
        return Plan(
            arguments, model.provider, float(timeout), dropped, safety, sent, deployment.model, said, payloads, apart
        )

    def _model(self, params: Mapping[str, Any]) -> _Model:
        """Raises GatewayError where litellm knows no such provider."""
        key = (str(params["model"]), params.get("custom_llm_provider"), "api_base" in params)
        if key not in self._models:
            if len(self._models) >= REMEMBERED:
                self._models.clear()
            self._models[key] = self._understood(params)
        return self._models[key]

    def _understood(self, params: Mapping[str, Any]) -> _Model:
        try:
            name, provider, _, _ = self._litellm.get_llm_provider(
                params["model"], params.get("custom_llm_provider"), params.get("api_base")
            )
            bridged, _ = self._litellm.main.responses_api_bridge_check(name, provider)
        except Exception:  # noqa: BLE001 - litellm raises what it likes here, and its words name nothing else
            raise GatewayError(
                "model_not_found", f"no known provider serves {params['model']}", param="model"
            ) from None
        return _Model(str(name), str(provider), "api_base" in params, bridged.get("mode") == "responses")

    def _takes(self, model: _Model, name: str, value: Any) -> bool:
        """Whether the real model takes a parameter with this value: litellm's own check, one at a time."""
        if model.responses_api and name not in RESPONSES_API | ESSENTIAL:
            return False
        if name in EXTRA:
            return model.provider in EXTRA[name] or (model.provider == "openai" and model.own_server)
        key = (model, name, repr(value))
        if key not in self._taken:
            if len(self._taken) >= REMEMBERED:
                self._taken.clear()
            self._taken[key] = self._probe(model, name, value)
        return self._taken[key]

    def _probe(self, model: _Model, name: str, value: Any) -> bool:
        """What litellm refuses, forgets or replaces by something else is not taken."""
        try:
            with_it = self._mapped(model, **{name: value})
        except self._litellm.UnsupportedParamsError:
            return False
        if name in ESSENTIAL and EMULATED & with_it.keys():
            return False
        if PROMPTED in with_it:
            return False
        without = self._mapped(model)
        # Where litellm adds a parameter by itself, asking for the value that it adds changes nothing.
        return with_it != without or without.get(name) == value

    def _mapped(self, model: _Model, **parameters: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._litellm.utils.get_optional_params(
            model=model.name, custom_llm_provider=model.provider, drop_params=False, **parameters
        )
        return found

    async def _deployment(self, entry: Entry) -> Deployment:
        """The one deployment, or the one that the Router picks (weights and limits of LiteLLM's form apply)."""
        if len(entry.deployments) == 1:
            return entry.deployments[0]
        if self._router is None:
            self._router = self._litellm.Router(
                model_list=_groups(self._catalogue), num_retries=0, disable_cooldowns=True
            )
        name = _group_name(entry.pattern or entry.id)
        picked = await self._router.async_get_available_deployment(model=name, request_kwargs={})
        return entry.deployments[int(picked["model_info"]["index"])]


def _groups(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The names with several deployments in the Router's form; `index` leads back to ours."""
    return [
        {
            "model_name": _group_name(entry.id),
            "litellm_params": resolved(deployment.params, catalogue.environment),
            "model_info": {"index": index},
        }
        for entry in catalogue
        if len(entry.deployments) > 1 and not entry.simulated
        for index, deployment in enumerate(entry.deployments)
    ]


def _group_name(name: str) -> str:
    return name.replace("*", "__any__")


def _safety(model: _Model, settings: Settings | None) -> dict[str, Any]:
    switches = switches_of(model.provider, model.name)
    return switches.arguments(settings) if switches is not None and settings is not None else {}


def _merged(*arguments: Mapping[str, Any]) -> dict[str, Any]:
    """All of them, the later above the earlier; of headers and body fields beside litellm's own every one counts."""
    found: dict[str, Any] = {}
    for each in arguments:
        for name, value in each.items():
            both = (found.get(name), value)
            together = name in BESIDE and all(isinstance(one, Mapping) for one in both)
            found[name] = {**found[name], **value} if together else value
    return found
