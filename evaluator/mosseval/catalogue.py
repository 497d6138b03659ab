"""What an endpoint says about its models: `/v1/models` (contract 1 for our gateway, plain names for any other)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from mosseval.client import Client, Endpoint
from mosseval.errors import TargetRejected, TargetUnreachable

RETRY_EVERY_S = 0.5
LISTED = 8
"""Names that a hint holds at most."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model as our gateway lists it. `priced`: its answers come with a cost."""

    id: str
    simulated: bool = False
    priced: bool = False
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GatewayCard:
    """What our gateway says of itself; the hashes of its configuration and replay are part of a run's identity."""

    config_sha256: str | None
    version: str | None
    replay_sha256: str | None = None


async def gateway_card(client: Client, deadline_s: float, on_wait: Callable[[str], None]) -> GatewayCard:
    """Asks our gateway for its list, until the deadline where nobody answers; `on_wait` is told so once.

    Raises TargetUnreachable, or TargetRejected where it refuses the key or is no gateway of ours.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    told = False
    while True:
        status, document = await client.get("/models")
        if status != 0:
            break
        if not told:
            on_wait(f"nobody answers at {client.endpoint.base_url} yet; waiting up to {deadline_s:g} s (--deadline)")
            told = True
        if loop.time() + RETRY_EVERY_S > end:
            raise TargetUnreachable(
                f"nobody answers at {client.endpoint.base_url}",
                hint="start the gateway (`mosseval gateway`, or `docker compose up`), then run this again",
            )
        await asyncio.sleep(RETRY_EVERY_S)
    if status == 401:
        raise key_refused(client.endpoint)
    ours = document.get("mosseval") if isinstance(document, dict) else None
    if status != 200 or not isinstance(ours, dict):
        raise TargetRejected(
            f"{client.endpoint.base_url} is no mosseval gateway (HTTP {status} at /models)",
            hint="name any other endpoint by its URL: --target URL",
        )
    return GatewayCard(*(_text(ours.get(name)) for name in ("config_sha256", "version", "replay_sha256")))


def key_refused(endpoint: Endpoint) -> TargetRejected:
    """That a gateway wants another key than it was sent, or any."""
    return TargetRejected(
        f"{endpoint.base_url} refuses the key (invalid_api_key)",
        hint="set MOSSEVAL_API_KEY to one of the gateway's keys",
    )


async def model_entry(client: Client, model: str) -> ModelEntry:
    """What our gateway says of one model. Raises TargetRejected with the nearest names where it has none."""
    if model.endswith("*"):
        raise TargetRejected(f"{model} stands for many models", hint=f"name one of them: {model[:-1]}NAME")
    status, document = await client.get(f"/models/{quote(model, safe='/')}")
    ours = document.get("mosseval") if isinstance(document, dict) else None
    if status != 200 or not isinstance(ours, dict):
        raise TargetRejected(
            f"the gateway has no model {model!r} (model_not_found)", hint=await nearest_names(client, model)
        )
    presets = ours.get("presets")
    return ModelEntry(
        id=model,
        simulated=bool(ours.get("simulated")),
        priced=isinstance(ours.get("price"), dict),
        presets=presets if isinstance(presets, dict) else {},
    )


async def nearest_names(client: Client, model: str) -> str:
    """A hint with the names nearest to `model` that the endpoint lists; '' where it lists none."""
    _status, document = await client.get("/models")
    rows = document.get("data") if isinstance(document, dict) else None
    rows = rows if isinstance(rows, list) else []
    names = [row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]
    near = [name for name in names if name.rpartition("/")[2] == model.rpartition("/")[2]]
    near += [name for name in get_close_matches(model, names, n=3, cutoff=0.6) if name not in near]
    if near:
        return f"the nearest names it serves: {', '.join(near[:LISTED])}"
    return f"it serves: {', '.join(names[:LISTED])}{', …' if len(names) > LISTED else ''}" if names else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
