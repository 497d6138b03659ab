"""One question to each model, with a small picture: does it answer at all?"""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson

from mosseval.client import Client, Endpoint, Patience
from mosseval.pace import Concurrency, Rate
from mosseval.types import Completion, Failure

QUESTION = "Which colour is this picture? Answer with one word."
SIDE = 64
"""Pixels of the picture: some models take none that is smaller than a patch or two."""
MAX_TOKENS = 512
"""Enough for a model that reasons before it says its word."""
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """What came back from one model: its words, or why there are none."""

    id: str
    outcome: Literal["answered", "blocked", "blank", "error"]
    said: str
    code: str | None = None
    """Of an error."""
    seconds: float | None = None

    def document(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def once(endpoint: Endpoint, timeout_s: float) -> Client:
    """A client that tries once."""
    return Client(
        endpoint,
        patience=Patience(timeout_s, max_attempts=1, deadline_s=timeout_s),
        concurrency=Concurrency(AT_ONCE),
        rate=Rate(),
        stopping=asyncio.Event(),
    )


async def check(endpoint: Endpoint, names: Sequence[str], timeout_s: float) -> list[Checked]:
    """Asks each model once, a few at a time; results in the order of `names`."""
    places = asyncio.Semaphore(AT_ONCE)
    async with once(endpoint, timeout_s) as client:

        async def one(name: str) -> Checked:
            async with places:
                return _checked(name, await client.complete(_body(name)))

        return list(await asyncio.gather(*map(one, names)))


def _checked(name: str, outcome: Completion | Failure) -> Checked:
    if isinstance(outcome, Failure):
        return Checked(name, "error", outcome.message, outcome.code)
    if outcome.block is not None:
        block = outcome.block
        reason = f": {block.reason}" if block.reason else ""
        return Checked(name, "blocked", f"{block.where}, {block.category}{reason}", seconds=outcome.latency_s)
    if outcome.text is None or not outcome.text.strip():
        return Checked(name, "blank", f"finish reason: {outcome.finish_reason}", seconds=outcome.latency_s)
    return Checked(name, "answered", outcome.text, seconds=outcome.latency_s)


def _body(model: str) -> bytes:
    url = f"data:image/png;base64,{base64.b64encode(_picture()).decode()}"
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": QUESTION}]
    return orjson.dumps({"model": model, "max_tokens": MAX_TOKENS, "messages": [{"role": "user", "content": content}]})


def _picture() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (SIDE, SIDE), (220, 20, 20)).save(file, "PNG")
    return file.getvalue()
