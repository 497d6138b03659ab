"""All pages as one application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mosseval.view import assets, run, runs
from mosseval.view.annotate import routes as annotate
from mosseval.view.collect import routes as collect
from mosseval.view.compare import routes as compare
from mosseval.view.guard import Guard
from mosseval.view.samples import routes as samples
from mosseval.view.site import Site

PAGES = (runs, run, samples, compare, annotate, collect)
"""Modules of pages: each has `routes(site)`."""


def create_app(site: Site) -> Starlette:
    """The application over one folder of runs."""

    def token(_request: Request) -> Response:
        return PlainTextResponse(site.token.value)

    def wrong(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = error.detail if isinstance(error, HTTPException) else "a fault of mosseval; the terminal says more"
        response = site.page(request, "wrong.html", status, code=status, detail=detail)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    routes = [Route("/token", token), *assets.routes(), *(route for page in PAGES for route in page.routes(site))]
    return Starlette(
        routes=routes, middleware=[Middleware(Guard)], exception_handlers={HTTPException: wrong, Exception: wrong}
    )
