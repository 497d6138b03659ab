"""One model family a file, and the table that chooses among them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from mosseval_serve.adapters.base import Adapter, Source, config_of
from mosseval_serve.errors import StartError

PLACES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "idefics": ("idefics", "Idefics"),
        "instructblip": ("instructblip", "InstructBlip"),
        "llava": ("llava", "Llava"),
        "xcomposer2": ("xcomposer2", "XComposer2"),
        "mplug-owl2": ("mplug_owl2", "MplugOwl2"),
    }
)
"""Adapter -> its module and class; imported when chosen, because two of them need environments of their own."""
BY_MODEL_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "idefics": "idefics",
        "instructblip": "instructblip",
        "llava": "llava",
        "internlmxcomposer2": "xcomposer2",
        "internlm": "xcomposer2",
        "internlm2": "xcomposer2",
        "mplug_owl2": "mplug-owl2",
    }
)
"""`model_type` of a model's config.json -> adapter, for `--adapter auto`."""


def load(name: str, source: Source) -> Adapter:
    """The model of `source` behind the adapter `name` (`auto`: by its config). Raises StartError."""
    if name == "auto":
        kind = str(config_of(source).get("model_type"))
        if kind not in BY_MODEL_TYPE:
            raise StartError(f"{source.model} is of the type {kind}: choose --adapter ({', '.join(PLACES)})")
        name = BY_MODEL_TYPE[kind]
    module, family = PLACES[name]
    chosen: type[Adapter] = getattr(import_module(f"mosseval_serve.adapters.{module}"), family)
    return chosen.load(source)
