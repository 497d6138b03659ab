"""The gateway's endpoints (contract 1)."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from mosseval_proxy.calls import Calls
from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.chat_request import ChatRequest, parse_request
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.listing import model_list, model_object
from mosseval_proxy.records import Answer, Call, Delta, Upstream
from mosseval_proxy.replay import SAMPLE_HEADER
from mosseval_proxy.streaming import events
from mosseval_proxy.wire import BrokenResponse, WireBreak


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with."""

    catalogue: Catalogue
    simulated: Upstream
    upstream: Upstream
    replay: Upstream
    calls: Calls
    max_body_bytes: int

    def upstream_of(self, entry: Entry) -> Upstream:
        """Who answers for an entry."""
        if entry.replay:
            return self.replay
        return self.simulated if entry.simulated else self.upstream


def router(service: Service) -> APIRouter:
    """The endpoints over one service."""
    routes = APIRouter()
    listing = orjson.dumps(model_list(service.catalogue))

    @routes.get("/healthz")
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @routes.get("/readyz")
    async def readyz() -> Response:
        return _json({"status": "ready"})

    @routes.get("/v1/models")
    async def models() -> Response:
        return Response(listing, media_type="application/json")

    @routes.get("/v1/models/{model:path}")
    async def model(model: str) -> Response:
        return _json(model_object(service.catalogue.find(model)))

    @routes.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        # A web page can send other types to a loopback port without asking; this one needs leave, which nobody gives.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise GatewayError("invalid_request", "send the header Content-Type: application/json")
        asked = parse_request(await _body(request, service.max_body_bytes))
        call = await service.calls.make(asked, request.headers.get(SAMPLE_HEADER))
        try:
            work = _streamed(asked.chat, call, service) if asked.chat.stream else _whole(call, service)
            return await _unless_gone(request, work)
        except WireBreak as fault:
            return BrokenResponse(fault)

    return routes


async def _whole(call: Call, service: Service) -> Response:
    return _json(completion(await service.upstream_of(call.entry).complete(call), call))


async def _streamed(asked: ChatRequest, call: Call, service: Service) -> Response:
    pieces = service.upstream_of(call.entry).stream(call)
    first = await anext(pieces)
    usage = asked.stream_options is not None and asked.stream_options.include_usage
    body = events(first, pieces, call, answer_id=_answer_id(), created=int(time.time()), include_usage=usage)
    return StreamingResponse(
        _closing(body, pieces), media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def _closing(body: AsyncIterator[bytes], pieces: AsyncIterator[Delta | Answer]) -> AsyncIterator[bytes]:
    """Closes the upstream with the response, however it ends: a client that leaves cancels it."""
    try:
        async for chunk in body:
            yield chunk
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """Awaits an answer, and cancels it when the client leaves: nobody pays for what nobody reads."""
    task = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        return Response(status_code=499)
    finally:
        leaving.cancel()
        task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


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


async def _body(request: Request, limit: int) -> bytes:
    """The body, never more than `limit` bytes of it. Raises GatewayError `request_too_large`."""
    too_large = GatewayError("request_too_large", f"the body is over {limit} bytes")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise GatewayError("invalid_request", "a compressed body is not taken")
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        raise too_large
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def _json(document: Any) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")


def _answer_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"
