"""Real Chromium, Debian's, driven by Playwright; axe-core from npm. What is missing skips, visibly, and fails in CI."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pytest
from debian import needs_debian_package
from hostile import CANARY_HOST
from npm import from_npm

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
AXE = "axe-core@4.14.1"
WIDTHS = (1280, 390)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
OWNED = """() => [window.owned !== undefined,
  getComputedStyle(document.documentElement).getPropertyValue('--owned') !== '']"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    needs_debian_package("chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """A page, and what it did since it was opened: console messages, errors, requests beyond its own file."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def executed(self) -> list[str]:
        """What a hostile text achieved, in words; empty where it was only text."""
        script, style = self.page.evaluate(OWNED)
        found = [name for name, owned in (("script", script), ("style", style)) if owned]
        return [*found, *(each for each in self.requests if CANARY_HOST in each)]


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1280, theme: Theme = "light", policy: bool = True
) -> Iterator[Opened]:
    """The page at an address; without `policy` its content security policy is switched off."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=not policy)
    page = context.new_page()
    found = Opened(page)
    page.on("console", lambda message: found.troubles.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: found.troubles.append(f"error: {error}"))
    page.on("request", lambda request: _note(found, request.url, address))
    try:
        page.goto(address)
        yield found
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe-core objects to, a line each."""
    page.evaluate(_axe())
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in result["violations"]]


def _note(found: Opened, url: str, address: str) -> None:
    if not url.startswith("data:") and url.partition("#")[0] != address.partition("#")[0]:
        found.requests.append(url)


@cache
def _axe() -> str:
    return from_npm(AXE, "axe.min.js").read_text(encoding="utf-8")
