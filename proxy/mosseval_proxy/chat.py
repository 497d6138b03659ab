"""`POST /v1/chat/completions`: from a body to an answer, within the gateway's bounds."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mosseval_proxy.admission import Admission
from mosseval_proxy.calls import Calls
from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.chat_request import ChatRequest, parse_request
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.limits import Lease, Limits, estimate
from mosseval_proxy.metrics import Metrics, outcome_of
from mosseval_proxy.passthrough import PassThrough
from mosseval_proxy.protocol.connections import ARRIVED
from mosseval_proxy.protocol.wire import BrokenResponse, WireBreak
from mosseval_proxy.records import Answer, Call, Delta, Upstream
from mosseval_proxy.replay import SAMPLE_HEADER
from mosseval_proxy.streaming import events
from mosseval_proxy.visit import SCOPE, SIMULATED_BREAK, Visit

PROCESS, NUMBERS = secrets.token_hex(7), itertools.count()
"""What makes an answer's id: unlike a request's it may be foreseen."""
SAMPLE = SAMPLE_HEADER.lower().encode()


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with."""

    catalogue: Catalogue
    simulated: Upstream
    upstream: Upstream
    direct: PassThrough
    """Who answers for servers that speak OpenAI's form."""
    replay: Upstream
    calls: Calls
    admission: Admission
    limits: Limits
    metrics: Metrics
    max_body_bytes: int
    body_timeout_s: float
    max_output_tokens: int | None = None

    def upstream_of(self, entry: Entry) -> Upstream:
        """Who answers for an entry."""
        if entry.replay:
            return self.replay
        if entry.simulated:
            return self.simulated
        return self.direct if self.direct.takes(entry) else self.upstream


class JsonAnswer:
    """A body of JSON as an ASGI application, without what a framework's response does beside."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Speaks ASGI."""
        headers = [(b"content-length", b"%d" % len(self._body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


class ChatCompletions:
    """The endpoint as an ASGI application: its hot path leaves the framework out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI. Raises GatewayError."""
        headers = dict(scope["headers"])
        expected = _expected(headers, self._service.max_body_bytes)
        place = await self._service.admission.enter(expected)
        try:
            body = await self._read(scope, receive)
            place.holds(len(body))
            await self._answer(body, headers, scope, receive, send)
        finally:
            place.leave()

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        seconds, limit = self._service.body_timeout_s, self._service.max_body_bytes
        arrived = scope.get("extensions", {}).get(ARRIVED)
        if arrived is not None and arrived():
            return await _body(receive, limit)
        try:
            async with asyncio.timeout(seconds):
                return await _body(receive, limit)
        except TimeoutError:
            raise GatewayError("request_timeout", f"the body did not come within {seconds:g} s") from None

    async def _answer(
        self, body: bytes, headers: Mapping[bytes, bytes], scope: Scope, receive: Receive, send: Send
    ) -> None:
        service, visit = self._service, scope[SCOPE]
        asked = parse_request(body)
        chat = asked.chat
        visit.key.check_model(chat.model)
        entry = service.catalogue.find(chat.model)
        visit.model, visit.streamed, visit.images = entry.pattern or entry.id, chat.stream, len(asked.urls)
        _check_tokens(chat, service.max_output_tokens)
        guess, failed = estimate(chat, len(asked.urls)), False
        lease = await service.limits.take(visit.key, entry, guess.tokens)
        try:
            sample = headers.get(SAMPLE)
            call = await service.calls.make(asked, None if sample is None else sample.decode("latin-1"))
            response = await (
                self._streamed(chat, call, visit, lease) if chat.stream else self._whole(call, visit, lease)
            )
            await response(scope, receive, send)
        except WireBreak as fault:
            visit.outcome, failed = SIMULATED_BREAK, True
            await BrokenResponse(fault)(scope, receive, send)
        except GatewayError:
            failed = True
            raise
        finally:
            # An answer is paid for by now. A failure costs nothing; of a client that left nobody knows what it cost,
            # and the guess stands: leaving just before the end would else be free.
            await (lease.settle(0, None) if failed else lease.settle(None, guess.cost_usd(entry)))

    async def _whole(self, call: Call, visit: Visit, lease: Lease) -> JsonAnswer:
        started = time.perf_counter()
        try:
            answer = await self._service.upstream_of(call.entry).complete(call)
        finally:
            self._service.metrics.upstream(visit.model, time.perf_counter() - started)
        await _answered(answer, visit, lease)
        return JsonAnswer(orjson.dumps(completion(answer, call)))

    async def _streamed(self, chat: ChatRequest, call: Call, visit: Visit, lease: Lease) -> Response:
        pieces = self._watched(self._service.upstream_of(call.entry).stream(call), visit, lease)
        first = await anext(pieces)
        usage = chat.stream_options is not None and chat.stream_options.include_usage
        body = events(first, pieces, call, answer_id=_answer_id(), created=int(time.time()), include_usage=usage)
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(_closing(body, pieces), media_type="text/event-stream", headers=headers)

    async def _watched(
        self, pieces: AsyncIterator[Delta | Answer], visit: Visit, lease: Lease
    ) -> AsyncGenerator[Delta | Answer]:
        """The same pieces; notes what became of the stream, and closes the upstream with it."""
        metrics, started, first = self._service.metrics, time.perf_counter(), True
        try:
            async for piece in pieces:
                if first:
                    first = False
                    metrics.first_piece(visit.model, time.perf_counter() - started)
                if isinstance(piece, Answer):
                    await _answered(piece, visit, lease)
                yield piece
        except GatewayError as error:
            visit.outcome = error.code
            raise
        finally:
            metrics.upstream(visit.model, time.perf_counter() - started)
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()


async def _answered(answer: Answer, visit: Visit, lease: Lease) -> None:
    """Notes an answer, and books it before its last byte leaves: who has one has paid for it, at every gateway."""
    visit.answer, visit.outcome = answer, outcome_of(answer)
    await lease.settle(visit.tokens, visit.cost_usd)


async def _closing(body: AsyncIterator[bytes], pieces: AsyncGenerator[Delta | Answer]) -> AsyncIterator[bytes]:
    """Closes the upstream with the response, however it ends: a client that leaves cancels it."""
    try:
        async for chunk in body:
            yield chunk
    finally:
        await pieces.aclose()


def completion(answer: Answer, call: Call) -> dict[str, Any]:
    """The body of a plain answer: OpenAI's fields, and `mosseval` beside them."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if answer.reasoning is not None:
        message["reasoning_content"] = answer.reasoning
    return {
        "id": _answer_id(),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": call.model,
        "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}],
        "usage": answer.usage,
        "mosseval": answer.extension(call),
    }


def _expected(headers: Mapping[bytes, bytes], limit: int) -> int:
    """How many bytes the body may have, by its headers. Raises GatewayError for what will not be read at all."""
    # A web page can send other types to a loopback port without asking; this one needs leave, which nobody gives.
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/json":
        raise GatewayError("invalid_request", "send the header Content-Type: application/json")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise GatewayError("invalid_request", "a compressed body is not taken")
    length = headers.get(b"content-length")
    if length is None:
        return limit
    if not length.isdigit() or int(length) > limit:
        raise _too_large(limit)
    return int(length)


async def _body(receive: Receive, limit: int) -> bytes:
    """The body, never more than `limit` bytes of it. Raises GatewayError `request_too_large`."""
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise asyncio.CancelledError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large(limit: int) -> GatewayError:
    return GatewayError("request_too_large", f"the body is over {limit} bytes")


def _check_tokens(chat: ChatRequest, ceiling: int | None) -> None:
    """Raises GatewayError where the operator has set a ceiling and the request does not stay under it."""
    if ceiling is None:
        return
    asked = chat.max_tokens or chat.max_completion_tokens
    if asked is None or asked > ceiling:
        said = "says none" if asked is None else f"asks for {asked}"
        raise GatewayError(
            "invalid_request", f"at most {ceiling} max_tokens are taken here; the request {said}", param="max_tokens"
        )


def _answer_id() -> str:
    return f"chatcmpl-{PROCESS}{next(NUMBERS):010x}"
