"""Calls providers through litellm, which is imported on the first call that needs it.

`litellm.acompletion` asks one deployment once: nothing is retried, nothing falls back, nothing is cached, and no
parameter is sent that the model would not take (see `plan`). What comes back is read from the wire (see `reading`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from mosseval_proxy.catalogue import Catalogue
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.settled import cost, settle
from mosseval_proxy.records import Answer, Call, Delta
from mosseval_proxy.scrub import Scrubber
from mosseval_proxy.upstream import economies, exchange
from mosseval_proxy.upstream.loading import load
from mosseval_proxy.upstream.outgoing import added
from mosseval_proxy.upstream.plan import Plan, Plans
from mosseval_proxy.upstream.reading import read_failed, read_mapped, read_own
from mosseval_proxy.upstream.streams import read_stream


class LiteLLMUpstream:
    """Implements `Upstream` over litellm. `secrets` are stripped from whatever providers say."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        timeout_s: float,
        max_answer_bytes: int,
        secrets: Iterable[str],
    ) -> None:
        self._catalogue = catalogue
        self._timeout_s = timeout_s
        self._limit = max_answer_bytes
        self._scrubber = Scrubber(secrets)
        self._loading = asyncio.Lock()
        self._litellm: Any = None
        self._plans: Plans | None = None
        self._costs = economies.Costs()

    async def complete(self, call: Call) -> Answer:
        """Asks once. Raises GatewayError."""
        plan = await self._plan(call)
        seen, reckoned = self._begin(plan, streamed=False), None
        try:
            async with asyncio.timeout(plan.timeout_s):
                response = await self._litellm.acompletion(**plan.arguments)
        except Exception as error:  # noqa: BLE001 - whatever litellm raises is read
            outcome = read_failed(error, seen, plan.provider)
        else:
            if call.entry.price is None:
                reckoned = self._costs.reckoned(self._litellm, response, plan.provider)
            outcome = read_own(seen, plan.provider) or read_mapped(response, seen, plan.provider)
        return self._settle(outcome, call, plan, seen, reckoned)

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """Deltas as they come, then the whole. An upstream that ends without a finish reason was cut: GatewayError."""
        plan = await self._plan(call)
        seen, wrapper = self._begin(plan, streamed=True), None
        try:
            try:
                wrapper = await self._litellm.acompletion(
                    **plan.arguments, stream=True, stream_options={"include_usage": True}
                )
            except Exception as error:  # noqa: BLE001 - whatever litellm raises is read
                yield self._settle(read_failed(error, seen, plan.provider), call, plan, seen)
                return
            async for piece in read_stream(wrapper, seen, plan.provider):
                yield piece if isinstance(piece, Delta) else self._settle(piece, call, plan, seen)
        finally:
            await seen.aclose()
            if wrapper is not None:
                await wrapper.aclose()

    async def aclose(self) -> None:
        """Closes the providers' connections."""
        if self._litellm is not None:
            await self._litellm.close_litellm_async_clients()

    async def _plan(self, call: Call) -> Plan:
        async with self._loading:
            if self._plans is None:
                self._litellm = await asyncio.to_thread(load)
                self._plans = Plans(self._litellm, self._catalogue, self._timeout_s)
        return await self._plans.make(call)

    def _begin(self, plan: Plan, *, streamed: bool) -> exchange.Exchange:
        return exchange.begin(
            self._limit, streamed=streamed, payloads=plan.payloads, apart=plan.apart, timeout_s=plan.timeout_s
        )

    def _settle(
        self,
        outcome: Answer | GatewayError,
        call: Call,
        plan: Plan,
        seen: exchange.Exchange,
        reckoned: float | None = None,
    ) -> Answer:
        """Completes an answer, or raises the failure."""
        if plan.payloads and not seen.path and isinstance(outcome, Answer):
            words = f"{plan.provider} was asked in a way in which nobody sees whether the picture goes along"
            outcome = GatewayError("unsupported_parameter", words, param="messages")
        served = outcome.served_model if isinstance(outcome, Answer) else None
        return settle(
            outcome,
            self._scrubber,
            served_model=served or plan.deployment,
            provider=plan.provider,
            cost_usd=cost(outcome, call.entry, reckoned) if isinstance(outcome, Answer) else None,
            dropped_params=tuple(sorted({*plan.dropped, *(plan.beside - seen.sent.beside)})),
            added_params=added(seen.sent.sampling, plan.asked),
            safety_settings=plan.safety,
        )
