"""Calls providers through litellm: the only file that imports it, and only on the first call that needs it (3-4 s).

The Router picks a deployment, `litellm.acompletion` asks it once. litellm retries nothing here, falls back to
nothing, caches nothing, and is told no parameter that the model would not take: what is left out is worked out
beforehand and named. The provider's own body is read beside litellm's mapping of it, which loses why something was
blocked.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mosseval_proxy.catalogue import Catalogue, Entry, resolved
from mosseval_proxy.config import Deployment
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.faults import describe
from mosseval_proxy.outcomes import read_fault, read_response
from mosseval_proxy.parameters import EXTRA, SAFETY_SETTINGS
from mosseval_proxy.records import Answer, Block, Call, Delta
from mosseval_proxy.scrub import Scrubber
from mosseval_proxy.tap import StreamTap

REMEMBERED = 10_000
"""Answers to "does this model take this parameter" that are kept."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one call is made: litellm's arguments, and what had to be left out."""

    arguments: Mapping[str, Any]
    provider: str
    dropped: tuple[str, ...]


class LiteLLMUpstream:
    """Implements `Upstream` over `litellm.Router`. `secrets` are stripped from whatever providers say."""

    def __init__(self, catalogue: Catalogue, *, timeout_s: float, secrets: Iterable[str]) -> None:
        self._catalogue = catalogue
        self._timeout_s = timeout_s
        self._scrubber = Scrubber(secrets)
        self._loading = asyncio.Lock()
        self._litellm: Any = None
        self._router: Any = None
        self._taken: dict[tuple[str, str, str, str], bool] = {}

    async def complete(self, call: Call) -> Answer:
        """Asks once. Raises GatewayError."""
        plan = await self._plan(call)
        seen: list[str] = []
        try:
            response = await self._litellm.acompletion(**plan.arguments, logger_fn=_noting(seen))
        except Exception as error:  # noqa: BLE001 - `describe` reads whatever litellm raises
            return self._settle(self._fault(error, plan, seen), call, plan)
        outcome = read_response(response.model_dump(), plan.provider, _document(seen))
        return self._settle(outcome, call, plan, getattr(response, "_hidden_params", {}).get("response_cost"))

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """Deltas as they come, then the whole. An upstream that ends without a finish reason was cut: GatewayError."""
        plan = await self._plan(call)
        tap, wrapper = StreamTap(plan.provider), None
        try:
            wrapper = await self._litellm.acompletion(
                **plan.arguments, stream=True, stream_options={"include_usage": True}
            )
            await tap.attach(wrapper)
            async for chunk in wrapper:
                delta = tap.delta(chunk)
                if delta is not None:
                    yield delta
        except Exception as error:  # noqa: BLE001 - `describe` reads whatever litellm raises
            outcome = self._fault(error, plan, [])
            yield self._settle(tap.blocked(outcome) if isinstance(outcome, Answer) else outcome, call, plan)
            return
        finally:
            if wrapper is not None:
                await wrapper.aclose()
        yield self._settle(tap.answer(wrapper.received_finish_reason), call, plan)

    async def aclose(self) -> None:
        """Closes the providers' connections."""
        if self._litellm is not None:
            await self._litellm.close_litellm_async_clients()

    def _fault(self, error: Exception, plan: _Plan, seen: list[str]) -> Answer | GatewayError:
        return read_fault(describe(error, plan.provider, _document(seen)))

    def _settle(self, outcome: Answer | GatewayError, call: Call, plan: _Plan, cost: float | None = None) -> Answer:
        """Completes an answer, or raises the failure; both without keys in what the provider said."""
        if isinstance(outcome, GatewayError):
            raise GatewayError(
                outcome.code,
                self._scrubber.clean(outcome.message),
                param=outcome.param,
                retry_after_s=outcome.retry_after_s,
            ) from None
        return replace(
            outcome,
            refusal=outcome.refusal and self._scrubber.clean(outcome.refusal),
            block=self._clean(outcome.block),
            served_model=outcome.served_model or call.entry.deployments[0].model,
            provider=plan.provider,
            cost_usd=_cost(outcome, call.entry, cost),
            dropped_params=plan.dropped,
            safety_settings=call.safety_settings,
        )

    def _clean(self, block: Block | None) -> Block | None:
        if block is None or block.reason is None:
            return block
        return replace(block, reason=self._scrubber.clean(block.reason))

    async def _plan(self, call: Call) -> _Plan:
        async with self._loading:
            if self._litellm is None:
                self._litellm = await asyncio.to_thread(_load)
        deployment = await self._deployment(call.entry)
        known = resolved(deployment.params, self._catalogue.environment)
        params = {name: value for name, value in known.items() if value is not None}
        model, provider = self._real_model(params)
        own_server = "api_base" in params
        sent = {
            name: value
            for name, value in call.params.items()
            if self._takes(model, provider, name, value, own_server=own_server)
        }
        if call.safety_settings is not None:
            sent.update(_safety(call.safety_settings, provider))
        arguments = {
            **params,
            **sent,
            "messages": call.whole_messages(),
            "timeout": params.get("timeout", self._timeout_s),
            "max_retries": 0,
            "num_retries": 0,
        }
        return _Plan(arguments, provider, tuple(sorted(call.params.keys() - sent.keys())))

    def _real_model(self, params: Mapping[str, Any]) -> tuple[str, str]:
        """Model and provider as litellm understands them. Raises GatewayError where it does not."""
        try:
            model, provider, _, _ = self._litellm.get_llm_provider(
                params["model"], params.get("custom_llm_provider"), params.get("api_base")
            )
        except Exception:  # noqa: BLE001 - litellm raises what it likes here, and its words name nothing else
            raise GatewayError(
                "model_not_found", f"no known provider serves {params['model']}", param="model"
            ) from None
        return str(model), str(provider)

    def _takes(self, model: str, provider: str, name: str, value: Any, *, own_server: bool) -> bool:
        """Whether the real model takes a sampling parameter with this value: litellm's own check, one at a time."""
        if name in EXTRA:
            return provider in EXTRA[name] or (provider == "openai" and own_server)
        key = (provider, model, name, repr(value))
        if key not in self._taken:
            if len(self._taken) >= REMEMBERED:
                self._taken.clear()
            self._taken[key] = self._probe(model, provider, name, value)
        return self._taken[key]

    def _probe(self, model: str, provider: str, name: str, value: Any) -> bool:
        try:
            self._litellm.utils.get_optional_params(
                model=model, custom_llm_provider=provider, drop_params=False, **{name: value}
            )
        except self._litellm.UnsupportedParamsError:
            return False
        return True

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


def _load() -> Any:
    """Imports litellm with everything switched off that would speak to others or log prompts."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.drop_params = False
    litellm.callbacks = []
    litellm.success_callback = []
    litellm.failure_callback = []
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return litellm


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


def _safety(settings: Mapping[str, str], provider: str) -> dict[str, Any]:
    """Gemini's safety settings. Raises GatewayError for a provider that has none: never dropped in silence."""
    if provider not in SAFETY_SETTINGS:
        raise GatewayError(
            "unsupported_parameter", f"{provider} has no safety settings", param="mosseval.safety_settings"
        )
    pairs = [{"category": category, "threshold": threshold} for category, threshold in settings.items()]
    return {"safety_settings": pairs}


def _noting(seen: list[str]) -> Any:
    """A `logger_fn` for litellm: it is called with the provider's body as text once that has come."""

    def note(details: Mapping[str, Any]) -> None:
        body = details.get("original_response")
        if details.get("log_event_type") == "post_api_call" and isinstance(body, str):
            seen.append(body)

    return note


def _document(seen: list[str]) -> Mapping[str, Any] | None:
    """The last body that came, if it is a JSON object."""
    try:
        document = orjson.loads(seen[-1]) if seen else None
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, Mapping) else None


def _cost(answer: Answer, entry: Entry, reckoned: float | None) -> float | None:
    """US dollars by the entry's price; where it has none, what litellm reckons."""
    if entry.price is not None and answer.usage is not None:
        usage = answer.usage
        return entry.price.of(usage.get("prompt_tokens", 0), usage.get("completion_tokens", 0))
    return reckoned or None
