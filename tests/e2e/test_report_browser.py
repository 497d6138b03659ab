"""The page of `mosseval report` in real Chromium: it opens from disk, asks nobody, and obeys no string in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import THEMES, WIDTHS, Opened, Theme, opened, violations
from hostile import HANDLERS, PAYLOADS, SCRIPTS, SVG
from hostile_run import run_corpus
from mosseval_process import Mosseval

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG_S = 120.0


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs of the simulated models on both demo sets, by the embedded gateway, and two reports of them."""
    command = Mosseval(tmp_path_factory.mktemp("runs"))
    for benchmark in ("demo", "demo-contrast"):
        models = [part for name in ("helpful", "cautious", "blocking") for part in ("-m", f"simulated/{name}")]
        done = command("run", *models, "-b", benchmark, "--quiet", timeout_s=LONG_S)
        assert done.code == 0, done.err
    names = ("helpful", "cautious", "blocking")
    folders = [f"runs/{benchmark}-simulated-{name}" for benchmark in ("demo", "demo-contrast") for name in names]
    for name, which in (("one", folders[1:2]), ("all", folders)):
        done = command("report", *which, "--out", f"{name}.html", timeout_s=LONG_S)
        assert done.code == 0, done.err
    yield command.folder
    command.end()


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A report of a run in which the whole corpus went through every field that a stranger can fill."""
    command = Mosseval(tmp_path_factory.mktemp("hostile"))
    run_corpus(command, "run")
    done = command("report", "run", "--title", PAYLOADS[0], "--out", "report.html", timeout_s=LONG_S)
    assert done.code == 0, done.err
    yield command.folder / "report.html"
    command.end()


def provoked(page: Opened) -> None:
    """Does to a page what a reader might: opens everything, types, focuses, points."""
    page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.page.locator("#theme").click()
    page.page.locator("input[type=search]").first.fill("window")
    page.page.evaluate(
        "() => document.querySelectorAll('[autofocus], [tabindex], a, button').forEach((e) => e.focus())"
    )
    page.page.mouse.move(300, 500)
    page.page.wait_for_timeout(300)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["one", "all"])
def test_page_opens_from_disk_quietly_and_is_accessible(
    runs: Path, browser: Browser, name: str, width: int, theme: Theme
) -> None:
    with opened(browser, (runs / f"{name}.html").as_uri(), width=width, theme=theme) as page:
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(page.page) == []
        page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert violations(page.page) == []
        assert page.troubles == []
        assert page.requests == []


def test_pictures_are_shown_and_answers_marked(runs: Path, browser: Browser) -> None:
    with opened(browser, (runs / "one.html").as_uri()) as page:
        sizes = page.page.evaluate("() => [...document.images].map((picture) => picture.naturalWidth)")
        assert len(sizes) == 30
        assert min(sizes) > 100
        assert page.page.locator("mark").count() > 5


def test_theme_switch_turns_both_ways_by_keyboard_and_is_remembered(runs: Path, browser: Browser) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    with opened(browser, (runs / "one.html").as_uri(), theme="dark") as page:
        dark = page.page.evaluate(ground)
        page.page.locator("#theme").focus()
        page.page.keyboard.press("Enter")
        assert page.page.evaluate(ground) != dark
        page.page.reload()
        assert page.page.evaluate(ground) != dark


def test_first_tab_leads_past_the_head(runs: Path, browser: Browser) -> None:
    with opened(browser, (runs / "one.html").as_uri()) as page:
        page.page.keyboard.press("Tab")
        assert page.page.evaluate("() => document.activeElement.textContent") == "To the content"


def test_search_finds_samples_and_gives_all_back(runs: Path, browser: Browser) -> None:
    with opened(browser, (runs / "one.html").as_uri()) as page:
        shown = page.page.locator(".sample:visible")
        before = shown.count()
        page.page.locator("input[type=search]").fill("er-0 CHEERFUL")
        assert page.page.locator("output").inner_text() == "1 of 30 samples"
        page.page.locator("input[type=search]").fill("er-02")
        assert shown.count() == 1
        page.page.locator("input[type=search]").fill("")
        assert shown.count() == before


def test_harmful_answers_are_folded_until_asked_for(runs: Path, browser: Browser) -> None:
    with opened(browser, (runs / "all.html").as_uri()) as page:
        folded = page.page.locator("details.sensitive")
        assert folded.count() == 1
        assert folded.locator(".sample:visible").count() == 0
        assert page.page.locator(".notice").is_visible()
        page.page.locator("#part1-cards input").fill("a")
        assert folded.locator(".sample:visible").count() == 0


def test_print_shows_figures_and_no_controls(runs: Path, browser: Browser) -> None:
    with opened(browser, (runs / "one.html").as_uri(), width=390, theme="dark") as page:
        page.page.locator("#theme").click()
        page.page.locator("#theme").click()
        page.page.emulate_media(media="print")
        assert page.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.page.locator(".bar").is_visible() is False
        assert page.page.locator(".figure .wide").first.is_visible()


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
def test_no_hostile_text_is_obeyed(hostile_page: Path, browser: Browser, policy: bool) -> None:
    assert len(PAYLOADS) >= 200
    with opened(browser, hostile_page.as_uri(), policy=policy) as page:
        provoked(page)
        assert page.executed() == []
        assert page.requests == []
        assert page.troubles == []


def test_hostile_page_holds_the_whole_corpus_and_nothing_steers(hostile_page: Path) -> None:
    text = hostile_page.read_text(encoding="utf-8")
    assert len(text.encode()) <= 3_000_000
    for character in "\x1b\x00\x07\x08\x9b\u202e\u2066\u2028\u200e\U000e0041\ufeff":
        assert character not in text, f"U+{ord(character):04X}"
    assert text.count('class="card sample"') == len(PAYLOADS)
    assert " style=" not in text.replace("&#34;", '"').split("<main")[0]


def test_hostile_page_is_accessible_too(hostile_page: Path, browser: Browser) -> None:
    with opened(browser, hostile_page.as_uri(), width=390) as page:
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert violations(page.page) == []


@pytest.mark.parametrize("payload", [SCRIPTS[0], HANDLERS[0], SVG[0], "<style>:root{--owned:1}</style>"])
def test_canary_would_be_seen(tmp_path: Path, browser: Browser, payload: str) -> None:
    page_file = tmp_path / "open.html"
    page_file.write_text(f"<!DOCTYPE html><title>x</title><main>{payload}</main>", encoding="utf-8")
    with opened(browser, page_file.as_uri()) as page:
        page.page.wait_for_timeout(200)
        assert page.executed() != []


def test_canary_sees_a_request(tmp_path: Path, browser: Browser) -> None:
    page_file = tmp_path / "open.html"
    page_file.write_text("<!DOCTYPE html><title>x</title><img src=https://canary.invalid/x.png>", encoding="utf-8")
    with opened(browser, page_file.as_uri()) as page:
        page.page.wait_for_timeout(200)
        assert page.executed() != []


def test_policy_alone_stops_what_stands_in_the_page(runs: Path, tmp_path: Path, browser: Browser) -> None:
    spoiled = tmp_path / "spoiled.html"
    inside = "".join((*SCRIPTS[:2], *HANDLERS[:3], *SVG[:3], "<style>:root{--owned:1}</style>"))
    page_text = (runs / "one.html").read_text(encoding="utf-8").replace("<main", f"{inside}<main", 1)
    spoiled.write_text(page_text, encoding="utf-8")
    with opened(browser, spoiled.as_uri()) as page:
        page.page.wait_for_timeout(300)
        assert page.executed() == []
        assert page.troubles != []
