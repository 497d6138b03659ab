"""One request from its first byte to its last: what logs and metrics say of it, never what was asked or answered."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mosseval_proxy.keys.ring import ANYBODY, Key
from mosseval_proxy.records import Answer

SCOPE = "mosseval.visit"
"""Where a visit stands in the ASGI scope."""
PROCESS, NUMBERS = secrets.token_hex(7), itertools.count()
"""What makes a request's id: it need not be unforeseeable, and a system call for each would be felt."""
SIMULATED_BREAK = "simulated_break"
"""The outcome of a request whose connection `simulated/flaky` breaks."""
SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Visit:
    """Filled in as the request goes on; `model` is the label of its catalogue entry, empty until it is known."""

    id: str
    key: Key = ANYBODY
    model: str = ""
    streamed: bool = False
    images: int = 0
    outcome: str | None = None
    """`answered`, `empty`, `blocked`, `left`, `simulated_break`, or an error's code."""
    answer: Answer | None = None
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Since the request came."""
        return time.perf_counter() - self.started

    @property
    def tokens(self) -> int | None:
        """What the answer came to, by its provider's count; None where there is no count."""
        usage = self.answer.usage if self.answer else None
        if usage is None:
            return None
        return (usage.get("prompt_tokens") or 0) + (usage.get("completion_tokens") or 0)

    @property
    def cost_usd(self) -> float | None:
        """US dollars; None where no price is known."""
        return self.answer.cost_usd if self.answer else None

    def facts(self) -> dict[str, Any]:
        """For a line in the log."""
        usage: Mapping[str, int] = (self.answer.usage if self.answer else None) or {}
        return {
            "id": self.id,
            "key": self.key.name,
            "model": self.model,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 4),
            "streamed": self.streamed,
            "images": self.images,
            "prompt_tokens": usage.get("prompt_tokens"),
            "completion_tokens": usage.get("completion_tokens"),
            "cost_usd": self.cost_usd,
        }


def request_id(given: bytes | None) -> str:
    """The client's own `X-Request-Id` where it is short and plain, a new one otherwise."""
    if given is not None and SANE_ID.fullmatch(given):
        return given.decode()
    return f"req-{PROCESS}{next(NUMBERS):010x}"
