"""What litellm does beside a call, and nobody here wants: it takes more time than the call itself.

With every answer it reckons the cost three times over, and writes a log entry for callbacks, of which there are none.
Both are looked up in its module at each call, so leaving them out is a matter of two names.
"""

from __future__ import annotations

from typing import Any

REMEMBERED = 10_000
"""Models without a price that are kept in mind."""


def install(litellm: Any) -> None:
    """Leaves them out. Raises AttributeError where another litellm calls them otherwise."""
    for name in ("update_response_metadata", "_dispatch_success_logging"):
        getattr(litellm.utils, name)
        setattr(litellm.utils, name, _nothing)


class Costs:
    """What litellm's own tables make of an answer's cost; remembers the models that they know no price of."""

    def __init__(self) -> None:
        self._unpriced: set[tuple[str, str]] = set()

    def reckoned(self, litellm: Any, response: Any, provider: str) -> float | None:
        """US dollars, None where there is no price."""
        key = (provider, str(getattr(response, "model", "")))
        if key in self._unpriced:
            return None
        try:
            return float(litellm.completion_cost(completion_response=response, custom_llm_provider=provider))
        except Exception:  # noqa: BLE001 - it raises what it likes for a model that it does not know
            if len(self._unpriced) >= REMEMBERED:
                self._unpriced.clear()
            self._unpriced.add(key)
            return None


def _nothing(*_arguments: Any, **_named: Any) -> None:
    """Nobody reads it."""
