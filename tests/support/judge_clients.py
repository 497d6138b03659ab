"""An llm judge over an open client, at a test's endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fake_endpoint import FakeEndpoint

from mosseval.client import Client, Endpoint, Patience
from mosseval.judges.llm import LlmJudge, LlmSettings
from mosseval.pace import Concurrency, Rate


@asynccontextmanager
async def opened(
    running: FakeEndpoint,
    settings: LlmSettings | None = None,
    *,
    patience: Patience | None = None,
    key: str | None = None,
    **more: Any,
) -> AsyncIterator[LlmJudge]:
    """The judge, for as long as the block runs."""
    concurrency = Concurrency()
    client = Client(
        Endpoint(f"{running.url}/v1", key),
        patience=patience or Patience(timeout_s=5, max_attempts=2, deadline_s=5),
        concurrency=concurrency,
        rate=Rate(),
        stopping=asyncio.Event(),
    )
    async with client:
        yield LlmJudge(client, settings or LlmSettings("judge"), concurrency=concurrency, **more)
