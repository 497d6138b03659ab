"""The endpoints: chat completions, the one model's name, and whether it can answer."""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mosseval_serve.answers import Chunks, Head, completion
from mosseval_serve.chat_request import ChatRequest, parse_request
from mosseval_serve.conversation import to_chat
from mosseval_serve.engine import Engine
from mosseval_serve.errors import ServeError
from mosseval_serve.jobs import End, Job, Mailbox, Piece
from mosseval_serve.settings import Settings, is_loopback

LOG = logging.getLogger("mosseval_serve")
PORT = re.compile(r":\d*$")
Handler = Callable[[Request], Awaitable[Response]]


def create_app(engine: Engine, settings: Settings) -> Starlette:
    """The server as an ASGI application over an engine that somebody else starts and ends."""
    service = Service(engine, settings)
    return Starlette(
        routes=[
            Route("/healthz", service.guarded(service.healthz, opened=True)),
            Route("/v1/models", service.guarded(service.models)),
            Route("/v1/models/{model:path}", service.guarded(service.model)),
            Route("/v1/chat/completions", service.guarded(service.chat_completions), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _unknown},
    )


class Service:
    """The endpoints over one engine."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._open = 0

    def guarded(self, handler: Handler, *, opened: bool = False) -> Handler:
        """A handler behind the key; whatever it raises leaves in OpenAI's form."""

        async def answer(request: Request) -> Response:
            try:
                if not opened:
                    self._check(request)
                return await handler(request)
            except ServeError as error:
                return failure(error)
            except Exception as error:  # noqa: BLE001 - the last line: everything else becomes a 500
                # The exception's words may hold a prompt: its type and place are enough to find it.
                frame = traceback.extract_tb(error.__traceback__)[-1]
                LOG.error("unexpected %s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
                return failure(ServeError("internal_error", f"unexpected {type(error).__name__}"))

        return answer

    async def healthz(self, _request: Request) -> Response:
        """200 once the model has answered, until the server is told to end."""
        self._engine.check_ready()
        return _json({"status": "ok", "model": self._settings.name})

    async def models(self, _request: Request) -> Response:
        """The list of one."""
        return _json({"object": "list", "data": [self._model()]})

    async def model(self, request: Request) -> Response:
        """The one model, by its name."""
        self._check_name(request.path_params["model"])
        return _json(self._model())

    async def chat_completions(self, request: Request) -> Response:
        """An answer. Bounded before the body is read: what is refused costs next to nothing."""
        # A web page can send other types to a loopback port without asking; this one needs leave, which nobody gives.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise ServeError("invalid_request", "send the header Content-Type: application/json")
        self._engine.check_ready()
        if self._open >= self._settings.max_requests:
            message = f"{self._settings.max_requests} requests are waiting or being answered"
            raise ServeError("rate_limit_exceeded", message, retry_after_s=1)
        self._open += 1
        leaves = Once(self._leave)
        try:
            return await self._admitted(request, leaves)
        except BaseException:
            leaves()
            raise

    async def _admitted(self, request: Request, leaves: Once) -> Response:
        asked = parse_request(await self._body(request))
        self._check_name(asked.model)
        # Base64 of many megabytes would hold up every other request.
        chat = await asyncio.to_thread(to_chat, asked, self._settings.pictures)
        mailbox = Mailbox()
        job = Job(chat, asked.decoding(), mailbox.deliver, streamed=asked.stream)
        deadline = asyncio.get_running_loop().time() + self._settings.timeout_s
        self._engine.submit(job)
        events = within(mailbox.events(), deadline)
        try:
            work = self._streamed(asked, events, job, leaves) if asked.stream else self._whole(asked, events)
            response = await _unless_gone(request, work)
        except BaseException:
            job.cancelled = True
            raise
        if not isinstance(response, EventStream):
            job.cancelled = True
            leaves()
        return response

    async def _whole(self, asked: ChatRequest, events: AsyncIterator[Piece | End]) -> Response:
        pieces: list[Piece] = []
        async for event in events:
            if isinstance(event, End):
                head = Head(self._settings.name)
                body = completion(head, pieces, event, logprobs=asked.logprobs)
                return Response(body, media_type="application/json")
            pieces.append(event)
        raise ServeError("internal_error", "the answer has no end")

    async def _streamed(
        self, asked: ChatRequest, events: AsyncIterator[Piece | End], job: Job, leaves: Once
    ) -> Response:
        """The first event is awaited, so that an early failure still gets its HTTP status."""
        first = await anext(events)
        chunks = Chunks(Head(self._settings.name), asked.stream_options.include_usage, asked.logprobs)

        async def body() -> AsyncIterator[bytes]:
            yield chunks.first()
            try:
                event: Piece | End = first
                while isinstance(event, Piece):
                    yield chunks.piece(event)
                    event = await anext(events)
                yield chunks.last(event)
            except ServeError as error:
                yield chunks.failure(error)

        def ended() -> None:
            job.cancelled = True
            leaves()

        return EventStream(body(), ended)

    async def _body(self, request: Request) -> bytes:
        """The body, never more of it than allowed. Raises ServeError."""
        limit = self._settings.max_body_bytes
        too_large = ServeError("request_too_large", f"the body is over {limit} bytes")
        if request.headers.get("content-encoding", "identity") != "identity":
            raise ServeError("invalid_request", "a compressed body is not taken")
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > limit:
                        raise too_large
        except TimeoutError:
            raise ServeError("invalid_request", "the body did not arrive in time") from None
        return bytes(body)

    def _check(self, request: Request) -> None:
        key = self._settings.key
        if key is not None:
            kind, _, given = request.headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), key.encode()):
                raise ServeError("invalid_api_key", "send this server's key as Authorization: Bearer KEY")
        elif not self._settings.no_auth:
            # Without a key loopback is the fence, and a web page can get over it with a name that leads here.
            host = request.headers.get("host", "")
            if not is_loopback(host if host.endswith("]") else PORT.sub("", host)):
                raise ServeError("invalid_request", "without a key the server answers to localhost and 127.0.0.1 only")

    def _check_name(self, name: str) -> None:
        if name != self._settings.name:
            raise ServeError("model_not_found", f"this server has one model: {self._settings.name}", param="model")

    def _model(self) -> dict[str, Any]:
        adapter = self._engine.adapter
        context = {} if adapter is None else {"max_model_len": adapter.context}
        return {"id": self._settings.name, "object": "model", "created": 0, "owned_by": "mosseval_serve", **context}

    def _leave(self) -> None:
        self._open -= 1


class Once:
    """Calls a function at most once."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function: Callable[[], None] | None = function

    def __call__(self) -> None:
        function, self._function = self._function, None
        if function is not None:
            function()


class EventStream(StreamingResponse):
    """Server-sent events; `ended` is called however they end."""

    def __init__(self, body: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(body, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


async def within(events: AsyncIterator[Piece | End], deadline: float) -> AsyncIterator[Piece | End]:
    """The same events until a moment of the loop's clock. Raises ServeError `upstream_timeout` then."""
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                event = await anext(events)
        except TimeoutError:
            raise ServeError("upstream_timeout", "the answer took too long") from None
        except StopAsyncIteration:
            return
        yield event


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """Awaits an answer, and lets it be when the client leaves."""
    task = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait((task, leaving), return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else Response(status_code=499)
    finally:
        leaving.cancel()
        task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def failure(error: ServeError) -> Response:
    """The OpenAI error body with its status."""
    return Response(orjson.dumps(error.body()), error.status, error.headers(), "application/json")


async def _unknown(request: Request, error: Exception) -> Response:
    """Paths and methods that do not exist."""
    assert isinstance(error, HTTPException)
    code = "method_not_allowed" if error.status_code == 405 else "not_found"
    return failure(ServeError(code, f"no {request.method} {request.url.path[:200]} here"))


def _json(document: Any) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")
