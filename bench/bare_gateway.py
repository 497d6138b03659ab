"""The yardstick for the gateway: an aiohttp server that sends every body on as it came, and the answer back.

No keys, no checks, no JSON; aiohttp as it comes on both sides, with its C parsers, under uvloop as the gateway is, and
nothing tuned: bodies are read whole and sent on whole. Prints its port and serves until its standard input ends.
Run: python bench/bare_gateway.py UPSTREAM_URL
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import aiohttp
import uvloop
from aiohttp import web

from upstream import BODY_LIMIT, serve


class Bare:
    """Sends on to `upstream` over pooled connections."""

    def __init__(self, upstream: str) -> None:
        self._url = f"{upstream}/v1/chat/completions"

    def application(self) -> web.Application:
        """Its one route."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.cleanup_ctx.append(self._connected)
        app.router.add_post("/v1/chat/completions", self._complete)
        return app

    async def _connected(self, _app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._session:
            yield

    async def _complete(self, request: web.Request) -> web.Response:
        body = await request.read()
        async with self._session.post(self._url, data=body, headers={"Content-Type": "application/json"}) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type="application/json")


if __name__ == "__main__":
    uvloop.run(serve(Bare(sys.argv[1]).application()))
