"""What the end-to-end tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Real Chromium, one for the tests of a file; its driver must be gone before another file's event loop begins."""
    with chromium() as running:
        yield running
