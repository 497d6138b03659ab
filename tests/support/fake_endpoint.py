"""An OpenAI-style endpoint on a real socket that answers, blocks, fails and misbehaves as a test scripts it.

It runs in a thread of its own, so that a test may wait for a process that speaks to it.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

DEFAULT_ANSWER = "Sure! First, gather what you need. Then follow the steps one after the other, and you are done."
REFUSAL = "I'm sorry, but I can't help with that."


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `at` is the time of arrival on the monotonic clock, in seconds."""

    question: str
    model: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    at: float


@dataclass(frozen=True)
class Reply:
    """What is sent back. `cut`: the connection is reset before the head, or ended in mid-body."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: Literal["reset", "body"] | None = None
    raw: bytes | None = None


def completion(content: object = DEFAULT_ANSWER, *, finish: str | None = "stop", **message: object) -> dict[str, Any]:
    """A whole chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "served-model",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }


def answer(
    content: object = DEFAULT_ANSWER, *, finish: str | None = "stop", delay_s: float = 0.0, **message: object
) -> Reply:
    """HTTP 200 with a chat completion."""
    return document(completion(content, finish=finish, **message), delay_s=delay_s)


def document(
    value: object, *, status: int = 200, delay_s: float = 0.0, headers: Mapping[str, str] | None = None
) -> Reply:
    """Any JSON document; lone surrogates leave as escapes, as a careless server writes them."""
    return Reply(status, json.dumps(value).encode(), delay_s=delay_s, headers=headers or {})


def error(status: int, code: str | None = None, message: str = "it went wrong", **headers: str) -> Reply:
    """An OpenAI error body; `retry_after="1"` becomes the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return document({"error": {"message": message, "type": "error", "code": code}}, status=status, headers=named)


def page(status: int = 200, text: str = "<!doctype html><title>It works!</title>") -> Reply:
    """A web page where an API was expected."""
    return Reply(status, text.encode(), "text/html")


def half_json() -> Reply:
    """HTTP 200 whose body ends in the middle of its JSON, with a Content-Length that says it is whole."""
    return Reply(200, json.dumps(completion()).encode()[:60])


def reset() -> Reply:
    """The connection is reset before a byte is sent."""
    return Reply(cut="reset")


def cut_body() -> Reply:
    """The head promises more than comes."""
    return Reply(200, json.dumps(completion()).encode(), cut="body")


def raw(data: bytes) -> Reply:
    """These very bytes on the connection, then its end."""
    return Reply(raw=data)


class FakeEndpoint:
    """`script` holds the replies to a question, in order, the last one for ever; `default` answers the rest.

    `bears` is how many requests in flight it takes before it says 429; `rejects` is a model that it does not have.
    `models` is what GET /v1/models answers (None: 404), `cards` what GET /v1/models/ID does. `thinks` makes the reply
    to a whole request body, in place of script and default.
    """

    def __init__(self) -> None:
        self.script: dict[str, Sequence[Reply]] = {}
        self.default = answer()
        self.thinks: Callable[[Mapping[str, Any]], Reply] | None = None
        self.bears: int | None = None
        self.rejects: str | None = None
        self.models: object = {"object": "list", "data": [{"id": "good-model"}, {"id": "gpt-4o"}]}
        self.cards: dict[str, object] = {}
        self.asked: list[Asked] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.port = 0
        self._served: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without /v1."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def questions(self) -> list[str]:
        """The questions in the order in which they arrived."""
        return [each.question for each in self.asked]

    def wait_for(self, requests: int, timeout_s: float = 20.0) -> None:
        """Returns when so many requests have arrived."""
        deadline = time.monotonic() + timeout_s
        while len(self.asked) < requests:
            assert time.monotonic() < deadline, f"{len(self.asked)} of {requests} requests within {timeout_s} s"
            time.sleep(0.01)

    def forget(self) -> None:
        """Starts counting anew."""
        self.asked.clear()
        self._served.clear()
        self.most_in_flight = 0

    def __enter__(self) -> FakeEndpoint:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.run(self._until_the_end())

    async def _until_the_end(self) -> None:
        self._loop = asyncio.get_running_loop()
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_get("/v1/models", self._models)
        application.router.add_get("/v1/models/{id:.+}", self._card)
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    async def _models(self, _request: web.Request) -> web.Response:
        if self.models is None:
            return web.Response(status=404)
        return web.json_response(self.models)

    async def _card(self, request: web.Request) -> web.Response:
        card = self.cards.get(request.match_info["id"])
        if card is None:
            return web.json_response({"error": {"code": "model_not_found", "message": "no such model"}}, status=404)
        return web.json_response(card)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        question = _question(body)
        self.asked.append(Asked(question, body["model"], dict(request.headers), body, time.monotonic()))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if body["model"] == self.rejects:
                return await self._reply(request, error(404, "model_not_found"))
            if self.bears is not None and self.in_flight > self.bears:
                return await self._reply(request, error(429, "rate_limit_exceeded", retry_after="0.5"))
            return await self._reply(request, self.thinks(body) if self.thinks else self._next(question))
        finally:
            self.in_flight -= 1

    def _next(self, question: str) -> Reply:
        replies = self.script.get(question) or (self.default,)
        number = self._served.get(question, 0)
        self._served[question] = number + 1
        return replies[min(number, len(replies) - 1)]

    async def _reply(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        if reply.cut is None and reply.raw is None:
            return web.Response(
                status=reply.status, body=reply.body, content_type=reply.content_type, headers=reply.headers
            )
        transport = request.transport
        assert transport is not None
        if reply.raw is not None:
            transport.write(reply.raw)
            transport.close()
        elif reply.cut == "body":
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(reply.body)}\r\n\r\n"
            transport.write(head.encode() + reply.body[: len(reply.body) // 2])
            transport.close()
        else:
            transport.abort()
        return web.Response()


def _question(body: Mapping[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "text")


def gateway_card(model: str, **ours: object) -> dict[str, object]:
    """What our gateway says of one model at GET /v1/models/ID (contract 1)."""
    return {"id": model, "object": "model", "mosseval": {"status": "live", **ours}}


def as_gateway(endpoint: FakeEndpoint, *models: str, config: str = "c0ffee", **ours: object) -> None:
    """Lets the endpoint present itself as our own gateway that serves `models`."""
    endpoint.models = {
        "object": "list",
        "data": [gateway_card(model, **ours) for model in models],
        "mosseval": {"config_sha256": config, "version": "0.0.0"},
    }
    endpoint.cards = {model: gateway_card(model, **ours) for model in models}
