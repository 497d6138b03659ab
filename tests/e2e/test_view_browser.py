"""The run page and the samples of `mosseval view` in real Chromium: by mouse, by keys, live, and with hostile runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import every_outcome
import pytest
from browser import THEMES, WIDTHS, Opened, Theme, chromium, opened, violations
from fake_endpoint import FakeEndpoint, answer
from hostile import HANDLERS, PAYLOADS, SCRIPTS
from hostile_run import run_corpus
from mosseval_process import Mosseval
from view_process import Viewed, viewing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = "/runs/demo-simulated-cautious"
PAGES = {
    **{
        "run": RUN,
        "grid": f"{RUN}/samples",
        "list": f"{RUN}/samples?view=list&label=refuse",
        "one": f"{RUN}/samples/er-03",
    },
    **{"folded": "/runs/demo-contrast-simulated-cautious/samples", "everything": "/runs/everything"},
    **{"its samples": "/runs/everything/samples?show=1", "repeats": "/runs/everything/samples/3?show=1"},
}
MOST_BYTES, MOST_REQUESTS, MOST_NODES = 700_000, 80, 2_000
"""Of a page that is opened the first time, with its pictures."""
COUNT = """() => ({nodes: document.querySelectorAll('*').length,
  requests: performance.getEntriesByType('resource').length + 1,
  bytes: [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
    .reduce((sum, each) => sum + each.transferSize, 0)})"""
LONG_S = 120.0


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("view"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    """The app over runs of a simulated model, one with everything in it, and one that is hostile throughout."""
    for benchmark in ("demo", "demo-contrast"):
        done = command("run", "-m", "simulated/cautious", "-b", benchmark, "--quiet", timeout_s=LONG_S)
        assert done.code == 0, done.err
    every_outcome.make(command.folder / "runs" / "everything", samples=80)
    run_corpus(command, "runs/hostile")
    with viewing(command, "runs") as running:
        yield running


@pytest.fixture(scope="module")
def browser(app: Viewed) -> Iterator[Browser]:
    """After the runs were made: what drives it has an event loop of its own."""
    with chromium() as running:
        yield running


def numbers(page: Page) -> list[str]:
    """The ids of the samples that are shown."""
    return [
        each.removeprefix("s") for each in page.eval_on_selector_all("#live [id^=s][href]", "all => all.map(e => e.id)")
    ]


def foreign(page: Opened, app: Viewed) -> list[str]:
    """Requests to anybody but the app."""
    return [each for each in page.requests if not each.startswith(app.url)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_accessible_and_small(app: Viewed, browser: Browser, name: str, width: int, theme: Theme) -> None:
    with opened(browser, f"{app.origin}{PAGES[name]}", width=width, theme=theme) as page:
        page.page.wait_for_load_state("networkidle")
        page.page.wait_for_function("() => !document.querySelector('[data-figure]')")
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(page.page) == []
        page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert violations(page.page) == []
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        counted = page.page.evaluate(COUNT)
        assert counted["bytes"] <= MOST_BYTES
        assert counted["requests"] <= MOST_REQUESTS
        assert counted["nodes"] <= MOST_NODES
        assert page.troubles == []
        assert foreign(page, app) == []


def test_a_reader_goes_from_the_list_to_an_answer_and_back(app: Viewed, browser: Browser) -> None:
    with opened(browser, app.url) as opened_page:
        page = opened_page.page
        page.locator(f'a[href="{RUN}"]').click()
        page.get_by_role("link", name="All samples").click()
        page.wait_for_url(f"**{RUN}/samples")
        page.get_by_role("link", name="refused 13").click()
        page.wait_for_url("**/samples?label=refuse")
        assert len(numbers(page)) == 13
        page.get_by_label("With the words").fill("costume")
        page.wait_for_function("() => document.querySelectorAll('#live [id^=s][href]').length === 1")
        assert "q=costume" in page.url
        assert "label=refuse" in page.url
        page.get_by_label("With the words").fill("")
        page.wait_for_function("() => document.querySelectorAll('#live [id^=s][href]').length === 13")
        page.get_by_label("Show as").select_option("list")
        page.locator("#live .row").first.wait_for()
        assert page.locator("#live mark").count() > 5
        before = page.url
        page.reload()
        assert page.url == before
        assert page.locator("#live .row").count() == 13
        page.locator("#live .row a").nth(1).click()
        page.get_by_text("2 of 13").wait_for()
        page.go_back()
        assert page.url == before
        assert page.get_by_label("Show as").input_value() == "list"
        assert opened_page.troubles == []


def test_keys_go_through_samples_and_back(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}{RUN}/samples?label=refuse") as opened_page:
        page = opened_page.page
        ids = numbers(page)
        for key in ("j", "ArrowRight", "k"):
            page.keyboard.press(key)
        assert page.evaluate("() => document.activeElement.id") == f"s{ids[0]}"
        page.keyboard.press("Enter")
        page.get_by_text("1 of 13 that fit").wait_for()
        for key, place in (("ArrowRight", 2), ("j", 3), ("k", 2), ("ArrowLeft", 1), ("ArrowLeft", 1), ("j", 2)):
            page.keyboard.press(key)
            page.get_by_text(f"{place} of 13 that fit").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_url(f"**/samples?label=refuse#s{ids[1]}")
        assert opened_page.troubles == []


def test_keys_in_a_text_field_are_text(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}{RUN}/samples") as opened_page:
        page = opened_page.page
        page.keyboard.press("/")
        page.keyboard.type("jk/x")
        assert page.get_by_label("With the words").input_value() == "jk/x"
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Escape")
        assert "/samples/" not in page.url


def test_a_command_is_copied(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}{RUN}") as opened_page:
        page = opened_page.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy").first.click()
        page.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("() => navigator.clipboard.readText()") == "mosseval report runs/demo-simulated-cautious"


def test_without_script_the_pages_work(app: Viewed, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{app.origin}{RUN}/samples")
    page.get_by_label("With the words").fill("costume")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**/samples?q=costume*")
    assert page.locator("#live [id^=s][href]").count() == 1
    page.locator("#live [id^=s][href]").click()
    page.get_by_text("1 of 1").wait_for()
    context.close()


def test_harmful_texts_and_pictures_are_folded_until_asked_for(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}/runs/demo-contrast-simulated-cautious/samples") as opened_page:
        page = opened_page.page
        assert page.locator("#live img").count() == 0
        assert page.locator(".notice").is_visible()
        page.get_by_role("link", name="Show 10 samples").click()
        page.wait_for_url("**/samples?show=1")
        assert page.locator("#live .tile").count() == 10
        page.locator("#live .tile").first.click()
        page.locator(".said").first.wait_for()
        page.keyboard.press("Escape")
        page.wait_for_url("**/samples?show=1*")


def test_pictures_are_shown_small_and_larger(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}{RUN}/samples") as opened_page:
        page = opened_page.page
        page.wait_for_function("() => [...document.images].slice(0, 5).every((each) => each.naturalWidth > 100)")
        assert page.evaluate("() => Math.max(...[...document.images].map((each) => each.naturalWidth))") <= 256
        page.goto(f"{app.origin}{RUN}/samples/er-01")
        page.wait_for_function("() => document.images[0].naturalWidth > 256")


def test_a_real_run_is_followed_while_it_goes_on(command: Mosseval, app: Viewed, browser: Browser) -> None:
    with FakeEndpoint() as endpoint:
        endpoint.models = {"object": "list", "data": [{"id": "m"}]}
        rows = [{"id": f"q{number}", "prompt": f"Question {number} of a tuba?"} for number in range(40)]
        for number, row in enumerate(rows):
            endpoint.script[row["prompt"]] = [answer(f"Surely, tuba {number} plays.", delay_s=0.4)]
        data = command.folder / "live.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in rows))
        where = ("--target", endpoint.url, "-b", data, "-m", "m", "--concurrency", 1, "--out", "runs/live", "--quiet")
        process = command.start("run", *where)
        endpoint.wait_for(3)
        pages = (f"{app.origin}/runs/live/samples?status=answered", f"{app.origin}/runs/live")
        with opened(browser, pages[0]) as samples, opened(browser, pages[1]) as run:
            first = len(numbers(samples.page))
            assert first < 40
            assert run.page.locator(".state.running").count() == 1
            samples.page.wait_for_function(
                "(n) => document.querySelectorAll('#live [id^=s][href]').length > n", arg=first, timeout=20_000
            )
            done = command.finish(process, LONG_S)
            assert done.code == 0, done.err
            samples.page.get_by_text("1–40 of 40").wait_for(timeout=30_000)
            run.page.get_by_text("40 of 40 asked").wait_for(timeout=30_000)
            run.page.locator(".state.complete").wait_for(timeout=30_000)
            assert samples.troubles == run.troubles == []


def test_live_growth_leaves_what_is_open_open(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.origin}/runs/everything") as opened_page:
        page = opened_page.page
        page.locator("#live details").first.evaluate("(fold) => { fold.open = true; }")
        page.evaluate("() => dispatchEvent(new Event('mosseval:ask'))")
        page.wait_for_timeout(500)
        assert page.locator("#live details").first.evaluate("(fold) => fold.open")


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
@pytest.mark.parametrize(
    "path", ["/", "/runs/hostile", "/runs/hostile/samples", "/runs/hostile/samples?view=list&page=2"]
)
def test_no_hostile_text_is_obeyed(app: Viewed, browser: Browser, path: str, policy: bool) -> None:
    with opened(browser, f"{app.origin}{path}", policy=policy) as page:
        provoked(page)
        page.page.wait_for_timeout(500)
        assert page.executed() == []
        assert foreign(page, app) == []
        assert page.troubles == []


def test_no_hostile_sample_is_obeyed(app: Viewed, browser: Browser) -> None:
    """One by one, by the escaping alone."""
    with opened(browser, f"{app.origin}/runs/hostile/samples/p0", policy=False) as page:
        for number in range(len(PAYLOADS) - 1):
            provoked(page)
            assert page.executed() == [], PAYLOADS[number]
            page.page.locator("#after").click()
            page.page.wait_for_url(f"**/samples/p{number + 1}")
        assert page.page.locator("#after").count() == 0
        assert foreign(page, app) == []
        assert page.troubles == []


def provoked(page: Opened) -> None:
    """Opens and focuses everything."""
    page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.page.evaluate(
        "() => document.querySelectorAll('[autofocus], [tabindex], a, button').forEach((e) => e.focus())"
    )


def test_the_whole_corpus_is_shown_and_nothing_steers(app: Viewed) -> None:
    text = "".join(app.get(f"/runs/hostile/samples?view=list&page={number}").body for number in range(1, 6))
    text += app.get("/runs/hostile").body
    assert all(f'href="/runs/hostile/samples/p{number}?' in text for number in range(len(PAYLOADS)))
    for character in "\x1b\x00\x07\x08\x9b\u202e\u2066\u2028\u200e\U000e0041\ufeff":
        assert character not in text, f"U+{ord(character):04X}"


@pytest.mark.parametrize("payload", [SCRIPTS[0], HANDLERS[0], "<style>:root{--owned:1}</style>"])
def test_canary_would_be_seen_in_a_page_of_the_app(app: Viewed, browser: Browser, payload: str) -> None:
    with opened(browser, f"{app.origin}{RUN}", policy=False) as page:
        page.page.set_content(f"<!DOCTYPE html><title>x</title><main>{payload}</main>")
        page.page.wait_for_timeout(300)
        assert page.executed() != []
