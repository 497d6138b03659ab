"""The documentation as a site: built strictly, and looked at in a real browser, as it lies on a disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from browser import THEMES, WIDTHS, chromium, opened, violations

pytest.importorskip("sphinx", reason="the extra 'docs' is missing")
ROOT = Path(__file__).resolve().parents[2]
LOOKED_AT = ("index", "start", "papers", "commands/run", "api", "search")

LOOKS = tuple((width, theme) for width in WIDTHS for theme in THEMES)
"""The first page is looked at in all of them, the others by turns wide and light, narrow and dark."""


def built(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Builds a site as `make docs` does."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-d", str(folder / "read")]
    return subprocess.run([*command, str(source), str(folder / "site")], check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    done = built(ROOT / "docs", folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_pages_are_readable_by_everybody_and_ask_for_nothing_outside(site: Path) -> None:
    with chromium() as browser:
        for number, name in enumerate(LOOKED_AT):
            for width, theme in LOOKS if number == 0 else (LOOKS[-(number % 2)],):
                address = (site / f"{name}.html").as_uri()
                with opened(browser, address, width=width, theme=theme) as found:
                    assert not found.troubles, (name, found.troubles)
                    assert violations(found.page) == [], (name, width, theme)
                    assert [each for each in found.requests if not each.startswith("file:///")] == [], name
                    wide = found.page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, (name, width, wide)


def test_search_finds_a_word_without_a_server_of_ours(site: Path) -> None:
    """From a disk, where a browser shows no excerpts: a page may not read another."""
    with chromium() as browser, opened(browser, (site / "index.html").as_uri()) as found:
        found.page.fill("input[name=q]", "paper_counting")
        found.page.press("input[name=q]", "Enter")
        found.page.wait_for_selector("#search-results li a")
        links = found.page.eval_on_selector_all("#search-results li a", "all => all.map(each => each.textContent)")
        assert "A run on disk" in links
        assert [each for each in found.requests if not each.startswith("file:///")] == []


def test_what_leads_nowhere_breaks_the_build(tmp_path: Path) -> None:
    """Dead links, anchors and pictures, and a page that no list of pages names; with our settings for Markdown."""
    wrong = ("[a](nowhere.md)", "[b](index.md#no-heading)", "[c](#no-place)", "![d](nothing.png)")
    (tmp_path / "conf.py").write_text("extensions = ['myst_parser']\nmyst_heading_anchors = 4\n")
    (tmp_path / "index.md").write_text("# Index\n\nText.\n")
    (tmp_path / "page.md").write_text("\n\n".join(["# Page", "[e](index.md#index)", *wrong]))
    done = built(tmp_path, tmp_path)
    assert done.returncode == 1
    for said in ("nowhere.md", "no-heading", "no-place", "nothing.png", "isn't included in any toctree"):
        assert said in done.stderr, done.stderr
    assert done.stderr.count("WARNING") == 5, done.stderr
