"""`mosseval leaderboard` as a command: what it writes, what it says, what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fake_endpoint import FakeEndpoint, answer
from made_runs import STIMULI, Made, make, make_repeated
from many_runs import noisy
from mosseval_process import InProcess, Mosseval
from small_benchmark import write
from small_mmsafeaware import write as write_yes_no

from mosseval.published import MOSSBENCH


def page(folder: Path, name: str = "index.html") -> str:
    """A page's words, each on its own."""
    text = unescape((folder / name).read_text(encoding="utf-8"))
    return " ".join(re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())


def data(folder: Path, name: str) -> Any:
    """A data file."""
    return json.loads((folder / "data" / name).read_bytes())


def hashes(folder: Path) -> dict[str, str]:
    """Every file of a folder with its hash."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def mossbench(folder: Path, name: str, refused: int, of: int = 30) -> None:
    """A run on MOSSBench's ids by outcome."""
    ends = [[Made("refuse" if each < refused else "comply", STIMULI[each % 3])] for each in range(of)]
    make_repeated(folder / name, ends, benchmark="mossbench", model=f"model-{name}")


def test_demo_runs_from_the_command_to_the_site(mosseval: Mosseval) -> None:
    for benchmark in ("demo", "demo-contrast"):
        models = ("-m", "simulated/helpful", "-m", "simulated/cautious", "-m", "simulated/blocking")
        assert mosseval("run", *models, "-b", benchmark, "--quiet").code == 0
    runs = sorted(str(each.relative_to(mosseval.folder)) for each in (mosseval.folder / "runs").iterdir())
    done = mosseval("leaderboard", *runs)
    assert (done.code, done.err) == (0, "")
    assert re.match(
        r"leaderboard: site/index\.html \(6 runs, 5 pages, 20 files, \d\.\d MB; no page is larger", done.out
    )
    assert done.out.splitlines()[-1].startswith("next: open site/index.html in a browser, or copy the folder")
    site = mosseval.folder / "site"
    words = page(site)
    assert re.search(r"simulated/helpful simulated 1 0\.0% 0\.0–11\.4 0 of 30 0 rules \d+ simulated 20", words)
    assert "simulated/cautious simulated 2–3 43.3% 27.4–60.8 13 of 30 0" in words
    assert words.index("simulated/helpful") < words.index("simulated/cautious") < words.index("simulated/blocking")
    assert "60.0% [31.3–83.2] (6 of 10)" in words
    assert "Safety beside oversensitivity" in words
    assert "claude-3-opus published 34.7%" in words
    assert str(mosseval.folder) not in "".join(file.read_text("utf-8") for file in site.rglob("*") if file.is_file())
    first = hashes(site)
    assert mosseval("leaderboard", *runs).code == 0
    assert hashes(site) == first


def test_site_asks_nobody_and_has_no_style_or_handler_of_its_own(here: InProcess, tmp_path: Path) -> None:
    make(tmp_path / "run", [Made("comply"), Made("refuse"), Made("input/safety"), Made("error")])
    assert here("leaderboard", "run").code == 0
    for file in (here.folder / "site").glob("*.html"):
        text = file.read_text(encoding="utf-8")
        head = text.partition("<main")[0]
        assert re.search(r'<meta charset="utf-8">\s*<meta http-equiv="Content-Security-Policy"', head)
        policy = re.search(r'Policy" content="([^"]*)"', head)
        assert policy is not None
        assert "unsafe" not in policy.group(1)
        assert ("strict-dynamic" in policy.group(1)) == file.name.startswith("samples")
        bare = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", bare)
        for target in re.findall(r'(?:src|href)="([^"]*)', bare):
            assert target in ("data:,", "https://arxiv.org/abs/2406.17806") or not re.match(r"[a-z]+:|//|/", target)


def test_published_figures_stand_beside_runs_on_mossbench(here: InProcess, tmp_path: Path) -> None:
    mossbench(tmp_path, "low", 1)
    mossbench(tmp_path, "high", 25)
    assert here("leaderboard", "low", "high").code == 0
    site = here.folder / "site"
    words = page(site)
    assert "model-low measured 1 3.3%" in words
    assert words.index("gpt-4v published") < words.index("model-low measured") < words.index("gpt-4o-web published")
    assert words.index("claude-3-opus-web published") < words.index("model-high measured")
    assert "internlm-xcomposer2-7b published – 17.7% 53 of 300 – 15.3% GPT (paper) weights 2024-06, arXiv" in words
    assert "gemini-advanced-web published 41%; people 45% 67%; people 65% 75%; people 78%" in words
    board = data(site, "leaderboard.json")["benchmarks"]
    assert [each["benchmark"] for each in board] == ["mossbench"]
    assert len(board[0]["published"]) == len(MOSSBENCH) == 20
    told = {each["model"]: each for each in data(site, "published.json")["models"]}
    for model, row in MOSSBENCH.items():
        assert tuple(told[model]["gpt"]["by"].values()) == row.gpt
        assert tuple(told[model]["people"]["by"].values()) == row.people
        assert told[model]["access"] == row.access


def test_published_figures_keep_to_their_own_benchmark(here: InProcess, tmp_path: Path) -> None:
    make(tmp_path / "run", [Made("comply")] * 5)
    assert here("leaderboard", "run").code == 0
    board = data(here.folder / "site", "leaderboard.json")["benchmarks"]
    assert [(each["benchmark"], len(each["runs"]), len(each["published"])) for each in board] == [
        ("b", 1, 0),
        ("mossbench", 0, 20),
    ]


def test_data_hold_what_summary_says_and_whole_answers(here: InProcess) -> None:
    assert here("run", "-m", "simulated/cautious", "-b", "demo", "--quiet").code == 0
    run = "runs/demo-simulated-cautious"
    assert here("leaderboard", run).code == 0
    site = here.folder / "site"
    told = data(site, "leaderboard.json")["benchmarks"][0]["runs"][0]
    summary = json.loads(here("summary", run, "--format", "json").out)
    found = data(site, told["summary"])
    assert found["provenance"].pop("run") == "demo-simulated-cautious"
    summary["provenance"].pop("run")
    assert found == {name: value for name, value in summary.items() if name != "point"}
    assert told["headline"] == summary["refusal_rate"]
    assert (told["ranks"], told["outside"], told["kind"]) == (None, 0, "simulated")
    samples = [
        each for file in sorted((site / "data" / "samples").rglob("*.json")) for each in json.loads(file.read_bytes())
    ]
    records = [json.loads(line) for line in (here.folder / run / "records-0.jsonl").read_text().splitlines()]
    texts = {record["sample_id"]: record["text"] for record in records}
    assert {each["sample_id"]: each["answers"][0]["text"] for each in samples} == texts
    for each in samples:
        start, end = each["answers"][0]["evidence"]
        assert each["answers"][0]["text"][start:end].strip()


def test_yes_no_runs_and_contrast_sets_have_tables_of_their_own(here: InProcess, endpoint: FakeEndpoint) -> None:
    folder = write_yes_no(here.folder / "mm")
    endpoint.default = answer("Yes, it is.")
    where = ("--target", endpoint.url, "-b", "mmsafeaware", "--data", folder, "-m", "good-model", "--out", "run")
    assert here("run", *where, "--quiet").code == 0
    assert here("run", "-m", "simulated/cautious", "-b", "demo-contrast", "--out", "contrast", "--quiet").code == 0
    done = here("leaderboard", "run", "contrast")
    assert done.code == 0
    assert "note: mosseval does not know whether the questions and pictures of mmsafeaware may be passed on" in done.out
    site = here.folder / "site"
    words = page(site)
    assert "Mean accuracy on mmsafeaware; higher is better" in words
    assert "By subset, mmsafeaware; higher is better" in words
    assert "Refusal rate on demo-contrast; higher is better: these are to be refused" in words
    board = data(site, "leaderboard.json")["benchmarks"]
    assert [each["good_outcome"] for each in board] == ["compliance", "refusal", "correct"]
    assert set(board[2]["runs"][0]["by"]) == {"over_safe", "attack", "typical"}
    for name, said in (("2-demo-contrast", "These are harmful requests"), ("1-mmsafeaware", "offensive by design")):
        text = (site / f"samples-{name}.html").read_text("utf-8")
        assert text.count('<details class="sensitive">') == 1
        assert said in text


def test_people_stand_beside_the_judge_and_in_its_place(here: InProcess, endpoint: FakeEndpoint) -> None:
    folder = write(here.folder / "data", 4)
    where = ("--target", endpoint.url, "-b", "mossbench", "--data", folder, "-m", "good-model", "--out", "run")
    assert here("run", *where, "--quiet").code == 0
    (here.folder / "people.csv").write_text("id,label\n1,refuse\n2,comply\n3,comply\n4,comply\n")
    assert here("score", "run", "--judge", "human", "--labels", "people.csv").code == 0
    assert here("leaderboard", "run", "--judge", "rules").code == 0
    assert "good-model measured 0.0% 0.0–49.0 0 of 4 0 25.0% rules" in page(here.folder / "site")
    assert here("leaderboard", "run", "--judge", "human").code == 0
    assert "good-model measured 25.0% 4.6–69.9 1 of 4 0 25.0% human" in page(here.folder / "site")


def test_remarks_say_what_makes_lines_unlike(here: InProcess, endpoint: FakeEndpoint) -> None:
    folder = write(here.folder / "data", 6)
    where = ("--target", endpoint.url, "-b", "mossbench", "--data", folder, "-m", "good-model")
    assert here("run", *where, "--out", "whole", "--quiet").code == 0
    assert here("run", *where, "--limit", 3, "--out", "part", "--quiet").code == 0
    (here.folder / "people.csv").write_text("id,label\n1,refuse\n2,comply\n3,comply\n")
    assert here("score", "part", "--judge", "human", "--labels", "people.csv").code == 0
    manifest = json.loads((here.folder / "part" / "run.json").read_text())
    (here.folder / "part" / "run.json").write_text(json.dumps({**manifest, "judges": ["human"]}))
    assert here("leaderboard", "whole", "part").code == 0
    [remarks] = [each["remarks"] for each in data(here.folder / "site", "leaderboard.json")["benchmarks"]]
    assert "good-model, part: 3 of 6 samples" in remarks
    assert any(
        re.fullmatch(r"judged by rules \d+, human.*: a difference between lines of two.*", each) for each in remarks
    )


def test_numbers_alone_hold_no_text_of_a_run(here: InProcess) -> None:
    assert here("run", "-m", "simulated/cautious", "-b", "demo", "--quiet").code == 0
    assert here("leaderboard", "runs/demo-simulated-cautious", "--no-samples", "--title", "Ours & <theirs>").code == 0
    site = here.folder / "site"
    assert sorted(each.name for each in site.iterdir()) == [
        *("data", "index.html", "method.html", "mosseval-site.json", "runs.html"),
    ]
    assert "cheerful invitation" not in "".join(file.read_text("utf-8") for file in site.rglob("*") if file.is_file())
    assert "<h1><bdi>Ours & <theirs></bdi></h1>" in unescape((site / "index.html").read_text("utf-8"))


def test_pictures_come_from_the_run_or_from_a_folder_that_is_named(here: InProcess, endpoint: FakeEndpoint) -> None:
    folder = write(here.folder / "data", 3)
    where = ("--target", endpoint.url, "-b", "mossbench", "--data", folder, "-m", "good-model", "--out", "run")
    assert here("run", *where, "--quiet").code == 0
    script = here.folder / "site" / "samples" / "1-mossbench" / "0.js"
    assert here("leaderboard", "run").code == 0
    assert script.read_text().count("data:image/webp;base64,") == 3
    folder.rename(here.folder / "moved")
    assert here("leaderboard", "run").code == 0
    assert script.read_text().count("the picture is not at hand") == 3
    mm = write_yes_no(here.folder / "mm")
    where = ("--target", endpoint.url, "-b", "mmsafeaware", "--data", mm, "-m", "good-model", "--out", "run-mm")
    assert here("run", *where, "--quiet").code == 0
    assert here("leaderboard", "run", "run-mm", "--data", "moved", "--data", "mm").code == 0
    assert script.read_text().count("data:image/webp;base64,") == 3
    noisy(here.folder / "moved")
    assert here("leaderboard", "run", "--data", "moved").code == 0
    assert script.read_text().count("another picture lies there than the one that was sent") == 3


def test_run_in_an_object_store_is_read_as_a_folder_is(here: InProcess) -> None:
    for out in ("local", f"file://{here.folder}/bucket/local"):
        assert here("run", "-m", "simulated/cautious", "-b", "demo", "--quiet", "--out", out).code == 0
        assert here("leaderboard", out, "--out", f"site-{out[:4]}").code == 0, out
    words = [page(here.folder / each) for each in ("site-loca", "site-file")]
    assert "simulated/cautious simulated 43.3%" in words[0]
    assert words[0] == words[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "there is no run in nowhere"),
        (("run", "run"), "a run is named twice"),
        (("run", "--judge", "llm"), "run holds no verdicts of 'llm'"),
        (("run", "--data", "absent"), "--data absent is not there"),
        (("run", "--out", "run"), "--out run lies in the folder of a run"),
        (("run", "--out", "run/site"), "--out run/site lies in the folder of a run"),
        (("run", "--out", "."), "--out is the folder that you are in"),
        (("run", "--out", "taken"), "taken holds files that are no site of ours: 'thesis.tex'"),
        (("run", "--out", "taken/thesis.tex"), "taken/thesis.tex is no folder"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(
    here: InProcess, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    make(tmp_path / "run", [Made("refuse")])
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.tex").write_text("years of work")
    before = hashes(tmp_path)
    done = here("leaderboard", *arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) <= 2
    assert done.out == ""
    assert hashes(tmp_path) == before


def test_help_teaches(mosseval: Mosseval) -> None:
    done = mosseval("leaderboard", "--help", environment={"COLUMNS": "160"})
    assert done.code == 0
    for word in ("static site", "--no-samples", "--data", "published", "mosseval leaderboard runs/* --out site"):
        assert word in done.out
