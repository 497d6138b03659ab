"""From what went over the wire, and litellm's mapping of it, to an answer or a failure.

OpenAI's forms (chat completions, the Responses API) and those of `outcomes.native` are read here, from the provider's
own words: litellm forgets refusals, reasons, statuses and models in them. Of all others litellm's mapping is read with
the provider's body beside it.
"""

from __future__ import annotations

from typing import Any

import httpx

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import ProviderFault, read_fault, read_response
from mosseval_proxy.outcomes.chat_form import document, read_whole, rejection
from mosseval_proxy.outcomes.faults import describe
from mosseval_proxy.outcomes.native import form_of, read_native
from mosseval_proxy.outcomes.responses_api import read_responses_api
from mosseval_proxy.records import Answer
from mosseval_proxy.upstream.exchange import Exchange

CHAT, RESPONSES = "/chat/completions", "/responses"


def speaks_openai(exchange: Exchange) -> bool:
    """Whether the provider was asked in OpenAI's form of chat completions."""
    return exchange.path.endswith(CHAT)


def speaks_responses(exchange: Exchange) -> bool:
    """Whether the provider was asked through OpenAI's Responses API."""
    return exchange.path.endswith(RESPONSES)


def read_own(exchange: Exchange, provider: str) -> Answer | GatewayError | None:
    """A plain answer in a form that is known, or a rejection in any; None where litellm's mapping is needed."""
    if exchange.lost:
        words = f"a picture would be lost on its way to {provider}, which takes none, or none in this place"
        return GatewayError("unsupported_parameter", words, param="messages")
    if exchange.too_long:
        return GatewayError("upstream_unavailable", f"the provider's answer is over {exchange.limit} bytes")
    if exchange.rejected:
        return read_fault(rejection(provider, exchange.status, exchange.data, exchange.headers.get("retry-after")))
    if exchange.status is None or not exchange.whole:
        return None
    if speaks_openai(exchange):
        return read_whole(exchange.data, provider)
    if speaks_responses(exchange):
        return read_responses_api(document(exchange.data) or {}, provider)
    form = form_of(exchange.path)
    return None if form is None else read_native(form, document(exchange.data) or {}, provider)


def read_mapped(response: Any, exchange: Exchange, provider: str) -> Answer | GatewayError:
    """litellm's `ModelResponse`, with the provider's body beside it."""
    return read_response(response.model_dump(), provider, document(exchange.data))


def read_failed(error: BaseException, exchange: Exchange, provider: str) -> Answer | GatewayError:
    """A call that litellm gave up."""
    own = read_own(exchange, provider)
    if own is not None:
        return own
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return read_fault(ProviderFault("Timeout", "no answer in time", provider))
    return read_fault(describe(error, provider))
