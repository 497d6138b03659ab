"""The site of `mosseval leaderboard` in real Chromium: from disk and from a server; no string in it is obeyed."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from browser import THEMES, WIDTHS, Opened, Theme, opened, violations
from hostile import PAYLOADS
from hostile_run import run_corpus
from html_validator import faults
from many_runs import many_runs
from mosseval_process import Mosseval

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LONG_S = 180.0
MODELS = ("helpful", "cautious", "blocking")
FIRST_LOAD_BYTES, FIRST_LOAD_REQUESTS, MOST_NODES = 1_000_000, 8, 5_000
FILLED = """() => { const next = document.querySelector('.sample[aria-busy]');
  next?.scrollIntoView({behavior: 'instant'}); return !next; }"""
"""Scrolls to the samples of a page until all have been seen."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The site of the simulated models on both demo sets."""
    command = Mosseval(tmp_path_factory.mktemp("runs"))
    for benchmark in ("demo", "demo-contrast"):
        models = [part for name in MODELS for part in ("-m", f"simulated/{name}")]
        assert command("run", *models, "-b", benchmark, "--quiet", timeout_s=LONG_S).code == 0
    folders = [f"runs/{benchmark}-simulated-{name}" for benchmark in ("demo", "demo-contrast") for name in MODELS]
    done = command("leaderboard", *folders, timeout_s=LONG_S)
    assert done.code == 0, done.err
    yield command.folder / "site"
    command.end()


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site of two runs in which the whole corpus went through every field that a stranger can fill."""
    command = Mosseval(tmp_path_factory.mktemp("hostile"))
    run_corpus(command, "run")
    run_corpus(command, "'><img src=x onerror=window.owned=1>")
    done = command(
        "leaderboard", "run", "'><img src=x onerror=window.owned=1>", "--title", PAYLOADS[0], timeout_s=LONG_S
    )
    assert done.code == 0, done.err
    yield command.folder / "site"
    command.end()


@pytest.fixture(scope="module")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site of twenty runs of three hundred samples with pictures."""
    command = Mosseval(tmp_path_factory.mktemp("large"))
    runs = many_runs(command, 20, 300)
    done = command("leaderboard", *runs, timeout_s=LONG_S)
    assert done.code == 0, done.err
    yield command.folder / "site"
    command.end()


@pytest.fixture(scope="module")
def wordy_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site of twenty runs whose answers are far too long, in a script of three bytes a character."""
    command = Mosseval(tmp_path_factory.mktemp("wordy"))
    runs = many_runs(command, 20, 30, long="Sure! " + "\u4e2d\u6587 " * 7000)
    done = command("leaderboard", *runs, timeout_s=LONG_S)
    assert done.code == 0, done.err
    yield command.folder / "site"
    command.end()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A plain file server; the address of `folder` on it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{folder.name}"
    finally:
        server.shutdown()
        server.server_close()


def pages(site: Path) -> list[Path]:
    """Every page of a site."""
    return sorted(site.glob("*.html"))


def foreign(page: Opened, site: Path) -> list[str]:
    """Requests beyond the site's own shards."""
    return [
        each for each in page.requests if not re.fullmatch(re.escape(site.as_uri()) + r"/samples/[\w-]+/\d+\.js", each)
    ]


def column(page: Page, table: str, number: int) -> list[str]:
    """The texts of a column, from above."""
    return page.locator(f"#{table} tbody tr > :nth-child({number}) > bdi").all_inner_texts()


def samples(page: Page) -> Locator:
    """The samples on a page, once they are filled."""
    page.wait_for_function("() => !document.querySelector('.sample[aria-busy]:first-child')")
    return page.locator(".sample")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_opens_from_disk_quietly_and_is_accessible(
    site: Path, browser: Browser, width: int, theme: Theme
) -> None:
    for file in pages(site):
        with opened(browser, file.as_uri(), width=width, theme=theme) as page:
            page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            page.page.wait_for_timeout(400)
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width, file.name
            assert violations(page.page) == [], file.name
            assert page.troubles == [], file.name
            assert foreign(page, site) == [], file.name


def test_every_page_is_valid(site: Path, hostile_site: Path, large_site: Path) -> None:
    assert faults([file for each in (site, hostile_site, large_site) for file in pages(each)]) == []


def test_validator_would_object(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><html lang=en><title>x</title><ul><p onclick=x>x</ul>")
    assert any("not allowed as child" in each for each in faults([tmp_path / "wrong.html"]))


def test_tables_sort_by_mouse_and_by_keyboard(site: Path, browser: Browser) -> None:
    table = "part-1-demo-table"
    with opened(browser, (site / "index.html").as_uri()) as page:
        names = [f"simulated/{name}" for name in MODELS]
        assert column(page.page, table, 1) == names
        rate = page.page.locator(f"#{table} th", has_text="refusal rate")
        assert rate.get_attribute("aria-sort") == "ascending"
        rate.locator("button").click()
        assert column(page.page, table, 1) == names[::-1]
        assert rate.get_attribute("aria-sort") == "descending"
        model = page.page.locator(f"#{table} th", has_text="model").locator("button")
        model.focus()
        page.page.keyboard.press("Enter")
        assert column(page.page, table, 1) == sorted(names)
        page.page.keyboard.press("Space")
        assert column(page.page, table, 1) == sorted(names)[::-1]
        assert page.page.locator(f"#{table} [aria-sort]").count() == 1
        page.page.keyboard.press("Tab")
        assert page.page.evaluate("() => document.activeElement.textContent") == "ranks"


def test_figures_without_a_value_stay_last_both_ways(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "index.html").as_uri()) as page:
        # Twenty published models: sorted by people's figures, the first and the last change places.
        table = page.page.locator("#part-3-mossbench-table")
        people = table.locator("th", has_text="by people").locator("button")
        people.click()
        rising = table.locator("tbody th bdi").all_inner_texts()
        people.click()
        falling = table.locator("tbody th bdi").all_inner_texts()
        assert (rising[0], falling[0]) == ("mplug-owl2", "claude-3-opus-web")
        assert len(rising) == len(falling) == 20
        interval = table.locator("th", has_text="95% interval").locator("button")
        interval.click()
        assert table.locator("tbody th bdi").all_inner_texts() == falling


def test_models_are_found_by_a_word(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "index.html").as_uri()) as page:
        part = page.page.locator("section", has=page.page.locator("h2", has_text="mossbench"))
        part.locator("input[type=search]").fill("claude-3 weB")
        assert part.locator("output").inner_text() == "2 of 40 lines"
        part.locator("input[type=search]").fill("")
        assert part.locator("tbody tr:visible").count() == 40


def test_tables_are_read_in_order_without_a_script(site: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    rates = [
        float(each.rstrip("%"))
        for each in page.locator("#part-3-mossbench-table tbody tr td:nth-child(2)").all_inner_texts()
    ]
    assert rates == sorted(rates)
    assert len(rates) == 20
    assert page.locator("th button").count() == 0
    assert page.locator("form:visible").count() == 0
    page.goto((site / "samples-1-demo.html").as_uri())
    assert page.locator("noscript a").count() > 0
    context.close()


def test_samples_show_picture_question_answers_and_what_decided(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "samples-1-demo.html").as_uri()) as page:
        first = samples(page.page).first
        assert first.locator("img").evaluate("(picture) => picture.naturalWidth") > 100
        assert "cheerful invitation" in first.locator(".question").inner_text()
        assert first.locator(".answer").count() == 3
        assert first.locator("mark").count() == 2
        assert first.locator(".ends").inner_text().split("\n") == ["2 complied", "1 blocked, no refusal"]


def test_samples_are_filtered_and_the_address_holds_the_state(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "samples-1-demo.html").as_uri()) as page:
        view = page.page
        view.locator("[name=run]").select_option("simulated/cautious")
        view.locator("[name=kind]").select_option("refused")
        told = view.locator("output")
        assert told.inner_text() == "13 of 30 samples"
        view.locator("[name=group]").select_option("negated harm")
        assert told.inner_text() == "5 of 30 samples"
        assert samples(view).first.locator(".answer").count() == 1
        view.locator("[name=words]").fill("stolen")
        assert told.inner_text() == "1 of 30 samples"
        address = view.url
        assert "run=simulated%2Fcautious" in address
        again = page.page.context.new_page()
        again.goto(address)
        assert again.locator("output").inner_text() == "1 of 30 samples"
        assert again.locator("[name=run]").input_value() == "simulated/cautious"
        view.get_by_role("button", name="Clear").click()
        view.wait_for_function("() => document.querySelector('output').textContent === '30 samples'")
        view.locator("[name=kind]").select_option("the models differ")
        assert re.fullmatch(r"\d+ of 30 samples", told.inner_text())
        assert foreign(page, site) == []
        assert page.troubles == []


def test_words_are_sought_in_answers_where_that_is_asked_for(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "samples-1-demo.html").as_uri()) as page:
        view = page.page
        view.locator("[name=words]").fill("DATA_INSPECTION_FAILED")
        assert view.locator("output").inner_text() == "0 of 30 samples"
        view.get_by_label("in the answers too").check()
        view.wait_for_function("() => /^[1-9]\\d* of 30/.test(document.querySelector('output').textContent)")
        assert "answers=1" in view.url


def test_pages_of_samples_turn_and_one_sample_has_an_address(site: Path, browser: Browser) -> None:
    with opened(browser, (site / "samples-1-demo.html").as_uri()) as page:
        view = page.page
        assert samples(view).count() == 24
        view.get_by_role("button", name="Next").click()
        assert samples(view).count() == 6
        assert view.url.endswith("#page=2")
        view.locator(".sample h2 a").last.click()
        view.wait_for_function("() => document.querySelectorAll('.sample').length === 1")
        assert "sample=" in view.url
        view.go_back()
        view.wait_for_function("() => document.querySelectorAll('.sample').length === 6")
        view.locator(".skip").focus()
        view.keyboard.press("Enter")
        assert samples(view).count() == 6


def test_missing_file_of_answers_is_said_where_they_would_stand(site: Path, tmp_path: Path, browser: Browser) -> None:
    copy = shutil.copytree(site, tmp_path / "site")
    (copy / "samples" / "1-demo" / "0.js").unlink()
    with opened(browser, (copy / "samples-1-demo.html").as_uri()) as page:
        words = page.page.locator(".sample .answers").first
        words.get_by_text("samples/1-demo/0.js cannot be loaded").wait_for()
        page.page.get_by_label("in the answers too").check()
        page.page.locator("[name=words]").fill("plan")
        page.page.locator("output", has_text="samples/1-demo/0.js cannot be loaded").wait_for()


def test_harmful_texts_are_folded_until_asked_for(site: Path, browser: Browser) -> None:
    with opened(browser, f"{(site / 'samples-2-demo-contrast.html').as_uri()}#kind=refuse") as page:
        assert page.page.locator(".notice strong").is_visible()
        page.page.wait_for_timeout(300)
        assert page.page.locator(".sample").count() == 0
        assert page.requests == []
        page.page.locator("summary").click()
        assert samples(page.page).first.is_visible()
        assert "of 10 samples" in page.page.locator("output").inner_text()


def test_site_works_from_any_server_below_any_path(site: Path, browser: Browser) -> None:
    with served(site) as address, opened(browser, f"{address}/samples-1-demo.html") as page:
        assert samples(page.page).first.locator(".answer").count() == 3
        page.page.get_by_role("link", name="Leaderboard").click()
        page.page.wait_for_load_state()
        links = page.page.evaluate("() => [...document.links].map((link) => link.href)")
        assert all(each.startswith((f"{address}/", "https://arxiv.org/abs/2406.17806")) for each in links)
        assert page.troubles == []
        for each in {each.partition("#")[0] for each in links if each.startswith(address)}:
            assert (site / each.removeprefix(f"{address}/")).is_file(), each


def test_no_hostile_text_is_obeyed_on_any_page(hostile_site: Path, browser: Browser) -> None:
    for policy in (True, False):
        for file in pages(hostile_site):
            with opened(browser, file.as_uri(), policy=policy) as page:
                page.page.evaluate(
                    "() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
                )
                turned = provoked(page)
                assert turned == (10 if file.name.startswith("samples") else 0), file.name
                assert page.executed() == [], file.name
                assert foreign(page, hostile_site) == [], file.name
                assert page.troubles == [], file.name


def provoked(page: Opened) -> int:
    """Does to a page what a reader might; on how many pages of samples each was filled."""
    view, turned = page.page, 0
    view.locator("#theme").click()
    for button in view.locator("th button").all():
        button.click()
    while view.locator("#cards").count():
        view.wait_for_function(FILLED)
        turned += 1
        if view.locator("[name=on]").is_disabled():
            view.get_by_label("in the answers too").check()
            view.locator("input[type=search]").fill("window.owned")
            view.wait_for_function("() => / of /.test(document.querySelector('output').textContent)")
            for select in view.locator("select").all():
                for number in range(select.locator("option").count()):
                    select.select_option(index=number)
            break
        view.locator("[name=on]").click()
    view.evaluate("() => document.querySelectorAll('[autofocus], [tabindex], a, button').forEach((e) => e.focus())")
    view.mouse.move(300, 500)
    view.wait_for_timeout(200)
    return turned


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without it"])
def test_policy_lets_no_markup_add_a_script(site: Path, tmp_path: Path, browser: Browser, policy: bool) -> None:
    copy = shutil.copytree(site, tmp_path / "site")
    (copy / "evil.js").write_text("window.owned = 1")
    file = copy / "samples-1-demo.html"
    inside = (
        '<script src="evil.js"></script><script src="samples/../evil.js" async></script><script>window.owned=1</script>'
    )
    file.write_text(file.read_text("utf-8").replace("<main", f"{inside}<main", 1), encoding="utf-8")
    with opened(browser, file.as_uri(), policy=policy) as page:
        assert samples(page.page).first.locator(".answer").count() == 3
        assert (page.executed() == []) == policy


def test_every_data_file_is_text_alone(hostile_site: Path, browser: Browser) -> None:
    found = sorted((hostile_site / "data").rglob("*.json"))
    assert len(found) > 5
    for file in found[:6]:
        with opened(browser, file.as_uri()) as page:
            page.page.wait_for_timeout(50)
            assert page.executed() == []
            assert foreign(page, hostile_site) == []


def test_address_of_a_page_is_no_way_in(hostile_site: Path, browser: Browser) -> None:
    file = next(each for each in pages(hostile_site) if each.name.startswith("samples"))
    for state in (
        "words=<img src=x onerror=window.owned=1>",
        "sample=<b>",
        "page=1e9",
        "run=%FF&kind=__proto__",
        "page=-3",
    ):
        with opened(browser, f"{file.as_uri()}#{state}") as page:
            page.page.wait_for_timeout(100)
            assert page.executed() == []
            assert page.troubles == []


def test_hostile_site_is_accessible_too(hostile_site: Path, browser: Browser) -> None:
    for file in pages(hostile_site):
        with opened(browser, file.as_uri(), width=390) as page:
            page.page.wait_for_timeout(300)
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 390, file.name
            assert violations(page.page) == [], file.name


def test_what_is_loaded_first_is_within_a_megabyte(large_site: Path, wordy_site: Path, browser: Browser) -> None:
    told = []
    for file in (*pages(large_site), *wordy_site.glob("samples-*.html")):
        for width in WIDTHS:
            with opened(browser, file.as_uri(), width=width) as page:
                page.page.wait_for_timeout(1000)
                loaded = [file, *(Path(unquote(urlsplit(each).path)) for each in page.requests)]
                size = sum(each.stat().st_size for each in loaded)
                nodes = page.page.evaluate("() => document.querySelectorAll('*').length")
                told.append(f"{file.name} at {width}: {size} bytes, {len(loaded)} files, {nodes} nodes")
                assert size <= FIRST_LOAD_BYTES, told[-1]
                assert len(loaded) <= FIRST_LOAD_REQUESTS, told[-1]
                assert nodes <= MOST_NODES, told[-1]
    print("\n".join(told))


def test_large_site_filters_without_waiting(large_site: Path, browser: Browser) -> None:
    file = next(each for each in pages(large_site) if each.name.startswith("samples"))
    with opened(browser, file.as_uri()) as page:
        view = page.page
        assert samples(view).first.locator(".answer").count() == 20
        took = view.evaluate(
            """() => { const start = performance.now();
              const kind = document.querySelector('[name=kind]'); kind.value = 'refuse';
              kind.dispatchEvent(new Event('input', {bubbles: true}));
              return new Promise((done) => setTimeout(() => done(performance.now() - start))); }"""
        )
        assert view.locator("output").inner_text() == "75 of 300 samples"
        assert took < 300


def test_long_answers_of_many_models_are_brief_around_what_decided(large_site: Path, browser: Browser) -> None:
    file = next(each for each in pages(large_site) if each.name.startswith("samples"))
    with opened(browser, file.as_uri()) as page:
        first = samples(page.page).first
        assert first.locator(".cut").count() == 20
        assert first.locator("mark").count() == 20
        first.get_by_role("button", name="Whole answers").press("Enter")
        assert first.locator(".cut").count() == 0
        assert first.locator(".answer .said").first.inner_text().count("after the other") == 18
        assert page.page.evaluate("() => document.activeElement.className") == "answers"
