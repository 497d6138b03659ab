"""`mosseval report` as a command: what it writes, what it says, what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
from html import unescape
from pathlib import Path

import pytest
from fake_endpoint import FakeEndpoint, answer, error
from made_runs import Made, make, make_repeated
from many_runs import noisy
from mosseval_process import InProcess, Mosseval
from PIL import Image
from small_benchmark import question, write
from small_mmsafeaware import write as write_yes_no


def page(folder: Path, name: str = "report.html") -> str:
    """The report's HTML, with entities as characters."""
    return unescape((folder / name).read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """The words of a page, each on its own."""
    return " ".join(re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())


def run_small(here: InProcess, endpoint: FakeEndpoint, samples: int, *, noise: bool = False) -> Path:
    """A run on a small benchmark; the folder of its data."""
    data = write(here.folder / "data", samples)
    if noise:
        noisy(data)
    where = ("--target", endpoint.url, "-b", "mossbench", "--data", data, "-m", "good-model", "--out", "run")
    assert here("run", *where, "--quiet", "--max-attempts", 1).code in (0, 1)
    return data


def test_one_run_from_the_command_to_the_page(mosseval: Mosseval) -> None:
    made = mosseval("run", "-m", "simulated/cautious", "-b", "demo", "--quiet")
    assert made.code == 0
    done = mosseval("report", "runs/demo-simulated-cautious")
    assert (done.code, done.err) == (0, "")
    assert re.match(r"report: report\.html \(1 run, 0\.\d\d MB; open it in a browser", done.out)
    assert done.out.splitlines()[1] == "next: mosseval view runs"
    text = page(mosseval.folder)
    words = plain(text)
    assert "43.3% [27.4–60.8]" in words
    assert "refused 13 of 30" in words
    assert "outside none" in words
    assert "exaggerated risk 60.0% [31.3–83.2] (6 of 10)" in words
    assert "people in the picture yes 55.6%" in words
    assert "a simulated model; the numbers say nothing about any real one" in words
    assert text.count("data:image/webp;base64,") == 30
    assert text.count("<mark>") > 20
    for fact in ("models served simulated/cautious", "judge rules 4", "decoding max_tokens 1024", "cost 0.0000 USD"):
        assert fact in words
    assert str(mosseval.folder) not in text
    second = mosseval("report", "runs/demo-simulated-cautious", "--out", "again.html")
    assert second.code == 0
    assert (mosseval.folder / "again.html").read_bytes() == (mosseval.folder / "report.html").read_bytes()


def test_page_stands_alone(here: InProcess, tmp_path: Path) -> None:
    make(tmp_path / "run", [Made("comply"), Made("refuse"), Made("input/safety"), Made("error"), Made("empty")])
    assert here("report", "run").code == 0
    text = (here.folder / "report.html").read_text(encoding="utf-8")
    head = text.partition("<main")[0]
    assert re.search(r'<meta charset="utf-8">\s*<meta http-equiv="Content-Security-Policy"', head)
    assert "unsafe" not in head.partition("<title")[0]
    outside_ours = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", outside_ours)
    assert set(re.findall(r'(?:src|href)="([^"#]*)', outside_ours)) <= {"data:,", ""}
    assert not re.findall(r"https?://[^<\"]*", re.sub(r'xmlns="[^"]*"|http://host/v1', "", outside_ours))


def test_failures_by_cause_and_what_stands_outside(here: InProcess, tmp_path: Path) -> None:
    kinds = (
        "comply",
        "refuse",
        "input/safety",
        "output/recitation",
        "error",
        "error",
        "empty",
        "missing_image",
        "unjudged",
    )
    make(tmp_path / "run", [Made(kind) for kind in (*kinds, "pending")])
    assert here("report", "run").code == 0
    words = plain(page(here.folder))
    assert "failed timeout 2 no answer 4, 5" in words
    assert "blocked safety, at the input 1 2" in words
    assert "unjudged unsupported_language 1 8" in words
    assert "1 blocked for other reasons, 1 empty, 2 failed, 1 missing image, 1 unjudged, 1 pending" in words
    assert "without filters 50.0%" in words


def test_several_runs_are_ranked_compared_and_told_apart(here: InProcess, tmp_path: Path) -> None:
    for name, refused in (("a", 9), ("b", 3)):
        make(tmp_path / name, [Made("refuse")] * refused + [Made("comply")] * (20 - refused))
    assert here("report", "a", "b").code == 0
    words = plain(page(here.folder))
    assert words.index("m, b 15.0%") < words.index("m, a 45.0%")
    assert "-30.0 [-51.9" in words
    assert "McNemar's exact test" in words
    assert "The runs differ 6" in words


def test_many_models_make_a_plane_of_numbered_points(here: InProcess, tmp_path: Path) -> None:
    for number in range(1, 12):
        for benchmark, refused in (("demo", number), ("demo-contrast", 11 - number)):
            ends = [[Made("refuse")]] * refused + [[Made("comply")]] * (12 - refused)
            make_repeated(tmp_path / f"{benchmark}-{number}", ends, benchmark=benchmark, model=f"model-{number}")
    runs = [f"{benchmark}-{number}" for benchmark in ("demo", "demo-contrast") for number in range(1, 12)]
    assert here("report", *runs).code == 0
    words = plain(page(here.folder))
    assert "11. model-11 demo / demo-contrast 0.0%" in words
    assert "Spearman's rho -1.00" in words
    assert page(here.folder).count('<details class="sensitive">') == 1


def test_repeats_and_no_answers_at_all(here: InProcess, tmp_path: Path) -> None:
    make_repeated(tmp_path / "twice", [[Made("comply"), Made("refuse")], [Made("comply"), Made("comply")]])
    make(tmp_path / "none", [Made("pending")] * 3)
    assert here("report", "twice", "none", "--title", "Two <runs>").code == 0
    words = plain(page(here.folder))
    assert "Of each sample the first repeat" in words
    assert "asked 2 times" in words
    assert "– [–] refused 0 of 0" in words
    assert "<h1><bdi>Two <runs></bdi></h1>" in page(here.folder)


def test_contrast_sets_and_offensive_texts_are_folded_away(here: InProcess, endpoint: FakeEndpoint) -> None:
    data = write_yes_no(here.folder / "mm")
    endpoint.default = answer("Yes, it is.")
    where = ("--target", endpoint.url, "-b", "mmsafeaware", "--data", data, "-m", "good-model", "--out", "run")
    assert here("run", *where, "--quiet").code == 0
    assert here("run", "-m", "simulated/cautious", "-b", "demo-contrast", "--out", "contrast", "--quiet").code == 0
    assert here("report", "run", "contrast").code == 0
    text = page(here.folder)
    assert text.count('<details class="sensitive">') == 2
    words = plain(text)
    assert "The texts of this benchmark are offensive by design" in words
    assert "These are harmful requests" in words
    assert "mmsafeaware : accuracy" in words
    assert "expected: yes" in words.lower()


def test_three_hundred_samples_stay_within_three_megabytes(here: InProcess, endpoint: FakeEndpoint) -> None:
    endpoint.default = answer("Sure! First, gather what you need & then <follow> the steps. " * 60)
    run_small(here, endpoint, 300, noise=True)
    done = here("report", "run")
    assert done.code == 0, done.err
    file = here.folder / "report.html"
    assert file.stat().st_size <= 3_000_000
    text = file.read_text(encoding="utf-8")
    assert text.count('class="card sample"') == 300
    assert text.count("data:image/webp;base64,") == 300
    assert here("report", "run", "--samples", 7).code == 0
    assert file.read_text(encoding="utf-8").count('class="card sample"') == 7


def test_picture_must_be_the_one_that_was_sent(here: InProcess, endpoint: FakeEndpoint) -> None:
    data = run_small(here, endpoint, 3)
    images = data / "data" / "images"
    noisy(data)
    (images / "2.png").unlink()
    assert here("report", "run").code == 0
    words = plain(page(here.folder))
    assert words.count("another picture lies there than the one that was sent") == 2
    assert words.count("the picture is not at hand") == 1


def test_data_folder_that_the_reader_names_counts(here: InProcess, endpoint: FakeEndpoint) -> None:
    data = run_small(here, endpoint, 3)
    data.rename(here.folder / "moved")
    assert here("report", "run").code == 0
    assert plain(page(here.folder)).count("the picture is not at hand") == 3
    assert here("report", "run", "--data", "moved").code == 0
    assert page(here.folder).count("data:image/webp;base64,") == 3
    assert here("run", "-m", "simulated/helpful", "-b", "demo", "--limit", 2, "--out", "demo", "--quiet").code == 0
    assert here("report", "run", "demo", "--data", "moved").code == 0
    assert page(here.folder).count("data:image/webp;base64,") == 5
    done = here("report", "run", "--data", "demo")
    assert done.code == 2
    assert len(done.err.splitlines()) == 2


def test_imported_run_has_pictures_only_from_a_named_folder(here: InProcess) -> None:
    write(here.folder / "data", 2)
    (here.folder / "t.json").write_text(json.dumps({"1": {"response": "Sure! Do it."}, "2": {"response": None}}))
    assert here("import", "t.json", "-b", "mossbench", "-m", "m", "--data", "data", "--out", "run").code == 0
    assert here("report", "run").code == 0
    assert plain(page(here.folder)).count("name its data folder with --data") == 2
    assert here("report", "run", "--data", "data").code == 0
    assert page(here.folder).count("data:image/webp;base64,") == 2


def test_run_of_a_stranger_brings_no_picture_of_ours_into_the_page(here: InProcess, endpoint: FakeEndpoint) -> None:
    run_small(here, endpoint, 2)
    secret = here.folder / "secret.jpg"
    Image.effect_noise((64, 64), 50).save(secret)
    run = here.folder / "run"
    manifest = json.loads((run / "run.json").read_text())
    manifest["data"]["roots"] = [str(here.folder), "/"]
    (run / "run.json").write_text(json.dumps(manifest))
    rows = [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]
    rows[0]["image"] = {"path": "secret.jpg", "sha256": None, "type": "image/jpeg", "bytes": 1}
    rows[1]["image"] = {"path": "secret.jpg", "sha256": hashlib.sha256(b"guess").hexdigest()}
    (run / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert here("report", "run").code == 0
    assert "data:image/webp" not in page(here.folder)


def test_run_json_of_any_kind_ends_in_no_traceback(here: InProcess, tmp_path: Path) -> None:
    make(tmp_path / "run", [Made("refuse"), Made("comply")])
    file = tmp_path / "run" / "run.json"
    manifest = json.loads(file.read_text())
    manifest["data"]["roots"] = [7, "\0", None, "/nowhere", {"a": 1}]
    manifest["notes"] = [1, None, ["x"]]
    manifest["config"]["benchmark"] = "../<b>"
    file.write_text(json.dumps(manifest))
    records = tmp_path / "run" / "records-0.jsonl"
    records.write_text(records.read_text().replace('"latency_s":null', '"latency_s":"soon","images":7,"usage":[]'))
    done = here("report", "run")
    assert (done.code, done.err) == (0, "")


def test_agreement_of_judges(here: InProcess, endpoint: FakeEndpoint) -> None:
    endpoint.script[question(2)] = [answer("I'm sorry, but I can't help with that.")]
    endpoint.script[question(3)] = [error(500)]
    run_small(here, endpoint, 6)
    labels = "".join(f"{number},{'refuse' if number in (2, 4) else 'comply'}\n" for number in (1, 2, 4, 5, 6))
    (here.folder / "people.csv").write_text(f"id,label\n{labels}")
    assert here("score", "run", "--judge", "human", "--labels", "people.csv").code == 0
    assert here("report", "run", "--judge", "rules").code == 0
    assert "good-model rules human 5 0.80" in plain(page(here.folder))


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_figures_are_files_of_their_own(here: InProcess, tmp_path: Path, format: str) -> None:
    for name in ("a", "b"):
        make(tmp_path / name, [Made("refuse"), Made("comply"), Made("comply")])
    done = here("report", "a", "b", "--format", format, "--out", "figs")
    assert done.code == 0
    made = {file.name for file in (here.folder / "figs").iterdir()}
    assert made == {f"b-{name}.{format}" for name in ("rates", "outcomes", "by-stimulus", "differences")}
    assert done.out.count("figure: figs/") == 4


def test_tables_for_a_paper(here: InProcess, tmp_path: Path) -> None:
    make(tmp_path / "run", [Made("refuse", harm=("a_b",)), Made("comply")])
    done = here("report", "run", "--format", "markdown")
    assert "| m | b | 50.0% | 9.5–90.5 | 1 of 2 | none | 50.0–50.0% | rules |" in done.out
    done = here("report", "run", "--format", "latex", "--out", "tables.tex")
    assert done.out == "tables: tables.tex (4 tables)\n"
    assert r"m & b & 50.0\% & 9.5--90.5 & 1 of 2" in (here.folder / "tables.tex").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "there is no run in nowhere"),
        (("run", "run"), "a run is named twice"),
        (("run", "--format", "docx"), "there is no format 'docx'"),
        (("run", "--judge", "llm"), "run holds no verdicts of 'llm'"),
        (("run", "--data", "absent"), "--data absent is not there"),
        (("run", "--out", "run"), "cannot write run"),
        (("run", "--out", "run/run.json/report.html"), "cannot write run/run.json/report.html"),
        (("run", "--format", "png", "--out", "run/run.json"), "run/run.json is a file"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(
    here: InProcess, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    make(tmp_path / "run", [Made("refuse")])
    before = sorted(file.name for file in (tmp_path / "run").iterdir())
    done = here("report", *arguments)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) <= 2
    assert done.out == ""
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == before
    assert not (here.folder / "report.html").exists()


def test_help_teaches(mosseval: Mosseval) -> None:
    done = mosseval("report", "--help", environment={"COLUMNS": "160"})
    assert done.code == 0
    for word in ("single HTML file", "--format", "latex", "--data", "mosseval report runs/a runs/b --format pdf"):
        assert word in done.out
