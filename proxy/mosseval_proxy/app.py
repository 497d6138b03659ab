"""Wires the gateway together: `create_app(settings, ...)`. No globals; the lifespan owns the clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mosseval_proxy.auth import KeyRing
from mosseval_proxy.calls import Calls
from mosseval_proxy.catalogue import Catalogue
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.guard import Guard, error_response
from mosseval_proxy.images import ImageLimits
from mosseval_proxy.listing import version
from mosseval_proxy.records import Upstream
from mosseval_proxy.replay import Replay
from mosseval_proxy.routes import Service, router
from mosseval_proxy.settings import Settings
from mosseval_proxy.simulated import Simulated


def create_app(settings: Settings, catalogue: Catalogue, upstream: Upstream, replay: Upstream | None = None) -> FastAPI:
    """The gateway as an ASGI application; `upstream` answers for all that is neither simulated nor in `replay`."""
    service = Service(
        catalogue=catalogue,
        simulated=Simulated(),
        upstream=upstream,
        replay=replay or Replay(),
        calls=Calls(catalogue, ImageLimits(settings.max_image_bytes, settings.max_image_pixels, settings.max_images)),
        max_body_bytes=settings.max_body_bytes,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await service.simulated.aclose()
        await service.upstream.aclose()

    app = FastAPI(
        title="mosseval gateway", version=version(), lifespan=lifespan, openapi_url=None, redirect_slashes=False
    )
    app.include_router(router(service))
    app.add_exception_handler(GatewayError, _failed)
    app.add_exception_handler(HTTPException, _unknown)
    keys = KeyRing(key.get_secret_value() for key in settings.keys)
    app.add_middleware(Guard, keys=keys, own_names_only=not settings.keys and not settings.no_auth)
    return app


async def _failed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    return error_response(error)


async def _unknown(request: Request, error: Exception) -> Response:
    """Paths and methods that do not exist."""
    assert isinstance(error, HTTPException)
    code = "method_not_allowed" if error.status_code == 405 else "not_found"
    return error_response(GatewayError(code, f"no {request.method} {request.url.path[:200]} here"))
