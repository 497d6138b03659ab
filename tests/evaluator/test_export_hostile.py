"""What is exported is text and stays text: no cell is a formula, no card has a link, no name leaves the folder."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import every_outcome
import pytest
import yaml
from hostile_texts import ALL, FORMULAS, NAMES
from hypothesis import given
from hypothesis import strategies as st
from made_runs import Made, make
from markdown_it import MarkdownIt
from mosseval_process import InProcess

from mosseval.export.card import text as card_text
from mosseval.export.licence import licence_of
from mosseval.export.run import opened
from mosseval.tables.cells import guarded, unguarded

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
EVERY = ("submission", "csv", "jsonl", "parquet", "inspect", "hf")
SUFFIXES = {
    "submission": ".json",
    "csv": ".csv",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "inspect": ".json",
    "hf": "",
}


@given(st.one_of(st.text(), st.sampled_from(ALL)))
def test_a_guarded_cell_is_no_formula_and_comes_back_exactly(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(STARTS)


def test_no_cell_of_a_hostile_run_is_a_formula_and_none_breaks_out(here: InProcess, tmp_path: Path) -> None:
    run = every_outcome.make(tmp_path / "run", (*FORMULAS, "\x00", "a\r=1+1", '"\n=1+1', "\ufeff=1"), samples=120).path
    assert here("export", run, "--format", "csv", "--out", "a.csv").code == 0
    content = (tmp_path / "a.csv").read_bytes()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.reader(stream, strict=True))
    assert len(table) == 241
    assert [cell for row in table for cell in row if cell.startswith(STARTS)] == []
    assert content.count(b'"\n"') == 240  # every line ends after a quote, and the next begins with one


def test_a_card_is_yaml_that_says_what_it_should_and_markdown_without_a_link(tmp_path: Path) -> None:
    shown = MarkdownIt("commonmark").enable("table")
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    with opened(run, None) as found:
        for text in ALL:
            config = replace(found.manifest.config, model=text, benchmark=text, decoding={text: text})
            manifest = replace(found.manifest, config=config, versions={text: text}, created_at=text)
            hostile = replace(found, summary=replace(found.summary, manifest=manifest, judge=text))
            card = card_text(hostile, licence_of(text), "parquet", images=True)
            empty, header, body = card.split("---\n", 2)
            fields: dict[str, Any] = yaml.safe_load(header)
            assert (empty, fields["license"], len(fields["configs"])) == ("", "other", 2)
            html = shown.render(body)
            for tag in ("<a", "<img", "<script", "<svg", "<h1>head", "<em>", "<hr", "<b>"):
                assert tag not in html, (text, tag)


def test_the_renderer_would_show_a_link() -> None:
    html = "".join(MarkdownIt("commonmark").render(text) for text in ALL)
    assert [tag for tag in ("<a", "<img", "<script", "<svg", "<em>", "<hr") if tag not in html] == []


@pytest.mark.parametrize("form", EVERY)
def test_names_lead_nowhere(here: InProcess, tmp_path: Path, form: str) -> None:
    run = make(tmp_path / "run", [Made("comply")] * len(NAMES), shards=1).path
    texts = {
        name: (run / name).read_text(encoding="utf-8") for name in ("run.json", "samples.jsonl", "records-0.jsonl")
    }
    ids = {str(n): name for n, name in enumerate(NAMES)}
    manifest = json.loads(texts["run.json"])
    manifest["selected"], manifest["data"]["roots"] = list(ids.values()), ["/"]
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("samples.jsonl", "records-0.jsonl"):
        found = [json.loads(line) for line in texts[name].splitlines()]
        for each in found:
            each["sample_id"] = ids[each["sample_id"]]
            each["image"] = {"path": each["sample_id"]}
            if "key" in each:
                del each["image"]
                each["key"] = f"b/{each['sample_id']}/0"
        (run / name).write_text("".join(json.dumps(each) + "\n" for each in found), encoding="utf-8")
    (tmp_path / "out").mkdir()
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    result = here("export", run, "--format", form, "--out", f"out/x{SUFFIXES[form]}")
    assert result.code == 0, result.err
    new = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} - {
        os.path.relpath(b, tmp_path) for b in before
    }
    folder = {"out/x", "out/x/README.md", "out/x/data", "out/x/data/answers.parquet"}
    assert new == (folder if form == "hf" else {f"out/x{SUFFIXES[form]}"})


def test_a_judge_whose_name_is_a_path_is_refused_by_export_and_by_import(here: InProcess, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    assert here("export", run, "--format", "jsonl", "--out", "a.jsonl").code == 0
    line = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(line.replace('"judge":"rules"', '"judge":"../../x"'), encoding="utf-8")
    result = here("import", "b.jsonl", "-b", "mossbench", "-m", "m", "--out", "again")
    assert (result.code, "line 1: judge is no name" in result.err) == (2, True)
    assert not (tmp_path / "again").exists()
    file = run / "judgements-rules-0.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"rules"', '"../../x"'), encoding="utf-8")
    assert here("export", run, "--format", "jsonl", "--out", "c.jsonl").code == 2
    assert not (tmp_path / "c.jsonl").exists()


ODD: tuple[Any, ...] = ("text", 7, 1.5, True, None, [], {}, [[]], {"a": []}, -1, 2**63)


@pytest.mark.parametrize("form", EVERY)
def test_values_of_the_wrong_kind_end_in_a_whole_file_or_in_one_line(
    here: InProcess, tmp_path: Path, form: str
) -> None:
    names = ("text", "reasoning", "finish_reason", "refusal", "usage", "latency_s", "attempts", "images")
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    record = json.loads((run / "records-0.jsonl").read_text(encoding="utf-8"))
    for number, value in enumerate(ODD):
        (run / "records-0.jsonl").write_text(
            json.dumps({**record, **dict.fromkeys(names, value)}) + "\n", encoding="utf-8"
        )
        out = tmp_path / f"x-{number}{SUFFIXES[form]}"
        result = here("export", run, "--format", form, "--out", out)
        assert result.code in (0, 2), (value, result.err)
        assert out.exists() == (result.code == 0)


def test_links_are_not_followed_out_of_the_folder(here: InProcess, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    with tempfile.TemporaryDirectory() as elsewhere:
        (tmp_path / "hf").mkdir()
        (tmp_path / "hf" / "data").symlink_to(elsewhere)
        result = here("export", run, "--format", "hf", "--out", "hf", "--force")
        assert (result.code, "is a link" in result.err) == (2, True)
        (tmp_path / "a.csv").symlink_to(Path(elsewhere) / "b.csv")
        assert here("export", run, "--format", "csv", "--out", "a.csv").code == 2
        assert here("export", run, "--format", "csv", "--out", "a.csv", "--force").code == 0
        assert (list(Path(elsewhere).iterdir()), (tmp_path / "a.csv").is_symlink()) == ([], False)


def test_no_text_in_what_is_said_can_steer_a_terminal(here: InProcess, tmp_path: Path) -> None:
    run = make(tmp_path / "run", [Made("comply")], shards=1).path
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    document["config"]["model"] = "\x1b[2Jm; rm -rf x"
    (run / "run.json").write_text(json.dumps(document), encoding="utf-8")
    said = here("export", run, "--format", "csv", "--out", "a.csv").err
    assert "\x1b" not in said
    assert "; rm -rf x'" in said
