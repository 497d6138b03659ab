"""Style sheets and scripts of the app, under URLs that change with them."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mosseval.view.site import ASSETS
from mosseval.web.page import asset

TYPES = {"css": "text/css", "js": "text/javascript"}


def served(request: Request) -> Response:
    """One asset by its name; kept by the browser, since a changed one has another URL."""
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404, "no such asset")
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return PlainTextResponse(asset(name, ASSETS[name]), headers=kept, media_type=TYPES[name.rpartition(".")[2]])


def routes() -> list[Route]:
    """The routes of the assets."""
    return [Route("/assets/{version}/{name}", served)]
