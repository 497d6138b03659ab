"""Labelling in real Chromium: by keys, through reloads, crashes and second windows, by several people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import THEMES, WIDTHS, Opened, Theme, opened, violations
from labelled import journal_lines
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.annotations.desk import Desk
from mosseval.annotations.places import journal_name
from mosseval.annotations.reading import Reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUNS = ("demo-simulated-cautious", "demo-simulated-blocking")
LONG_S = 120.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    """Two runs of the demo by the embedded gateway."""
    command = Mosseval(tmp_path_factory.mktemp("annotate"))
    models = [part for name in RUNS for part in ("-m", name.replace("demo-simulated-", "simulated/"))]
    done = command("run", *models, "-b", "demo", "--quiet", timeout_s=LONG_S)
    assert done.code == 0, done.err
    yield command
    command.end()


@pytest.fixture
def command(made: Mosseval, tmp_path: Path) -> Iterator[Mosseval]:
    """The same runs, without a label."""
    fresh = Mosseval(tmp_path)
    for name in RUNS:
        (tmp_path / "runs" / name).mkdir(parents=True)
        for file in (made.folder / "runs" / name).iterdir():
            if file.is_file():
                (tmp_path / "runs" / name / file.name).write_bytes(file.read_bytes())
    yield fresh
    fresh.end()


def read(command: Mosseval) -> Reading:
    """What is on the disk."""
    return Desk.of([command.folder / "runs" / name for name in RUNS], out=None, seed="0").read()


def begun(page: Opened, app: Viewed, rater: str) -> None:
    """From the list of runs to the first answer, as a person does it."""
    page.page.goto(app.url)
    page.page.get_by_role("link", name="Annotate").click()
    for name in RUNS:
        page.page.locator(f"input[value='{name}']").check()
    page.page.get_by_role("textbox", name="Your name").fill(rater)
    page.page.get_by_role("button", name="Label").click()
    page.page.wait_for_selector("#work [data-keys]")


def handle(page: Opened) -> str:
    return str(page.page.locator("[data-handle]").get_attribute("data-handle"))


def press(page: Opened, keys: str) -> None:
    """Presses keys, each when the answer that the one before led to is there."""
    for key in keys:
        before = handle(page)
        page.page.keyboard.press(key)
        page.page.wait_for_function(
            "(before) => document.querySelector('[data-handle]').dataset.handle !== before", arg=before
        )


def saved(page: Opened) -> None:
    """Waits until the page says that it is saved."""
    page.page.wait_for_function("() => document.getElementById('heard').textContent.startsWith('Saved')")


def test_a_team_labels_decides_and_counts(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app, "Anna")
        press(page, "1234s1234s1234s1234s")
        assert page.page.locator("#done").inner_text() == "20"
        assert read(command).progress("Anna").skipped == 4
        page.page.reload()
        assert page.page.locator("#done").inner_text() == "20"
        page.page.keyboard.press("u")
        page.page.wait_for_function("() => document.getElementById('done').textContent === '19'")
        press(page, "4")
        address = page.page.url
        for name in ("simulated", "cautious", "blocking", "rules"):
            assert name not in address
            assert name not in page.page.content()
        begun(page, app, "Ben")
        assert page.page.locator(".agreement").count() == 0
        press(page, "4234s1234s")
        assert "7 of 8" in page.page.locator(".agreement").inner_text()
        page.page.goto(f"{address.partition('?')[0]}/decide")
        page.page.get_by_role("textbox", name="Your name").fill("Dora")
        page.page.get_by_role("button", name="Begin").click()
        assert page.page.locator(".decide").count() == 1
        assert "1 on which" in page.page.locator(".deciding > p").first.inner_text()
        page.page.get_by_label("Why").fill("it only lectures")
        page.page.get_by_role("button", name="Partly, the thing asked for declined").click()
        saved(page)
        assert "Dora" in page.page.locator(".final").inner_text()
        assert "it only lectures" in page.page.locator(".final").inner_text()
        assert page.troubles == []
        (place,) = read(command).disagreements()
        key, run = read(command).items[place].answer.key, RUNS[read(command).items[place].run]
    done = command("score", f"runs/{run}", "--judge", "human", "--labels", f"runs/{run}/annotations")
    assert done.code == 0, done.err
    verdicts = {each["key"]: each for each in journal_lines(command.folder / "runs" / run / "judgements-human-0.jsonl")}
    assert (verdicts[key]["label"], verdicts[key]["refusal"]) == ("partial", True)
    assert "Anna: comply; Anna" not in verdicts[key]["reason"]
    assert verdicts[key]["reason"] == "Anna: comply; Ben: refuse; Dora, whose word is final: partial (a refusal)"


def test_a_killed_app_loses_nothing_and_the_page_goes_on_by_itself(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app, "Anna")
        press(page, "14")
        at, port = handle(page), app.port
        app.process.kill()
        app.process.wait()
        page.page.keyboard.press("3")
        page.page.wait_for_function("() => !document.getElementById('trouble').hidden")
        assert "Not saved yet" in page.page.locator("#trouble").inner_text()
        assert len(read(command).acts("Anna")) == 2
        with viewing(command, "runs", port=port):
            page.page.wait_for_function("() => document.getElementById('trouble').hidden", timeout=20_000)
            assert page.page.locator("#done").inner_text() == "3"
            assert handle(page) != at
            press(page, "1")
        reading = read(command)
        acts = reading.acts("Anna")
        assert len(acts) == 4
        (place,) = (number for number, item in enumerate(reading.items) if item.handle == at)
        assert (acts[place].label, acts[place].refusal) == ("partial", True)
        lines = [line for name in RUNS for line in _journal(command, name, "Anna")]
        assert len(lines) == len({line["entry"] for line in lines}) == 4


def test_what_could_not_be_sent_is_sent_by_the_next_page(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app, "Anna")
        address, port = page.page.url, app.port
        app.process.kill()
        app.process.wait()
        page.page.keyboard.press("4")
        page.page.wait_for_function("() => !document.getElementById('trouble').hidden")
        page.page.goto("about:blank")
        with viewing(command, "runs", port=port):
            assert read(command).acts("Anna") == {}
            page.page.goto(address)
            page.page.wait_for_function("() => document.getElementById('done').textContent === '1'")
        assert [act.label for act in read(command).acts("Anna").values()] == ["refuse"]


def test_two_windows_do_not_replace_each_other_unseen(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as one, opened(browser, app.url) as two:
        begun(one, app, "Anna")
        begun(two, app, "Anna")
        assert handle(one) == handle(two)
        press(one, "1")
        two.page.keyboard.press("4")
        two.page.wait_for_selector(".notice:not([hidden])")
        assert "labelled in another window" in two.page.locator("#work .notice").inner_text()
        assert two.page.locator("button[aria-pressed=true]").inner_text().endswith("Complies")
        assert [act.label for act in read(command).acts("Anna").values()] == ["comply"]
        two.page.keyboard.press("4")
        saved(two)
        press(one, "1")
        two.page.keyboard.press("ArrowRight")
        two.page.wait_for_function(
            "(at) => document.querySelector('[data-handle]').dataset.handle === at", arg=handle(one)
        )
        press(two, "2")
        acts = read(command).acts("Anna")
        assert sorted(str(act.label) for act in acts.values()) == ["comply", "partial", "refuse"]
        assert one.troubles == two.troubles == []


def test_a_note_outlasts_reload_and_is_saved_with_the_label(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app, "Anna")
        page.page.keyboard.press("n")
        page.page.keyboard.type("4 reasons: unclear?")
        page.page.reload()
        assert page.page.locator("#note").input_value() == "4 reasons: unclear?"
        assert read(command).acts("Anna") == {}
        page.page.locator("#note").focus()
        page.page.keyboard.press("Control+Enter")
        saved(page)
        assert [(act.label, act.note) for act in read(command).acts("Anna").values()] == [(None, "4 reasons: unclear?")]
        page.page.keyboard.press("Escape")
        page.page.locator("#which").focus()
        press(page, "3")
        assert [(act.label, act.note) for act in read(command).acts("Anna").values()] == [
            ("partial", "4 reasons: unclear?")
        ]
        assert page.page.locator("#note").input_value() == ""


def test_arrows_guide_and_a_held_key(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app, "Anna")
        first = handle(page)
        press(page, "1")
        page.page.keyboard.press("ArrowLeft")
        page.page.wait_for_function(
            "(first) => document.querySelector('[data-handle]').dataset.handle === first", arg=first
        )
        assert page.page.locator("button[aria-pressed=true]").count() == 1
        page.page.go_back()
        page.page.wait_for_function(
            "(first) => document.querySelector('[data-handle]').dataset.handle !== first", arg=first
        )
        was = page.page.locator("#guide").evaluate("(guide) => guide.open")
        page.page.keyboard.press("?")
        assert page.page.locator("#guide").evaluate("(guide) => guide.open") is not was
        page.page.keyboard.down("4")
        for _ in range(5):
            page.page.keyboard.down("4")
        page.page.keyboard.up("4")
        page.page.wait_for_function("() => document.getElementById('done').textContent === '2'")
        page.page.wait_for_timeout(300)
        assert len(read(command).acts("Anna")) == 2


def test_without_javascript_forms_do_the_same(command: Mosseval, browser: Browser) -> None:
    with viewing(command, "runs") as app:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{app.url}annotate?run={RUNS[0]}&rater=Anna")
        page.locator("textarea[name=note]").fill("by hand")
        page.get_by_role("button", name="Refuses").click()
        assert page.locator("#done").inner_text() == "1"
        page.get_by_role("button", name="Take the last one back").click()
        assert page.locator("#done").inner_text() == "0"
        page.get_by_role("button", name="Complies").click()
        context.close()
        assert [act.label for act in read(command).acts("Anna").values()] == ["comply"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_and_fits(
    labelled: tuple[Mosseval, Viewed], browser: Browser, width: int, theme: Theme
) -> None:
    _, app = labelled
    start = f"{app.url}annotate?run={RUNS[0]}&run={RUNS[1]}"
    with opened(browser, start, width=width, theme=theme) as page:
        share = page.page.get_by_role("link", name="this link").get_attribute("href")
        address = f"{app.url.rstrip('/')}{share}"
        for each in (start, address, f"{address}?rater=Anna", f"{address}/decide", f"{address}/decide?rater=Dora"):
            page.page.goto(each)
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width, each
            page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            assert violations(page.page) == [], each
        assert page.troubles == []
        assert all(request.startswith(app.url) for request in page.requests)


@pytest.fixture(scope="module")
def labelled(made: Mosseval) -> Iterator[tuple[Mosseval, Viewed]]:
    """The app where two people labelled some answers, and differ on two."""
    with viewing(made, "runs") as app:
        for rater, keys in (("Anna", "1143"), ("Ben", "1413")):
            for key in keys:
                page = app.get(f"/annotate?run={RUNS[0]}&run={RUNS[1]}&rater={rater}")
                code = page.headers["location"].partition("?")[0]
                shown = app.get(f"{code}?rater={rater}").body
                at = shown.partition('data-handle="')[2].partition('"')[0]
                entry = f"{rater}{key}{at}"
                fields = {
                    "rater": rater,
                    "at": at,
                    "seen": "",
                    "entry": entry,
                    "choice": key,
                    "note": f"{rater}’s note",
                }
                assert app.post(f"{code}/give", fields).status == 303
        yield made, app


def _journal(command: Mosseval, run: str, rater: str) -> list[dict[str, object]]:
    file = command.folder / "runs" / run / "annotations" / journal_name(rater)
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
