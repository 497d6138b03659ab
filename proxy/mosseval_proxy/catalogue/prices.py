"""What LiteLLM's cost map says of a model, read from the file that its package ships: no import, no download."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

COST_MAP = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars a token."""

    input_cost_per_token: float
    output_cost_per_token: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What an answer cost, in US dollars."""
        return prompt_tokens * self.input_cost_per_token + completion_tokens * self.output_cost_per_token


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the cost map."""

    provider: str
    price: Price | None
    special: bool = False
    """Whether it reasons or speaks the Responses API alone, and so takes other parameters than most."""


def look_up(model: str) -> KnownModel | None:
    """What is known of `provider/model` or a bare model name; None if nothing is."""
    known = _cost_map()
    for name in (model, model.partition("/")[2]):
        entry = known.get(name)
        if entry is not None:
            return entry
    return None


@functools.lru_cache(maxsize=1)
def _cost_map() -> Mapping[str, KnownModel]:
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    file = Path(spec.origin).parent / COST_MAP
    if not file.is_file():
        return {}
    entries: dict[str, dict[str, Any]] = orjson.loads(file.read_bytes())
    return {
        name: KnownModel(str(entry.get("litellm_provider", "")), _price(entry), _special(entry))
        for name, entry in entries.items()
        if entry.get("mode") in ("chat", "responses", None) and name != "sample_spec"
    }


def _special(entry: Mapping[str, Any]) -> bool:
    return entry.get("mode") == "responses" or bool(entry.get("supports_reasoning"))


def _price(entry: Mapping[str, Any]) -> Price | None:
    costs = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if not all(isinstance(cost, int | float) for cost in costs):
        return None
    return Price(float(costs[0] or 0), float(costs[1] or 0))
