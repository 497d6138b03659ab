"""What the tests over every provider's wire format share: one gateway and one fake provider for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import uvloop
from wired import Wired, wired
from wires import WIRES


@pytest.fixture(scope="session")
def on_the_wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """The gateway with a deployment for every `Wire`."""
    with wired(tmp_path_factory.mktemp("wired"), WIRES) as running:
        yield running


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, Any]:
    """The gateway's own event loop."""
    return {"uvloop": uvloop.new_event_loop}
