"""A stream through litellm: every form that is known from the wire itself, past litellm; all others from its chunks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.collected import Collected
from mosseval_proxy.outcomes.events import Events
from mosseval_proxy.outcomes.native import form_of
from mosseval_proxy.records import Answer, Delta
from mosseval_proxy.upstream.exchange import Exchange
from mosseval_proxy.upstream.reading import read_failed, read_own, speaks_openai, speaks_responses
from mosseval_proxy.upstream.response_events import ResponseEvents
from mosseval_proxy.upstream.tap import LiteLLMStream, NativeStream

Pieces = AsyncIterator[Delta | Answer | GatewayError]


class _Reader(Protocol):
    """Puts an answer together from a stream's bytes."""

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        ...

    def feed(self, piece: bytes) -> Delta | None:
        """What this piece says; None where it says nothing."""
        ...

    def outcome(self) -> Answer | GatewayError:
        """The whole."""
        ...


class _OpenAIStream:
    """OpenAI's two forms: events whose data is JSON."""

    def __init__(self, collected: Collected | ResponseEvents, limit: int) -> None:
        self._collected = collected
        self._events = Events(limit)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self._collected.over

    def feed(self, piece: bytes) -> Delta | None:
        """What this piece says, of however many events."""
        found = list(self._deltas(piece))
        if len(found) <= 1:
            return found[0] if found else None
        return Delta("".join(each.text for each in found), "".join(each.reasoning for each in found))

    def outcome(self) -> Answer | GatewayError:
        """The whole."""
        return self._collected.outcome()

    def _deltas(self, piece: bytes) -> Iterator[Delta]:
        for data in self._events.feed(piece):
            delta = None if self.over else self._collected.add(data)
            if delta is not None:
                yield delta


def _reader(exchange: Exchange, provider: str) -> _Reader | None:
    """Who reads what the provider sends; None where only litellm knows its form."""
    limit = exchange.limit
    if speaks_openai(exchange):
        return _OpenAIStream(Collected(provider, limit), limit)
    if speaks_responses(exchange):
        return _OpenAIStream(ResponseEvents(provider), limit)
    form = form_of(exchange.path)
    return None if form is None else NativeStream(form, provider, limit)


async def read_stream(wrapper: Any, exchange: Exchange, provider: str) -> Pieces:
    """Deltas as they come, then the whole or the failure. `wrapper` is litellm's stream, which has not been read."""
    try:
        if wrapper.completion_stream is None:
            await wrapper.fetch_stream()
        if not exchange.is_event_stream:
            await exchange.read()
    except Exception as error:  # noqa: BLE001 - whatever litellm raises is read
        yield read_failed(error, exchange, provider)
        return
    own = read_own(exchange, provider)
    if own is not None:
        if isinstance(own, Answer) and (own.text or own.reasoning):
            yield Delta(own.text or "", own.reasoning or "")
        yield own
        return
    reader = _reader(exchange, provider)
    pieces = _mapped(wrapper, exchange, provider) if reader is None else _read(reader, exchange, provider)
    async for piece in pieces:
        yield piece


async def _read(reader: _Reader, exchange: Exchange, provider: str) -> Pieces:
    """The provider's own events, past litellm."""
    try:
        async with contextlib.aclosing(exchange.pieces()) as pieces:
            async for piece in pieces:
                delta = reader.feed(piece)
                if delta is not None:
                    yield delta
                if reader.over:
                    break
    except Exception as error:  # noqa: BLE001 - however the connection broke
        yield reader.outcome() if reader.over else read_failed(error, exchange, provider)
        return
    yield reader.outcome()


async def _mapped(wrapper: Any, exchange: Exchange, provider: str) -> Pieces:
    """litellm's chunks."""
    stream = LiteLLMStream(provider)
    try:
        async for chunk in wrapper:
            delta = stream.delta(chunk)
            if delta is not None:
                yield delta
    except Exception as error:  # noqa: BLE001 - whatever litellm raises is read
        outcome = read_failed(error, exchange, provider)
        yield stream.blocked(outcome) if isinstance(outcome, Answer) else outcome
        return
    yield stream.answer(wrapper.received_finish_reason)
