"""The catalogue as others see it: the body of `/v1/models`."""

from __future__ import annotations

import dataclasses
from importlib import metadata
from typing import Any

from mosseval_proxy.catalogue import Catalogue, Entry
from mosseval_proxy.catalogue.model_info import DESCRIPTIVE

CREATED = 1_750_000_000
"""OpenAI's form wants a time of creation; a catalogue has none, so it is one constant (Unix seconds)."""


def version() -> str:
    """The version of the distribution."""
    return metadata.version("mosseval")


def model_object(entry: Entry) -> dict[str, Any]:
    """One model in OpenAI's form, with what the gateway knows beside it under `mosseval`."""
    price = None if entry.price is None else dataclasses.asdict(entry.price)
    recorded, own = entry.replay, entry.own
    return {
        "id": entry.id,
        "object": "model",
        "created": CREATED,
        "owned_by": entry.provider,
        "mosseval": {
            "status": entry.status,
            "provider": entry.provider,
            "route": route(entry),
            "simulated": entry.simulated is not None or (recorded is not None and recorded.simulated),
            "configured": entry.configured,
            "key_needed": entry.key_needed,
            "needs": list(entry.needs),
            "price": price,
            "presets": {name: preset.given() for name, preset in own.presets.items()},
            "replay": None if recorded is None else dataclasses.asdict(recorded),
            "images": own.images.model_dump(mode="json", exclude_none=True),
            "refuses": list(own.refuses),
            "takes_system": own.takes_system,
            **own.model_dump(mode="json", include=set(DESCRIPTIVE)),
        },
    }


def model_list(catalogue: Catalogue) -> dict[str, Any]:
    """The body of `/v1/models`; `mosseval.config_sha256` names configuration and recorded answers, keys left out."""
    return {
        "object": "list",
        "data": [model_object(entry) for entry in catalogue],
        "mosseval": {
            "config_sha256": catalogue.sha256,
            "replay_sha256": catalogue.replay_sha256,
            "version": version(),
        },
    }


def route(entry: Entry) -> str:
    """Where requests go: the real model's name, `simulated` ones in-process, or where the answers are recorded."""
    if entry.replay:
        instead = f" (instead of {entry.replay.instead_of})" if entry.replay.instead_of else ""
        return f"recorded in {', '.join(entry.replay.sources)}{instead}"
    if entry.simulated:
        return "in-process"
    models = list(dict.fromkeys(deployment.model for deployment in entry.deployments))
    return ", ".join(models)
