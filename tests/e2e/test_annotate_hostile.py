"""The whole hostile corpus through every page where people label, in real Chromium: nothing of it is obeyed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from browser import Opened, opened, violations
from hostile import PAYLOADS
from labelled import act, answered_run
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.annotations.acts import Answer
from mosseval.annotations.desk import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUN = "<img src=x onerror=window.owned=1>"
SAID = (("comply", False, ""), ("refuse", True, "Ben"), ("partial", True, ""))
"""What is said of each answer: by a rater with a hostile name, by another, and as a final word."""
AT = "2026-11-25T10:00:00.{:06d}+00:00"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewed]:
    """A run in which every answer, question, picture, rater and note is a stranger's, and raters differ on each."""
    command = Mosseval(tmp_path_factory.mktemp("hostile"))
    run = command.folder / "runs" / RUN
    answered_run(run, PAYLOADS, model=RUN)
    _spoil(run)
    (run / "annotations").mkdir()
    lines = []
    for number, item in enumerate(Desk.of([run], out=None, seed="0").items):
        payload, answer = PAYLOADS[number], Answer(item.answer.key, item.answer.sha256)
        rater = payload.replace("\x00", "")[:80] or "x"
        for turn, (label, refusal, name) in enumerate(SAID):
            made = act(f"{number}n{turn}", label, refusal, rater=name or rater, answer=answer, note=payload)
            made = replace(made, at=AT.format(number * 3 + turn), final=turn == 2)
            lines.append(json.dumps(made.document()) + "\n")
    (run / "annotations" / "strangers.jsonl").write_text("".join(lines), encoding="utf-8")
    with viewing(command, "runs") as running:
        yield running
    command.end()


def _spoil(run: Path) -> None:
    rows = [json.loads(line) for line in (run / "samples.jsonl").read_bytes().splitlines()]
    for number, row in enumerate(rows):
        row["question"] = PAYLOADS[-number - 1]
        row["image"] = {"path": PAYLOADS[-number - 1], "sha256": PAYLOADS[number], "type": "x", "bytes": -1}
    (run / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    manifest = json.loads((run / "run.json").read_text())
    manifest["data"]["roots"] = ["/", "/etc", PAYLOADS[0]]
    (run / "run.json").write_text(json.dumps(manifest))


def code(app: Viewed) -> str:
    return app.get(f"/annotate?run={quote(RUN)}&rater=A").headers["location"].partition("?")[0]


def unharmed(page: Opened, app: Viewed) -> None:
    page.page.evaluate("() => document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.page.wait_for_timeout(200)
    assert page.executed() == []
    assert all(request.startswith(app.url) for request in page.requests)
    assert page.troubles == []


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
def test_no_text_is_obeyed_on_any_answer(app: Viewed, browser: Browser, policy: bool) -> None:
    with opened(browser, f"{app.origin}{code(app)}?rater={quote(f'{PAYLOADS[0]}!')}", policy=policy) as page:
        seen = set()
        for _ in PAYLOADS:
            at = page.page.locator("[data-handle]").get_attribute("data-handle")
            seen.add(at)
            if page.page.locator("a[data-key=ArrowRight]").count() == 0:
                break
            page.page.keyboard.press("ArrowRight")
            page.page.wait_for_function("(at) => document.querySelector('[data-handle]').dataset.handle !== at", arg=at)
        assert len(seen) == len(PAYLOADS)
        unharmed(page, app)


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "escaping alone"])
def test_no_text_is_obeyed_where_people_decide_and_organise(app: Viewed, browser: Browser, policy: bool) -> None:
    addresses = [
        f"{app.origin}{code(app)}/decide?rater={quote(PAYLOADS[1])}&first={first}" for first in range(0, 250, 50)
    ]
    with opened(browser, f"{app.url}annotate?run={quote(RUN)}", policy=policy) as page:
        unharmed(page, app)
        for address in addresses:
            page.page.goto(address)
            assert page.page.locator(".decide").count() > 25
            unharmed(page, app)


def test_hostile_pages_are_accessible_and_fit_a_phone(app: Viewed, browser: Browser) -> None:
    with opened(browser, f"{app.url}annotate?run={quote(RUN)}", width=390) as page:
        for address in ("", f"{code(app)}?rater=A", f"{code(app)}/decide?rater=A"):
            if address:
                page.page.goto(f"{app.origin}{address}")
            assert page.page.evaluate("() => document.documentElement.scrollWidth") <= 390
            assert violations(page.page) == []


def test_nothing_steers_what_is_seen(app: Viewed) -> None:
    for address in (f"/annotate?run={quote(RUN)}", f"{code(app)}/decide?rater=A"):
        body = app.get(address).body
        for character in "\x1b\x00\x07\x08\x9b\u202e\u2066\u2028\u200e\U000e0041\ufeff":
            assert character not in body, f"U+{ord(character):04X}"
