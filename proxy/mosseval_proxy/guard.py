"""The outermost layer: every request gets an id, keys are checked before anything else, nothing leaves but OpenAI's
error form, and each chat request is counted and logged once, at its end.
"""

from __future__ import annotations

import asyncio
import re

import orjson
import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mosseval_proxy.errors import GatewayError, place
from mosseval_proxy.keys.ring import KeyRing
from mosseval_proxy.life import Life
from mosseval_proxy.metrics import Metrics
from mosseval_proxy.protocol.connections import DEPARTURES
from mosseval_proxy.settings import is_loopback
from mosseval_proxy.streaming import event
from mosseval_proxy.visit import SCOPE, SIMULATED_BREAK, Visit, request_id

OPEN_PATHS = frozenset({"/healthz", "/readyz"})
COUNTED_PATH = "/v1/chat/completions"
PORT = re.compile(r":\d*$")
ENDING = "the gateway is shutting down; ask again"
LEFT = "left"
"""The outcome of a request whose client did not wait."""


class Guard:
    """ASGI middleware around the whole application; `chat` answers the hot path without a router in between.

    `own_names`: the names beside loopback's that it answers to, None for any.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        chat: ASGIApp,
        keys: KeyRing,
        own_names: frozenset[str] | None,
        life: Life,
        metrics: Metrics,
        log_requests: bool,
    ) -> None:
        self._app = app
        self._chat = chat
        self._keys = keys
        self._own_names = own_names
        self._life = life
        self._metrics = metrics
        self._log = structlog.get_logger("mosseval_proxy")
        self._log_requests = log_requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        visit = Visit(request_id(headers.get(b"x-request-id")))
        scope[SCOPE] = visit
        answering = _Answering(send, visit, self._life)
        self._life.begin()
        try:
            await self._pass(scope, headers, receive, answering)
        finally:
            self._life.end()
            if scope["path"] == COUNTED_PATH:
                self._note(visit)

    async def _pass(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, answering: _Answering) -> None:
        """The request itself. A client that leaves cancels it, whatever it is waiting for."""
        task, visit = asyncio.current_task(), answering.visit
        departures = scope.get("extensions", {}).get(DEPARTURES)
        leave = _Leave(task, answering)
        if departures is not None:
            departures.add(leave)
        try:
            self._check(headers, visit)
            hot = scope["path"] == COUNTED_PATH and scope["method"] == "POST"
            await (self._chat if hot else self._app)(scope, receive, answering)
        except GatewayError as error:
            visit.outcome = error.code
            await error_response(error)(scope, receive, answering)
        except asyncio.CancelledError:
            if leave.done:
                # A connection that was broken on purpose looks like a client that leaves.
                visit.outcome = visit.outcome if visit.outcome == SIMULATED_BREAK else LEFT
            elif self._life.ending:
                visit.outcome = "shutting_down"
                await answering.break_off(GatewayError("shutting_down", ENDING))
            else:
                raise
        except Exception as error:  # noqa: BLE001 - the last line: everything else becomes a 500
            # The exception's words may hold a prompt or a key: its type and place are enough to find it.
            self._log.error(
                "unexpected", error=type(error).__name__, at=place(error), path=scope["path"][:200], id=visit.id
            )
            visit.outcome = "internal_error"
            await answering.break_off(
                GatewayError("internal_error", f"unexpected {type(error).__name__}; the gateway's log says where")
            )
        finally:
            if departures is not None:
                departures.discard(leave)

    def _check(self, headers: dict[bytes, bytes], visit: Visit) -> None:
        if self._life.ending:
            raise GatewayError("shutting_down", ENDING, retry_after_s=1)
        visit.key = self._keys.check(headers.get(b"authorization"))
        if self._own_names is None:
            return
        # Without keys loopback is the fence, and a web page can get over it with a name of its own that leads here.
        host = headers.get(b"host", b"").decode("latin-1")
        name = host if host.endswith("]") else PORT.sub("", host)
        if not is_loopback(name) and name.lower() not in self._own_names:
            known = ", ".join(["localhost", "127.0.0.1", *sorted(self._own_names)])
            raise GatewayError("invalid_request", f"without keys the gateway answers to {known} only")

    def _note(self, visit: Visit) -> None:
        """Counts and logs a request that has ended."""
        if visit.answer is not None:
            self._metrics.answered(visit.model, visit.answer)
        self._metrics.ended(visit.model, visit.outcome or LEFT)
        if self._log_requests:
            self._log.info("request", **visit.facts())


class _Leave:
    """What the connection calls when the client leaves; one that has its answer leaves nothing."""

    __slots__ = ("_answering", "_task", "done")

    def __init__(self, task: asyncio.Task[None] | None, answering: _Answering) -> None:
        self._task = task
        self._answering = answering
        self.done = False

    def __call__(self) -> None:
        if self._answering.complete:
            return
        self.done = True
        if self._task is not None:
            self._task.cancel()


class _Answering:
    """An ASGI `send` that knows how far the answer has come, and puts the request's id on it."""

    __slots__ = ("_events", "_life", "_send", "_started", "complete", "visit")

    def __init__(self, send: Send, visit: Visit, life: Life) -> None:
        self._send = send
        self._life = life
        self._started = False
        self._events = False
        self.complete = False
        self.visit = visit

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            given = message.get("headers", [])
            self._events = any(name == b"content-type" and value.startswith(b"text/event") for name, value in given)
            message["headers"] = [*given, (b"x-request-id", self.visit.id.encode())]
            if self._life.ending:
                message["headers"].append((b"connection", b"close"))
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.complete = True

    async def break_off(self, error: GatewayError) -> None:
        """The error as the answer; within a stream as its last event; raises where neither can be."""
        if not self._started:
            response = error_response(error)
            await self({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
            await self({"type": "http.response.body", "body": bytes(response.body)})
        elif self._events:
            await self({"type": "http.response.body", "body": event(error.body())})
        else:
            raise ConnectionAbortedError("the answer broke off") from None


def error_response(error: GatewayError) -> Response:
    """The OpenAI error body with its status."""
    return Response(orjson.dumps(error.body()), error.status, error.headers(), "application/json")
