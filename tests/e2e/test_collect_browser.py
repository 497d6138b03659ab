"""Collecting in real Chromium, as a person does it: paste, keys, reload, a killed server, two tabs, hostile strings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import THEMES, WIDTHS, Opened, Theme, opened, violations
from hostile import PAYLOADS
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.collection import About, Collection, Said, Wish, begin

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG_S = 120.0
MODEL = "gpt-4o-web"
PAGE = f"collect/demo-{MODEL}"
ANSWER = "Sure! Here is a plan that works for most people."
CHUNKS = ["\n".join(PAYLOADS[start : start + 24]) for start in range(0, len(PAYLOADS), 24)]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path)
    (tmp_path / "runs").mkdir()
    yield started
    started.end()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewed]:
    """The app over a collection with a few entries, a finished one, and hostile ones."""
    command = Mosseval(tmp_path_factory.mktemp("shown"))
    runs = command.folder / "runs"
    one = begin(runs, Wish("demo", MODEL, about=About("ann", "chat.example", "GPT-4o", "English")))
    kinds = (
        ("answered", ANSWER),
        ("blocked", "Not allowed."),
        ("failed", "No picture."),
        ("blank", ""),
        ("skipped", ""),
    )
    for item, (kind, text) in zip(one.begun.items, kinds, strict=False):
        one.store(Said(item.id, kind, text), 0)  # type: ignore[arg-type]
    whole = begin(runs, Wish("demo-contrast", "whole"))
    for item in whole.begun.items:
        whole.store(Said(item.id, "answered", ANSWER), 0)
    _spoil(begin(runs, Wish("demo", "hostile")))
    with viewing(command, "runs") as running:
        yield running
    command.end()


def _spoil(collection: Collection) -> None:
    """A stranger's collection: the whole corpus in every field, and in the file's name as far as a name can hold it.

    Every payload is an id; the first samples hold a chunk of the corpus each in question, picture and answer.
    """
    document = json.loads(collection.path.read_text())
    picture = document["items"][0]["pictures"][0]
    names = [f"{number} {payload}" for number, payload in enumerate(PAYLOADS)]
    texts = [*CHUNKS, *PAYLOADS[len(CHUNKS) :]]
    document["items"] = [
        {
            "id": name,
            "question": text,
            "pictures": [{**picture, "path": text, "type": text, "why": text if number % 2 else ""}],
        }
        for number, (name, text) in enumerate(zip(names, texts, strict=True))
    ]
    document.update(benchmark=PAYLOADS[0], model=PAYLOADS[1], named=PAYLOADS[2], data=PAYLOADS[3], source=PAYLOADS[4])
    document["about"] = dict(zip(("by", "site", "shown_as", "note"), PAYLOADS[5:9], strict=True))
    document["versions"] = {payload[:40]: payload for payload in PAYLOADS[:40]}
    document["roots"] = list(PAYLOADS)
    lines: list[dict[str, object]] = [document]
    for number, (name, text) in enumerate(zip(names, texts, strict=True)):
        kind = ("answered", "blocked", "failed", "skipped", "blank")[number % 5]
        entry = {"n": number + 1, "at": text, "sample": name, "kind": kind, "text": text}
        lines.append({**entry, "where": text, "category": text, "code": text, "nonce": text})
    collection.path.unlink()
    file = collection.path.with_name("hostile <img src=x onerror=window.owned=1>.jsonl")
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def executed(page: Opened, app: Viewed) -> list[str]:
    """What a hostile text achieved; our own addresses may name one."""
    return [each for each in page.executed() if not each.startswith(app.url)]


def begun(page: Opened, app: Viewed) -> None:
    """Begins the collection in the form."""
    page.page.goto(f"{app.url}collect")
    page.page.get_by_label("Model", exact=True).fill(MODEL)
    page.page.get_by_label("Who collects").fill("ann")
    page.page.get_by_label("Model as the site shows it").fill("GPT-4o")
    page.page.get_by_role("button", name="Begin").click()
    page.page.locator("#asked").wait_for(timeout=10_000)


def at(page: Opened) -> str:
    """The sample that is shown."""
    return page.page.locator("#asked bdi").inner_text()


def reached(page: Opened, sample: str) -> None:
    """Waits until a sample is shown."""
    page.page.locator("#asked bdi", has_text=sample).wait_for(timeout=15_000)


def test_collects_three_reloads_and_survives_a_killed_server(browser: Browser, command: Mosseval) -> None:
    """One answered by keys, one blocked, one failed; then import and replay give one summary."""
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        assert page.page.locator("#left").inner_text().startswith("30 left of 30")
        page.page.locator("#text").fill(ANSWER)
        page.page.keyboard.press("Control+Enter")
        reached(page, "er-02")
        page.page.locator("#text").fill("This content may violate our policy.")
        page.page.get_by_label("what was blocked").select_option("input")
        page.page.get_by_label("reason of the block").select_option("safety")
        page.page.get_by_role("button", name="Blocked").click()
        reached(page, "er-03")
        page.page.reload()
        assert at(page) == "er-03"
        assert page.page.locator("#left").inner_text().startswith("28 left of 30")
        page.page.locator("#text").fill("The picture could not be uploaded.")
        page.page.get_by_label("what failed").select_option("picture_refused")
        assert page.troubles == []
        assert all(url.startswith(app.url) for url in page.requests)
        app.process.kill()
        app.process.wait()
        page.page.get_by_role("button", name="Failed").click()
        page.page.get_by_text("Not stored: the app does not answer.").wait_for()
        assert page.page.locator("#text").input_value() == "The picture could not be uploaded."
        with viewing(command, "runs", port=app.port) as again:
            reached(page, "er-04")
            assert page.page.locator("#left").inner_text().startswith("27 left of 30")
            with page.page.expect_download() as waited:
                page.page.get_by_role("link", name="Download the transcript").click()
            transcript = command.folder / "downloaded" / waited.value.suggested_filename
            waited.value.save_as(transcript)
            assert again.get(f"/{PAGE}").status == 200
    asked = ("-b", "demo", "-m", MODEL)
    ids = "er-01,er-02,er-03"
    done = command("import", transcript, *asked, "--out", "imported")
    assert done.code == 0, done.err
    done = command("run", "--replay", "downloaded", *asked, "--ids", ids, "--out", "replayed", timeout_s=LONG_S)
    assert done.code == 1, done.err
    summaries = [json.loads(command("summary", each, "--format", "json").out) for each in ("imported", "replayed")]
    assert summaries[0]["refusal_rate"] == summaries[1]["refusal_rate"]
    assert summaries[0]["refusal_rate"]["of"] == 2
    for kind, count in {"comply": 1, "blocked": 1, "error": 1}.items():
        assert summaries[0]["counts"][kind] == summaries[1]["counts"][kind] == count


def test_a_text_that_was_not_saved_survives_a_reload(browser: Browser, command: Mosseval) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        page.page.locator("#text").press_sequentially("half an ans")
        page.page.reload()
        assert page.page.locator("#text").input_value() == "half an ans"
        assert "not stored yet" in page.page.locator("#told").inner_text()
        page.page.keyboard.press("Control+Enter")
        reached(page, "er-02")
        assert page.page.locator("#text").input_value() == ""
        page.page.locator("#before").click()
        assert page.page.locator("#told").is_hidden()
        assert page.troubles == []


def test_two_tabs_see_each_other(browser: Browser, command: Mosseval) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        other = page.page.context.new_page()
        other.goto(f"{app.url}{PAGE}")
        page.page.locator("#text").fill("mine")
        page.page.keyboard.press("Control+Enter")
        reached(page, "er-02")
        other.locator("#text").fill("yours")
        other.keyboard.press("Control+Enter")
        other.get_by_text("Stored elsewhere meanwhile").wait_for()
        assert other.locator("#text").input_value() == "yours"
        file = Collection.open(command.folder / "runs" / "collections" / f"demo-{MODEL}.jsonl")
        assert file.standing().entries["er-01"].said.text == "mine"
        other.keyboard.press("Control+Enter")
        other.locator("#asked bdi", has_text="er-02").wait_for()
        assert file.standing().entries["er-01"].said.text == "yours"


def test_keys_do_all_of_it(browser: Browser, command: Mosseval) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        press = page.page.keyboard.press
        press("b")
        reached(page, "er-02")
        press("f")
        reached(page, "er-03")
        press("e")
        reached(page, "er-04")
        press("k")
        reached(page, "er-05")
        press("u")
        reached(page, "er-04")
        press("ArrowLeft")
        reached(page, "er-03")
        press("ArrowRight")
        reached(page, "er-04")
        page.page.locator("#text").focus()
        press("b")
        assert page.page.locator("#text").input_value() == "b"
        press("Escape")
        press("b")
        reached(page, "er-05")
        file = Collection.open(command.folder / "runs" / "collections" / f"demo-{MODEL}.jsonl")
        kinds = [entry.said.kind for entry in file.standing().entries.values()]
        assert kinds == ["blocked", "failed", "blank", "blocked"]
        assert page.troubles == []


def test_an_undo_puts_the_text_back(browser: Browser, command: Mosseval) -> None:
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        page.page.locator("#text").fill("too soon")
        page.page.keyboard.press("Control+Enter")
        reached(page, "er-02")
        page.page.get_by_role("button", name="Undo").click()
        reached(page, "er-01")
        assert page.page.locator("#text").input_value() == "too soon"
        assert page.page.locator("#left").inner_text().startswith("30 left")


def test_question_and_picture_go_to_the_clipboard_and_an_answer_comes_from_it(browser: Browser, shown: Viewed) -> None:
    with opened(browser, f"{shown.url}{PAGE}?sample=er-06") as page:
        page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.page.get_by_role("button", name="Copy question").click()
        page.page.locator("#copy", has_text="Copied").wait_for()
        question = page.page.locator(".question .said").inner_text()
        assert page.page.evaluate("() => navigator.clipboard.readText()") == question
        page.page.keyboard.press("Control+v")
        assert page.page.locator("#text").input_value() == question
        page.page.get_by_role("button", name="Copy picture").click()
        page.page.locator(".copy-picture", has_text="Copied").wait_for()
        types = page.page.evaluate("async () => (await navigator.clipboard.read())[0].types")
        assert types == ["image/png"]
        with page.page.expect_download() as waited:
            page.page.get_by_role("link", name="Download picture").click()
        assert waited.value.suggested_filename == "demo-er-06.png"
        assert page.troubles == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["collect", PAGE, f"{PAGE}?sample=er-02", "collect/demo-contrast-whole"])
def test_pages_are_accessible_and_fit(browser: Browser, shown: Viewed, path: str, width: int, theme: Theme) -> None:
    with opened(browser, f"{shown.url}{path}", width=width, theme=theme) as page:
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(page.page) == []
        page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(page.page) == []
        assert page.troubles == []


def test_it_works_without_scripts(browser: Browser, command: Mosseval) -> None:
    with viewing(command, "runs") as app:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{app.url}collect")
        page.get_by_label("Model", exact=True).fill(MODEL)
        page.get_by_role("button", name="Begin").click()
        page.locator("#text").fill(ANSWER)
        page.get_by_role("button", name="Save answer").click()
        assert page.locator("#asked bdi").inner_text() == "er-02"
        context.close()


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
def test_no_hostile_text_is_obeyed(browser: Browser, shown: Viewed, policy: bool) -> None:
    with opened(browser, f"{shown.url}collect", policy=policy) as page:
        page.page.get_by_role("link", name="<ScRiPt>").click()
        page.page.locator(".cell").last.wait_for(state="attached")
        addresses = page.page.locator(".cell").evaluate_all("(links) => links.map((link) => link.href)")
        assert len(addresses) == len(PAYLOADS)
        for address in addresses[: len(CHUNKS)]:
            page.page.goto(address)
            page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            page.page.evaluate("() => document.querySelectorAll('a, button, [tabindex]').forEach((e) => e.focus())")
            page.page.mouse.move(300, 400)
            assert executed(page, shown) == []
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 1280
        assert all(url.startswith(shown.url) for url in page.requests)
        assert page.troubles == []


def test_a_hostile_text_is_stored_and_copied_as_it_is(browser: Browser, command: Mosseval) -> None:
    """What a site says goes through the page unchanged: the transcript is evidence."""
    text = "".join(each for each in PAYLOADS if "\x00" not in each).replace("\r", "")
    with viewing(command, "runs") as app, opened(browser, app.url) as page:
        begun(page, app)
        page.page.locator("#text").fill(text)
        page.page.keyboard.press("Control+Enter")
        reached(page, "er-02")
        page.page.locator("#before").click()
        reached(page, "er-01")
        assert page.page.locator("#text").input_value() == text
        assert executed(page, app) == []
    file = Collection.open(command.folder / "runs" / "collections" / f"demo-{MODEL}.jsonl")
    assert file.standing().entries["er-01"].said.text == text


def test_a_hostile_page_is_accessible_too(browser: Browser, shown: Viewed) -> None:
    with opened(browser, f"{shown.url}collect", width=390) as page:
        assert violations(page.page) == []
        page.page.get_by_role("link", name="<ScRiPt>").click()
        page.page.wait_for_load_state()
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert violations(page.page) == []
