"""Runs side by side in the local app: which samples differ, by whom, and what a URL may ask for."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from made_runs import Made, add, make, make_repeated
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.store import RunFolder
from mosseval.store.codec import judgement_line
from mosseval.types import Judgement

KINDS = {
    "one": ("comply", "comply", "comply", "partial", "error", "refuse"),
    "two": ("comply", "refuse", "refuse", "refuse", "refuse", "input/safety"),
}
LONG_S = 120.0


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("compare"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    """The app over runs of one benchmark, one of other questions, and one that cannot be read."""
    runs = command.folder / "runs"
    for name, kinds in KINDS.items():
        changed(make(runs / name, [Made(each) for each in kinds]).path, model=f"model-{name}")
    second = RunFolder.read(runs / "one")
    verdict = Judgement("refuse", True, reason="a second word", sure=False)
    with second.judgements("human", 0) as lines:
        lines.append(judgement_line("b/0/0", verdict, judge="human", judge_version="1", answer="an answer"))
    changed(make(runs / "other", [Made("comply")] * 6).path, questions="x" * 64, model="model-other")
    again = make_repeated(runs / "repeated", [[Made("comply"), Made("refuse")]] * 6, decoding={"temperature": 1.0})
    changed(again.path, model="model-repeated")
    (runs / "broken").mkdir()
    (runs / "broken" / "run.json").write_text("{")
    with viewing(command, "runs") as running:
        yield running


def changed(run: Path, *, model: str, questions: str = "q") -> None:
    """Gives a made run a model and questions of its own."""
    manifest = json.loads((run / "run.json").read_text())
    manifest["config"]["model"] = model
    manifest["data"]["questions_sha256"] = questions
    (run / "run.json").write_text(json.dumps(manifest))


def url(*runs: str, **asked: str) -> str:
    """The address of a comparison."""
    return f"/compare?{urlencode([*(('run', run) for run in runs), *asked.items()])}"


def heading(page: str) -> str:
    """Which sample is shown, and its place."""
    found = re.search(r'<h2 id="sample-title">(.*?)</h2>', page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())


def test_without_runs_there_is_a_list_to_choose_from(app: Viewed) -> None:
    page = app.get("/compare").body
    assert page.count('type="checkbox"') == 4
    assert "broken" not in page


def test_shows_both_with_their_paired_difference(app: Viewed) -> None:
    page = app.get(url("one", "two")).body
    assert "model-one" in page
    assert "model-two" in page
    assert "2 / 0" in page
    assert "McNemar" in page
    assert str(Path.cwd()) not in page
    assert "/runs/one" in page
    assert heading(page) == "0 1 of 6"


@pytest.mark.parametrize(
    ("only", "shown"),
    [("", ["0", "1", "2", "3", "4", "5"]), ("label", ["1", "2", "3", "4", "5"]), ("outcome", ["1", "2"])],
)
def test_only_where_they_differ(app: Viewed, only: str, shown: list[str]) -> None:
    found, sample = [], ""
    while True:
        page = app.get(url("one", "two", only=only, sample=sample)).body
        found.append(heading(page).split()[0])
        after = re.search(r'id="after" href="[^"]*sample=(\d)', page)
        if after is None:
            break
        sample = after[1]
    assert found == shown
    assert heading(page) == f"{shown[-1]} {len(shown)} of {len(shown)}"


def test_a_sample_outside_the_filter_is_shown_all_the_same(app: Viewed) -> None:
    assert heading(app.get(url("one", "two", only="outcome", sample="0")).body) == "0 not among the 2"


def test_no_sample_is_left_where_nothing_differs(app: Viewed) -> None:
    page = app.get(url("repeated", "one", only="outcome", repeat="0")).body
    assert heading(page).endswith("of 2")
    same = app.get(url("two", "two", only="label")).body
    assert "one run alone cannot be compared" in same


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        (("one", "other"), "asked different questions: SHA-256 q… and xxxxxxxxxxxx…"),
        (("one", "nothing"), "nothing: there is no such run"),
        (("one", "broken"), "cannot be read as a run"),
        (("one",), "one run alone cannot be compared"),
        (("nothing", "../one"), "there is no such run"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(app: Viewed, runs: tuple[str, ...], why: str) -> None:
    page = app.get(url(*runs)).body
    reason = page.replace("xxxxxxxxxxxx… and q…", "q… and xxxxxxxxxxxx…")
    assert why in reason
    assert 'type="checkbox"' in page


def test_a_run_of_other_questions_leaves_the_others_beside_each_other(app: Viewed) -> None:
    page = app.get(url("one", "two", "other")).body
    assert "asked different questions" in page
    assert page.count('<article class="answer') == 2


def test_every_judge_is_shown_and_one_can_be_asked_for(app: Viewed) -> None:
    page = app.get(url("one", "two", sample="0")).body
    assert "a second word" in page
    assert "(not sure)" in page
    theirs = app.get(url("one", "two", sample="0", judge="human")).body
    assert "judges differ" not in theirs
    assert '<option value="human" selected>' in theirs


def test_only_what_differs_is_marked(app: Viewed) -> None:
    page = app.get(url("one", "repeated", sample="0", repeat="1")).body
    differing, alike = page.split('aria-label="What is the same"')
    differing = differing.split('aria-label="What differs"')[1]
    assert "<mark>temperature 1.0</mark>" in differing
    assert "<mark>model-repeated</mark>" in differing
    assert "endpoint" not in differing
    assert "http://host/v1" in alike


def test_repeats_are_looked_at_one_by_one(app: Viewed) -> None:
    first, second = (app.get(url("repeated", "one", sample="0", repeat=each)).body for each in "01")
    assert "complied" in first.split('<article class="answer')[1]
    assert "refused" in second.split('<article class="answer')[1]


@pytest.mark.parametrize(
    "asked",
    [
        "run=one&run=two&sample=%00%ff&only=<b>&judge=__class__&repeat=-1",
        "run=one&run=two&repeat=99999999999999999999&sample=" + "x" * 3000,
        "run=one&run=two&sample=../../etc/passwd&judge=../../x&repeat=%D9%A1",
        "&".join(f"run={name}" for name in ["one", "two"] * 500),
        "run=%2e%2e%2fone&run=one%2frun.json&run=%00",
    ],
    ids=range(5),
)
def test_a_hostile_url_shows_something_or_nothing(app: Viewed, asked: str) -> None:
    answer = app.get(f"/compare?{asked}")
    assert answer.status == 200
    assert "<b>" not in answer.body.replace("<bdi>", "")
    assert "root:" not in answer.body


def test_it_follows_a_run_that_goes_on(command: Mosseval, app: Viewed) -> None:
    folder = make(command.folder / "runs" / "growing", [Made("comply"), Made("pending")], order=[0])
    changed(folder.path, model="growing")
    assert "not asked yet" in app.get(url("one", "growing", sample="1")).body
    add(RunFolder.read(folder.path), 1, Made("refuse"), text="I will not")
    page = app.get(url("one", "growing", sample="1")).body
    assert "I will not" in page


def test_a_large_run_is_walked_through_quickly(command: Mosseval) -> None:
    """12,000 records a run: the first page reads them, every further sample is one line of each."""
    runs = command.folder / "large"
    for name, kind in (("a", "comply"), ("b", "refuse")):
        made = [Made(kind if number % 3 else "partial") for number in range(12_000)]
        changed(make(runs / name, made).path, model=name)
    with viewing(command, "large") as app:
        assert "of 8,000" in app.get(url("a", "b", only="outcome")).body
        started = time.monotonic()
        for sample in range(1, 6):
            assert heading(app.get(url("a", "b", only="outcome", sample=str(sample))).body)
        each = (time.monotonic() - started) / 5
    assert each < 0.5
