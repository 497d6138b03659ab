"""Runs side by side in real Chromium: chosen, walked through by arrow keys, filtered, and obeying no string in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from browser import THEMES, WIDTHS, Opened, Theme, chromium, opened, violations
from hostile import PAYLOADS
from made_runs import Made, make
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.store.codec import answer_sha256

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG_S = 120.0
PAIR = "compare?run=demo-simulated-helpful&run=demo-simulated-cautious"
THREE = f"{PAIR}&run=demo-simulated-blocking"
CONTRAST = "compare?run=demo-contrast-simulated-helpful&run=demo-contrast-simulated-cautious"
CHUNKS = ["\n".join(PAYLOADS[start : start + 24]) for start in range(0, len(PAYLOADS), 24)]
SPOILED = ("one <img src=x onerror=window.owned=1>", "two")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewed]:
    """The app over runs of simulated models on both demo sets, and two that a stranger wrote."""
    command = Mosseval(tmp_path_factory.mktemp("compared"))
    for benchmark in ("demo", "demo-contrast"):
        models = [part for name in ("helpful", "cautious", "blocking") for part in ("-m", f"simulated/{name}")]
        done = command("run", *models, "-b", benchmark, "--quiet", timeout_s=LONG_S)
        assert done.code == 0, done.err
    for number, name in enumerate(SPOILED):
        _spoil(make(command.folder / "runs" / name, [Made("comply") for _ in CHUNKS]).path, number)
    with viewing(command, "runs") as running:
        yield running
    command.end()


@pytest.fixture(scope="module")
def browser(app: Viewed) -> Iterator[Browser]:
    """After the app: runs are made with an event loop of their own, which the browser's driver does not suffer."""
    assert app.port
    with chromium() as running:
        yield running


def _spoil(run: Path, number: int) -> None:
    """Lets a stranger write a run: the whole corpus in every field that is shown."""
    manifest = json.loads((run / "run.json").read_text())
    manifest["config"].update(model=PAYLOADS[number], endpoint=PAYLOADS[2 + number], system_prompt=PAYLOADS[4 + number])
    manifest["config"]["decoding"] = {payload[:60]: payload for payload in PAYLOADS[number::2]}
    manifest["versions"] = {payload[:60]: payload for payload in PAYLOADS}
    manifest["data"]["roots"] = ["/", "/etc", *PAYLOADS]
    (run / "run.json").write_text(json.dumps(manifest))
    model = manifest["config"]["model"]
    rows = [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]
    for row, text in zip(rows, CHUNKS, strict=True):
        row.update(question=text, expected=text, tags={"stimulus": text, "harm": [text]})
        row["image"] = {"path": text, "sha256": text, "type": text, "bytes": -1}
    (run / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    records = [json.loads(line) for line in (run / "records-0.jsonl").read_text().splitlines()]
    for record, text in zip(records, CHUNKS, strict=True):
        told = {payload[:40]: payload for payload in text.split("\n")}
        record.update(text=text, model=model, served_model=text, provider=text, finish_reason=text, request_sha256=text)
        record.update(dropped_params=[text], added_params=told, safety_settings=told, images=[told], usage=told)
    (run / "records-0.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    verdicts = [json.loads(line) for line in (run / "judgements-rules-0.jsonl").read_text().splitlines()]
    with (run / "judgements-rules-0.jsonl").open("w") as file:
        for verdict, text in zip(verdicts, CHUNKS, strict=True):
            verdict.update(answer_sha256=answer_sha256(text), reason=text, evidence=[3, 10**9], judge_version=text)
            file.write(json.dumps(verdict) + "\n")
            for judge in PAYLOADS[:20]:
                file.write(json.dumps({**verdict, "judge": judge, "label": judge}) + "\n")


def executed(page: Opened, app: Viewed) -> list[str]:
    """What a hostile text achieved; our own addresses may name one."""
    return [each for each in page.executed() if not each.startswith(app.url)]


def title(page: Opened) -> str:
    """Which sample is shown, and its place."""
    return " ".join(page.page.locator("#sample-title").inner_text().split())


def test_two_runs_are_chosen_and_walked_through_by_keys(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}compare") as page:
        for run in ("demo-simulated-helpful", "demo-simulated-cautious"):
            page.page.locator(f'input[value="{run}"]').check()
        page.page.get_by_role("button", name="Compare").click()
        page.page.locator("#sample-title").wait_for()
        assert title(page) == "er-01 1 of 30"
        for key, shown in (
            ("ArrowRight", "er-02 2 of 30"),
            ("ArrowRight", "er-03 3 of 30"),
            ("ArrowLeft", "er-02 2 of 30"),
        ):
            page.page.keyboard.press(key)
            page.page.locator("#sample-title", has_text=shown.split()[0]).wait_for()
            assert title(page) == shown
        assert "sample=er-02" in page.page.url
        page.page.reload()
        assert title(page) == "er-02 2 of 30"
        page.page.go_back()
        page.page.locator("#sample-title", has_text="er-03").wait_for()
        assert page.troubles == []
        assert all(url.startswith(app.url) for url in page.requests)


def test_only_where_the_verdicts_differ_and_the_url_says_so(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}{PAIR}") as page:
        page.page.get_by_label("Show").first.select_option("label")
        page.page.wait_for_url("**only=label**")
        place = title(page)
        total = int(place.split()[-1])
        assert 0 < total < 30
        kinds = page.page.locator(".answer h3 .badge").all_inner_texts()
        assert len(set(kinds)) == 2
        page.page.keyboard.press("ArrowRight")
        page.page.locator("#sample-title", has_text=f"2 of {total}").wait_for()
        kinds = page.page.locator(".answer h3 .badge").all_inner_texts()
        assert len(set(kinds)) == 2
        assert page.page.locator(".answer.differs").count() == 1
        assert page.troubles == []


def test_the_picture_is_the_one_that_was_sent(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}{THREE}&sample=er-02") as page:
        width = page.page.evaluate("() => document.querySelector('.asked img').naturalWidth")
        assert width > 100
        assert page.page.locator(".answer").count() == 3
        assert page.page.locator(".answer mark").count() >= 2


def test_words_that_differ_are_marked_when_asked_for(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}{PAIR}&sample=er-03") as page:
        page.page.get_by_label("Mark words that differ").check()
        page.page.wait_for_url("**words=1**")
        marks = page.page.locator(".answer .said mark")
        assert title(page) == "er-03 3 of 30"
        assert marks.count() >= 2
        page.page.keyboard.press("ArrowRight")
        page.page.locator("#sample-title", has_text="er-04").wait_for()
        assert page.page.get_by_label("Mark words that differ").is_checked()
        assert page.troubles == []


def test_another_run_becomes_the_baseline(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}{PAIR}&sample=er-02") as page:
        assert "beside simulated/helpful" in page.page.locator("caption").first.inner_text()
        page.page.get_by_role("link", name="make baseline").click()
        page.page.get_by_text("beside simulated/cautious").first.wait_for()
        assert title(page) == "er-02 2 of 30"


def test_harmful_answers_are_shown_only_when_asked_for(browser: Browser, app: Viewed) -> None:
    with opened(browser, f"{app.url}{CONTRAST}") as page:
        assert page.page.locator(".answer").count() == 0
        assert "may disturb" in page.page.locator(".notice").inner_text()
        page.page.get_by_role("link", name="Show them").click()
        page.page.locator(".answer").first.wait_for()
        page.page.keyboard.press("ArrowRight")
        page.page.locator("#sample-title", has_text="2 of 10").wait_for()
        assert page.page.locator(".answer").count() == 2


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "path",
    ["compare", PAIR, f"{THREE}&only=label", CONTRAST, "compare?run=demo-simulated-helpful&run=nothing"],
    ids=["choose", "two", "three", "warned", "refused"],
)
def test_pages_are_accessible_and_fit(browser: Browser, app: Viewed, path: str, width: int, theme: Theme) -> None:
    with opened(browser, f"{app.url}{path}", width=width, theme=theme) as page:
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert violations(page.page) == []
        assert page.troubles == []


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
def test_no_hostile_text_is_obeyed(browser: Browser, app: Viewed, policy: bool) -> None:
    first, second = map(quote, SPOILED)
    with opened(browser, f"{app.url}compare?run={first}&run={second}", policy=policy) as page:
        for number in range(len(CHUNKS)):
            page.page.locator("#sample-title", has_text=f"{number + 1} of {len(CHUNKS)}").wait_for()
            if number == len(CHUNKS) // 2:
                page.page.get_by_label("Mark words that differ").check()
                page.page.wait_for_url("**words=1**")
            page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            page.page.evaluate("() => document.querySelectorAll('a, button, [tabindex]').forEach((e) => e.focus())")
            page.page.mouse.move(300, 500)
            assert executed(page, app) == []
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 1280
            assert page.page.locator(".answer").count() == 2
            page.page.evaluate("() => document.activeElement.blur()")
            page.page.keyboard.press("ArrowRight")
        assert all(url.startswith(app.url) for url in page.requests)
        assert page.troubles == []


def test_a_hostile_comparison_is_accessible_too_and_nothing_steers(browser: Browser, app: Viewed) -> None:
    first, second = map(quote, SPOILED)
    with opened(browser, f"{app.url}compare?run={first}&run={second}", width=390) as page:
        assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert violations(page.page) == []
    for number in range(len(CHUNKS)):
        body = app.get(f"/compare?run={first}&run={second}&sample={number}").body
        for character in "\x1b\x00\x07\x08\x9b\u202e\u2066\u2028\u200e\U000e0041\ufeff":
            assert character not in body, f"U+{ord(character):04X}"
