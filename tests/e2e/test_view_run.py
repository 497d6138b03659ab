"""The page of one run and its samples, by `mosseval view` as a process: what the URL asks for is what is shown."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from made_runs import Made, add, make, make_repeated
from mosseval_process import Mosseval
from view_process import Viewed, viewing

from mosseval.store.codec import answer_sha256

LIST = "the list"
IDS = (
    *(
        "a/b",
        "..",
        ".",
        "...",
        "a/../../b",
        "%2e%2e",
        "a?b#c",
        "a b+c&d=e",
        "\u202e gnp",
        "new\nline",
        "nul\x00",
        "é 中",
    ),
    *("x" * 400, "y" * 3000, "<b>", '"onerror=1', "-", "a%2Fb", "\\..\\", "~", "@", ";", "s:1", " "),
)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosseval]:
    started = Mosseval(tmp_path_factory.mktemp("view"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def app(command: Mosseval) -> Iterator[Viewed]:
    """The app over a run of everything, one of hostile ids, and one of a contrast set."""
    runs = command.folder / "runs"
    _many(runs / "many")
    _ids(runs / "ids")
    make_repeated(runs / "contrast", [[Made("comply")], [Made("refuse")]], benchmark="demo-contrast")
    with viewing(command, "runs") as running:
        yield running


def _many(path: Path) -> None:
    """Ten samples asked twice, judged by `rules` and, the first four answers, by `other`."""
    kinds = ("refuse", "comply", "partial", "unjudged", "input/safety", "output/recitation", "empty", "error", "comply")
    stimuli = ("exaggerated_risk", "negated_harm")
    samples = [
        [Made(kind, stimuli[number % 2], ("violence", "privacy")), Made("refuse" if number == 1 else kind)]
        for number, kind in enumerate(kinds)
    ]
    samples.append([Made("pending"), Made("pending")])
    folder = make_repeated(path, samples)
    lines = [json.loads(line) for line in (path / "judgements-rules-0.jsonl").read_bytes().splitlines()]
    with (path / "judgements-other-0.jsonl").open("w") as file:
        for line in lines[:4]:
            other = {
                "judge": "other",
                "label": "comply",
                "refusal": False,
                "reason": "speaks of a violin",
                "evidence": [3, 9],
            }
            file.write(json.dumps({**line, **other}) + "\n")
    rows = [json.loads(line) for line in (path / "samples.jsonl").read_bytes().splitlines()]
    for number, row in enumerate(rows):
        row["question"] = f"How does a trumpet number {number} work?"
    (path / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert folder.manifest.repeats == 2


def _ids(path: Path) -> None:
    """A run whose samples are called IDS."""
    make(path, [Made("comply")] * len(IDS))
    names = {str(number): name for number, name in enumerate(IDS)}
    for file in path.glob("*.jsonl"):
        lines = [json.loads(line) for line in file.read_bytes().splitlines()]
        file.write_text("".join(json.dumps(_renamed(line, names)) + "\n" for line in lines))
    manifest = json.loads((path / "run.json").read_text())
    manifest["selected"] = list(IDS)
    (path / "run.json").write_text(json.dumps(manifest))


def _renamed(line: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    if "key" in line:
        line["key"] = f"b/{names[line['key'].split('/')[1]]}/0"
    if "sample_id" in line:
        line["sample_id"] = names[line["sample_id"]]
    return line


def ids(page: str) -> list[str]:
    """The numbers of the samples that a page of samples shows, in its order."""
    return re.findall(r'id="s(\d+)"', page)


def test_run_page_says_what_a_report_says(app: Viewed) -> None:
    page = app.get("/runs/many").body
    for words in ("by cause", "Provenance", "By type", "exaggerated risk", "timeout", "What stands outside the rate"):
        assert words in page
    assert '<a href="/runs/many/samples/7">' in page
    assert "mosseval report runs/many" in page
    assert "mosseval export runs/many --format csv" in page
    assert "Agreement of the judges" in page


def test_run_page_takes_another_judge(app: Viewed) -> None:
    own, other = app.get("/runs/many").body, app.get("/runs/many?judge=other").body
    assert "5 of 9" not in other
    assert own.count("judge</dt><dd><bdi>rules") == 1
    assert other.count("judge</dt><dd><bdi>other") == 1
    assert "--judge other" in other
    assert app.get("/runs/many?judge=%3Cb%3E").body.count("judge</dt><dd><bdi>rules") == 1


def test_how_the_samples_ended_leads_to_them(app: Viewed) -> None:
    page = app.get("/runs/many").body
    found = re.findall(r'<a class="badge (\w+)" href="([^"]+)">[^<]+<span class="num">(\d+)</span>', page)
    assert {kind: int(count) for kind, _, count in found} == {
        **{"refuse": 3, "comply": 3, "partial": 2, "unjudged": 2, "blocked": 2, "blocked_other": 2},
        **{"empty": 2, "error": 2, "pending": 2},
    }
    shown = {kind: "".join(ids(app.get(html.unescape(url)).body)) for kind, url, _ in found}
    assert shown["refuse"] == "01"
    assert shown["unjudged"] == "3"
    assert shown["blocked"] == "45"
    assert shown["pending"] == "9"


def test_the_commands_that_a_page_names_work(command: Mosseval, app: Viewed) -> None:
    named = re.findall(r"<code>(mosseval [^<]+)</code>", app.get("/runs/many?judge=other").body)
    assert len(named) == 3
    for line in named:
        done = command(*shlex.split(html.unescape(line))[1:])
        assert done.code == 0, (line, done.err)


def test_pages_that_this_app_does_not_have_are_not_linked(app: Viewed) -> None:
    page = app.get("/runs/many").body
    for path in set(re.findall(r'href="(/[^"]*)"', page)):
        assert app.get(html.unescape(path)).status == 200, path


def test_figures_are_drawn_by_name(app: Viewed) -> None:
    page = app.get("/runs/many").body
    names = re.findall(r'data-figure="([^"]+)"', page)
    assert len(names) >= 3
    for name in names:
        drawn = app.get(f"/runs/many/figures/{name}")
        assert drawn.body.startswith('<div class="figure"><svg')
        assert " style=" not in drawn.body
    assert app.get("/runs/many/figures/nothing").status == 404
    assert "data-figure" not in app.get("/runs/many").body


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", "0123456789"),
        ("label=refuse", "01"),
        ("label=refuse&label=partial", "012"),
        ("status=blocked", "45"),
        ("status=pending", "9"),
        ("status=error&status=empty", "67"),
        ("label=unjudged", "3"),
        ("tag.stimulus=negated_harm", "1357"),
        ("tag.harm=privacy&label=comply", "18"),
        ("tag.nothing=1", "0123456789"),
        ("label=nothing", ""),
        ("only=repeats+differ", "1"),
        ("only=judges+disagree", "01"),
        ("judge=other&label=comply", "01"),
        ("q=trumpet", "0123456789"),
        ("q=number+7", "7"),
        ("q=%22trumpet+number+3%22", "3"),
        ("q=violin", "01"),
        ("q=TIMEOUT", "7"),
        ("q=recitation", "5"),
        ("q=violin+trumpet&label=refuse", "01"),
        ("q=nothing-like-it", ""),
        ("sort=-order&label=refuse", "10"),
        ("sort=__class__&view=%00&page=-4&show=x", "0123456789"),
        ("page=999999999", "0123456789"),
    ],
)
def test_the_url_is_the_whole_state(app: Viewed, asked: str, shown: str) -> None:
    for look in ("", "&view=list"):
        found = app.get(f"/runs/many/samples?{asked}{look}")
        assert found.status == 200
        assert "".join(ids(found.body)) == shown
    assert app.get(f"/runs/many/samples?{asked}").body == app.get(f"/runs/many/samples?{asked}").body


def test_counts_stand_beside_filters_and_heed_the_others(app: Viewed) -> None:
    page = re.sub(r"\s+", " ", app.get("/runs/many/samples?tag.stimulus=negated_harm").body)
    assert re.search(r"label=refuse[^>]*><bdi>refused</bdi> <span class=\"num\">1</span>", page)
    assert re.search(r"aria-current=\"true\"><bdi>negated harm</bdi> <span class=\"num\">4</span>", page)
    assert re.search(r"exaggerated_risk[^>]*><bdi>exaggerated risk</bdi> <span class=\"num\">\d", page)


def test_one_sample_has_every_repeat_and_every_judge(app: Viewed) -> None:
    page = app.get("/runs/many/samples/1").body
    assert "repeat 2 of 2" in page
    assert page.count("speaks of a violin") == 2
    assert "<b><bdi>rules</bdi></b>" in page
    assert '<q class="quote" dir="auto">' in page
    assert "request, SHA-256" in page
    block = app.get("/runs/many/samples/4").body
    assert "safety, at the input" in block


def test_steps_go_through_what_fits(app: Viewed) -> None:
    page = app.get("/runs/many/samples/2?label=refuse&label=partial&label=comply").body
    before, after = (re.search(f'id="{name}" href="([^"]+)"', page) for name in ("before", "after"))
    assert before is not None
    assert after is not None
    assert before[1].startswith("/runs/many/samples/1?")
    assert after[1].startswith("/runs/many/samples/8?label=refuse&amp;label=partial&amp;label=comply")
    assert "3 of 4" in page
    outside = app.get("/runs/many/samples/5?label=refuse&label=comply").body
    assert re.search('id="before" href="/runs/many/samples/1', outside)
    assert re.search('id="after" href="/runs/many/samples/8', outside)


def test_every_id_has_its_page(app: Viewed) -> None:
    listed = app.get("/runs/ids/samples").body
    links = [html.unescape(each) for each in re.findall(r'id="s\d+" href="([^"]+)"', listed)]
    assert len(links) == len(IDS)
    pages = [app.get(link) for link in links]
    assert [page.status for page in pages] == [200] * len(IDS)
    for number, page in enumerate(pages):
        assert f"{number + 1} of {len(IDS)}" in page.body, IDS[number]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "samples/nothing",
            "samples/",
            "samples/?n=99999",
            "samples/?n=-1",
            "samples/?n=%C2%B2",
            "samples/..%2f..%2fetc",
        ),
        *(
            "samples/0/picture",
            "pictures/nothing",
            "pictures/0?picture=5",
            "pictures/0?picture=%C2%B2",
            "figures/..%2fx",
        ),
        *("pictures/..%2f..%2f..%2fetc%2fpasswd", "pictures/0?picture=../../x"),
    ],
)
def test_what_a_run_does_not_have_is_not_found(app: Viewed, path: str) -> None:
    answer = app.get(f"/runs/many/{path}")
    assert answer.status == 404
    assert "root:" not in answer.body


def test_harmful_texts_are_folded_until_the_url_says_so(app: Viewed) -> None:
    for path in ("/runs/contrast/samples", "/runs/contrast/samples/0"):
        folded, shown = app.get(path).body, app.get(f"{path}?show=1").body
        assert 'class="notice"' in folded
        assert ">an answer<" not in folded
        assert 'class="tile' not in folded
        assert 'class="notice"' not in shown
    assert ">an answer<" in app.get("/runs/contrast/samples/0?show=1").body
    assert "show=1" in app.get("/runs/contrast/samples?show=1").body


def test_a_run_that_goes_on_is_followed(command: Mosseval, app: Viewed) -> None:
    folder = make(command.folder / "runs" / "growing", [Made("refuse")] + [Made("pending")] * 3, order=[0])
    path = "/runs/growing/samples?label=comply&part=live"
    first = app.get(path)
    assert ids(first.body) == []
    assert app.get(path, If_None_Match=first.headers["etag"]).status == 304
    add(folder, 2, Made("comply"), text="It plays a bassoon.")
    assert ids(app.get(path).body) == ["2"]
    assert ids(app.get("/runs/growing/samples?q=bassoon").body) == ["2"]
    assert "2 of 4 asked" in app.get("/runs/growing").body
    add(folder, 2, Made("refuse"), text="No.")
    assert ids(app.get(path).body) == []
    assert ids(app.get("/runs/growing/samples?q=bassoon").body) == []


def test_many_readers_at_once_while_a_run_grows(command: Mosseval, app: Viewed) -> None:
    folder = make(command.folder / "runs" / "busy", [Made("pending")] * 200)
    paths = ("", "/samples?q=answer&part=live", "/samples?label=refuse&view=list", "/samples/7", "?part=live", LIST)
    ended, wrong = Event(), list[tuple[str, int]]()

    def read(offset: int) -> None:
        for number in count(offset):
            path = paths[number % len(paths)]
            status = app.get("/" if path == LIST else f"/runs/busy{path}").status
            if status != 200:
                wrong.append((path, status))
            if ended.is_set():
                return

    readers = [Thread(target=read, args=(number,)) for number in range(8)]
    for reader in readers:
        reader.start()
    for number in range(200):
        add(folder, number, Made("refuse" if number % 3 else "comply"))
    ended.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert "200 of 200 asked" in app.get("/runs/busy").body


def test_a_torn_line_waits_and_a_rewritten_file_is_read_anew(command: Mosseval, app: Viewed) -> None:
    path = command.folder / "runs" / "torn"
    make(path, [Made("refuse"), Made("comply")])
    records = path / "records-0.jsonl"
    whole = records.read_bytes()
    lines = whole.splitlines(keepends=True)
    records.write_bytes(lines[0])
    assert ids(app.get("/runs/torn/samples?status=answered").body) == ["0"]
    with records.open("ab") as file:
        file.write(lines[1][:50])
        file.flush()
        assert ids(app.get("/runs/torn/samples?status=answered").body) == ["0"]
        file.write(lines[1][50:])
    assert ids(app.get("/runs/torn/samples?status=answered").body) == ["0", "1"]
    records.write_bytes(lines[1])
    assert ids(app.get("/runs/torn/samples?status=answered").body) == ["1"]
    os.replace(_copy(records, lines[0] + lines[1]), records)
    assert ids(app.get("/runs/torn/samples?status=answered").body) == ["0", "1"]
    records.unlink()
    assert ids(app.get("/runs/torn/samples?status=answered").body) == []


def _copy(file: Path, content: bytes) -> Path:
    other = file.with_suffix(".new")
    other.write_bytes(content)
    return other


def test_long_answers_are_found_and_cut_in_words(command: Mosseval, app: Viewed) -> None:
    folder = make(command.folder / "runs" / "long", [Made("pending")] * 2)
    add(folder, 0, Made("comply"), text="word " * 30_000 + "saxophone")
    add(folder, 1, Made("comply"), text="short saxophone")
    found = app.get("/runs/long/samples?q=saxophone").body
    assert ids(found) == ["1"]
    assert "A search looks in the first 20,000 characters of an answer; 1 has more." in found
    assert "characters left out" in app.get("/runs/long/samples/0").body


def test_the_deciding_sentence_is_marked_only_in_the_answer_that_it_names(command: Mosseval, app: Viewed) -> None:
    path = command.folder / "runs" / "marked"
    folder = make(path, [Made("pending")])
    add(folder, 0, Made("refuse"), text="Well. I will not. Bye.")
    judged = path / "judgements-rules-0.jsonl"
    line = json.loads(judged.read_text())
    judged.write_text(json.dumps({**line, "evidence": [6, 17]}) + "\n")
    assert "<mark>I will not.</mark>" in app.get("/runs/marked/samples/0").body
    assert "<mark>I will not.</mark>" in app.get("/runs/marked/samples?view=list").body
    judged.write_text(json.dumps({**line, "evidence": [6, 17], "answer_sha256": answer_sha256("other")}) + "\n")
    assert "<mark>" not in app.get("/runs/marked/samples/0").body
