"""The gateway's endpoints (contract 1)."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mosseval_proxy.catalogue.listing import model_list, model_object
from mosseval_proxy.chat import ChatCompletions, Service
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.guard import ENDING, error_response
from mosseval_proxy.keys.ring import Key
from mosseval_proxy.life import Life
from mosseval_proxy.metrics import MEDIA_TYPE
from mosseval_proxy.visit import SCOPE


def endpoints(service: Service, life: Life) -> list[Route]:
    """The endpoints over one service."""
    whole = model_list(service.catalogue)
    listings: dict[Key, bytes] = {}

    async def healthz(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        if life.ending:
            return error_response(GatewayError("shutting_down", ENDING))
        return _json({"status": "ready"})

    async def models(request: Request) -> Response:
        key: Key = request.scope[SCOPE].key
        if key not in listings:
            listings[key] = orjson.dumps(_for_key(whole, key))
        return Response(listings[key], media_type="application/json")

    async def model(request: Request) -> Response:
        name = request.path_params["model"]
        key: Key = request.scope[SCOPE].key
        if not key.allows_some_of(name):
            key.check_model(name)
        return _json(model_object(service.catalogue.find(name)))

    async def metrics(_request: Request) -> Response:
        return Response(service.metrics.page(), headers={"Content-Type": MEDIA_TYPE})

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/v1/models", models),
        Route("/v1/models/{model:path}", model),
        Route("/v1/chat/completions", ChatCompletions(service), methods=["POST"]),
    ]


def _for_key(listing: dict[str, Any], key: Key) -> dict[str, Any]:
    """The listing with the models that a key may ask."""
    return {**listing, "data": [each for each in listing["data"] if key.allows_some_of(each["id"])]}


def _json(document: Any) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")
