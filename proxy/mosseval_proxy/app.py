"""Wires the gateway together: `create_app(settings, ...)`. No globals; the lifespan owns the clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mosseval_proxy.admission import Admission, Bounds
from mosseval_proxy.calls import Calls
from mosseval_proxy.catalogue import Catalogue
from mosseval_proxy.chat import ChatCompletions, Service
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.guard import Guard, error_response
from mosseval_proxy.images.prepare import pictures_of
from mosseval_proxy.keys.ring import KeyRing
from mosseval_proxy.life import Life
from mosseval_proxy.limits import Limits, Store
from mosseval_proxy.metrics import Metrics
from mosseval_proxy.passthrough import PassThrough
from mosseval_proxy.records import Upstream
from mosseval_proxy.routes import endpoints
from mosseval_proxy.settings import Settings
from mosseval_proxy.simulated import Simulated
from mosseval_proxy.visit import SCOPE, Visit


def create_app(
    settings: Settings,
    catalogue: Catalogue,
    upstream: Upstream,
    replay: Upstream,
    direct: PassThrough,
    *,
    keys: KeyRing,
    store: Store,
    metrics: Metrics,
    life: Life,
) -> ASGIApp:
    """The gateway as an ASGI application; `upstream` answers for all that nobody else does."""
    pictures = pictures_of(settings, metrics.image)
    service = Service(
        catalogue=catalogue,
        simulated=Simulated(),
        upstream=upstream,
        direct=direct,
        replay=replay,
        calls=Calls(catalogue, pictures, direct.takes),
        admission=Admission(_bounds(settings), metrics),
        limits=Limits(store, metrics),
        metrics=metrics,
        max_body_bytes=settings.max_body_bytes,
        body_timeout_s=settings.body_timeout_s,
        max_output_tokens=settings.max_output_tokens,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await pictures.aclose()
        await store.aclose()
        await service.simulated.aclose()
        await service.upstream.aclose()
        await direct.aclose()

    router = Router(routes=[*endpoints(service, life)], lifespan=lifespan, redirect_slashes=False)
    return Guard(
        _Routed(router),
        chat=ChatCompletions(service),
        keys=keys,
        own_names=None if settings.has_keys or settings.no_auth else frozenset(map(str.lower, settings.names)),
        life=life,
        metrics=metrics,
        log_requests=settings.access_log,
    )


def _bounds(settings: Settings) -> Bounds:
    return Bounds(settings.max_in_flight, settings.max_queue, settings.max_bytes_in_flight, settings.queue_timeout_s)


class _Routed:
    """A router of Starlette's whose own failures have OpenAI's form; all others go on to the guard."""

    def __init__(self, router: Router) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speaks ASGI."""
        # Starlette raises for a path or a method that does not exist where it finds an application, and only there.
        scope["app"] = self
        try:
            await self._router(scope, receive, send)
        except HTTPException as error:
            code = "method_not_allowed" if error.status_code == 405 else "not_found"
            fault = GatewayError(code, f"no {scope['method'][:20]} {scope['path'][:200]} here")
            visit: Visit | None = scope.get(SCOPE)
            if visit is not None:
                visit.outcome = fault.code
            await error_response(fault)(scope, receive, send)
