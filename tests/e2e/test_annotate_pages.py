"""What the app answers where people label: who may write, what a URL may name, what is said when nothing was saved."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from labelled import answered_run, journal_lines
from mosseval_process import Mosseval
from view_process import Answer, Viewed, viewing

from mosseval.annotations.places import journal_name

TEXTS = tuple(f"this is answer {number}" for number in range(8))


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("pages"))
    (started.folder / "runs").mkdir()
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    with viewing(command, "runs") as running:
        yield running


@pytest.fixture
def run(command: Mosseval, request: pytest.FixtureRequest) -> Path:
    """A run that nobody has labelled."""
    folder = command.folder / "runs" / hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    answered_run(folder, TEXTS, model="secret-model")
    return folder


def begun(app: Viewed, run: Path, rater: str = "Anna") -> tuple[str, str]:
    """The path of a desk, and the handle of a rater's first open answer."""
    answer = app.get(f"/annotate?run={run.name}&rater={rater}")
    assert answer.status == 303, answer.body
    path = answer.headers["location"].partition("?")[0]
    return path, app.get(f"{path}?rater={rater}").body.partition('data-handle="')[2].partition('"')[0]


def give(app: Viewed, path: str, handle: str, **changed: str) -> Answer:
    """A label as the page sends it."""
    fields = {"rater": "Anna", "at": handle, "seen": "", "entry": "e1", "choice": "1", "note": "", **changed}
    return app.post(f"{path}/give", fields)


def journal(run: Path, rater: str = "Anna") -> list[object]:
    file = run / "annotations" / journal_name(rater)
    return [line.get("label") for line in journal_lines(file)] if file.exists() else []


def test_a_label_is_on_the_disk_when_the_answer_comes(app: Viewed, run: Path) -> None:
    path, at = begun(app, run)
    answer = give(app, path, at, choice="4")
    assert answer.status == 303
    assert at not in answer.headers["location"]
    assert journal(run) == ["refuse"]
    assert give(app, path, at, choice="4").status == 303
    assert journal(run) == ["refuse"]
    assert "told=overtaken" in give(app, path, at, entry="e2").headers["location"]
    assert give(app, path, at, entry="e3", seen="e1", choice="3").status == 303
    assert journal(run) == ["refuse", "partial"]


def test_nobody_writes_without_the_token_of_this_process(app: Viewed, run: Path) -> None:
    path, at = begun(app, run)
    fields = {"rater": "Anna", "at": at, "seen": "", "entry": "e1", "choice": "1", "note": ""}
    for what in ("give", "undo"):
        wrong = app.post(f"{path}/{what}", fields, token="wrong")
        assert (wrong.status, wrong.headers["x-mosseval-token"]) == (403, "stale")
        assert app.post(f"{path}/{what}", fields, Origin="http://evil.example").status == 403
        assert app.get(f"{path}/{what}").status == 405
        assert app.ask("POST", f"{path}/{what}", {"Origin": app.origin}).status in (400, 403)
    assert journal(run) == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"choice": "9"}, 400),
        ({"choice": "<script>"}, 400),
        ({"rater": " "}, 400),
        ({"rater": "a\u202eb"}, 400),
        ({"rater": "x" * 200}, 400),
        ({"at": "../../etc"}, 404),
        ({"at": ""}, 404),
        ({"entry": ""}, 400),
        ({"entry": "../x"}, 400),
        ({"entry": "x" * 65}, 400),
        ({"note": "x" * 2001}, 400),
    ],
)
def test_what_is_no_label_is_refused(app: Viewed, run: Path, changed: dict[str, str], status: int) -> None:
    path, at = begun(app, run)
    assert give(app, path, at, **changed).status == status
    assert journal(run) == []


@pytest.mark.parametrize(
    "path",
    ["/annotate/..", "/annotate/00000000", "/annotate/%2e%2e%2fone", "/annotate/one", "/annotate/-", "/annotate/a-a-a"],
)
def test_a_url_names_runs_by_their_code_or_nothing(app: Viewed, path: str) -> None:
    for more in ("", "/decide", "/picture/x/0"):
        assert app.get(f"{path}{more}?rater=Anna").status == 404


def test_no_page_of_a_rater_tells_model_judge_run_or_other_raters(app: Viewed, run: Path) -> None:
    path, at = begun(app, run)
    assert give(app, path, at, rater="Somebody Else", note="hush").status == 303
    for address in (path, f"{path}?rater=Anna", f"{path}?rater=Anna&at={at}", f"{path}?rater=Anna&at={at}&part=live"):
        body = app.get(address).body
        for hidden in ("secret-model", "rules", run.name, "Somebody", "hush", "Krippendorff"):
            assert hidden not in body, (address, hidden)
    assert give(app, path, at, entry="e9").status == 303
    assert "1 of 1" in app.get(f"{path}?rater=Anna").body


def test_a_picture_is_a_picture_of_the_item(app: Viewed, run: Path) -> None:
    path, at = begun(app, run)
    for number in ("0", "99", "-1", "x"):
        assert app.get(f"{path}/picture/{at}/{number}").status == 404
    assert app.get(f"{path}/picture/..%2f..%2fetc%2fpasswd/0").status == 404


def test_where_nothing_can_be_written_the_page_says_so(app: Viewed, run: Path) -> None:
    path, at = begun(app, run)
    folder = run / "annotations"
    folder.mkdir()
    (folder / journal_name("Anna")).mkdir()
    answer = give(app, path, at)
    assert answer.status in (400, 503)
    assert "cannot" in answer.body or "no plain file" in answer.body
    (folder / journal_name("Anna")).rmdir()
    folder.rmdir()
    elsewhere = run.parent / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    assert "is a link" in give(app, path, at, entry="e2").body
    assert list(elsewhere.iterdir()) == []


def test_runs_without_an_answer_are_said_to_have_none(app: Viewed, run: Path) -> None:
    answered_run(run.parent / "none", [])
    answer = app.get("/annotate?run=none")
    assert answer.status == 409
    assert "no answer yet" in answer.body


def test_a_large_run_stays_quick_once_its_answers_are_read(app: Viewed, run: Path) -> None:
    large = run.parent / "large"
    answered_run(large, [f"answer {number} " * 40 for number in range(3000)])
    path, at = begun(app, large)
    started = time.monotonic()
    for number in range(10):
        assert give(app, path, at, entry=f"e{number}", seen=f"e{number - 1}" if number else "").status == 303
        app.get(f"{path}?rater=Anna")
    assert (time.monotonic() - started) / 10 < 0.5
