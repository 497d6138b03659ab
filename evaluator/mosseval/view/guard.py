"""Who may ask the local app: a browser on this machine, from a page of the app itself, writing with its token.

A foreign page can make a browser send requests here (CSRF), and a foreign name can be made to point here (DNS
rebinding). So the Host must be a loopback name, whatever the port (it may be forwarded); an Origin, where one is sent,
must be that same host; and a write must carry the token that only the app's own pages hold.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mosseval.web.policy import policy

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN_HEADER = "X-Mosseval-Token"  # noqa: S105 - a header's name
TOKEN_FIELD = "token"  # noqa: S105 - a field's name
READS = frozenset({"GET", "HEAD"})
HEADERS = {
    "Content-Security-Policy": f"{policy(own_origin=True)}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Of every response; one that sets its own Cache-Control keeps it."""


@dataclass(frozen=True, slots=True)
class Token:
    """The secret of this process that its pages write with."""

    value: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def fits(self, given: str) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.value.encode(), given.encode())


class Guard:
    """ASGI middleware: refuses with 421, 403 or 405 what LOOPBACK, Origin or method forbid; sets HEADERS.

    The token of a write is checked by `writes.written`, which reads the body that may hold it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = refusal(scope["method"], Headers(scope=scope))
        await (refused or self._app)(scope, receive, with_headers)


def refusal(method: str, headers: Headers) -> Response | None:
    """The response to a request that may not come in; None where it may."""
    host = headers.get("host", "")
    if _hostname(host) not in LOOPBACK:
        return PlainTextResponse("this app answers to localhost alone", 421)
    if method in READS:
        return None
    if method != "POST":
        return PlainTextResponse("only GET and POST are answered", 405, {"Allow": "GET, HEAD, POST"})
    if headers.get("origin") != f"http://{host}" or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return PlainTextResponse("only a page of this app may write", 403)
    return None


def _hostname(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""
    except ValueError:
        return ""
