"""`mosseval merge` on folders: what stands is kept once, what does not belong together is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from made_runs import Made, add, make, record
from mosseval_process import InProcess
from remote_runs import run_at, same

from mosseval.store import RunFolder
from mosseval.store.codec import judgement_line, record_line
from mosseval.summary import summarise
from mosseval.types import Judgement

KINDS = [Made("comply"), Made("refuse"), Made("empty"), Made("missing_image"), Made("comply"), Made("input/safety")]


def shards(folder: Path, numbers: Sequence[int], outcomes: Sequence[Made] = KINDS, **config: object) -> RunFolder:
    """A folder that holds these of three shards."""
    run = make(folder, outcomes, shards=3, order=[n for n in range(len(outcomes)) if n % 3 in numbers])
    file = folder / "run.json"
    document = json.loads(file.read_text())
    document["config"] |= config
    file.write_text(json.dumps(document))
    return run


def test_shards_of_several_folders_are_one_run(here: InProcess) -> None:
    shards(here.folder / "a", [0, 2])
    shards(here.folder / "b", [1])
    whole = make(here.folder / "whole", KINDS)
    result = here("merge", "a", "b", "--out", "merged")
    assert result.code == 0, result.err
    assert "6 records and" in result.err
    merged = run_at(here.folder / "merged")
    assert same(merged, whole)
    found, wanted = (summarise(run).document() for run in (merged, whole))
    assert {**found, "provenance": None} == {**wanted, "provenance": None}


def test_what_stands_is_kept_once(here: InProcess) -> None:
    run = shards(here.folder / "a", [0, 1, 2])
    add(run, 0, Made("error"), shard=0)
    add(run, 0, Made("refuse"), shard=0, text="a later answer")
    assert here("merge", "a", "--out", "merged").code == 0
    merged = run_at(here.folder / "merged")
    lines = [line for line in merged.record_lines() if line["key"] == "b/0/0"]
    assert [line["text"] for line in lines] == ["a later answer"]
    assert [line["label"] for line in merged.judgement_lines() if line["key"] == "b/0/0"] == ["refuse"]


def test_merging_again_adds_what_is_new(here: InProcess) -> None:
    run = shards(here.folder / "a", [0])
    first = here("merge", "a", "--out", "merged")
    assert first.code == 0
    assert "2 of 3 shards have no record yet: 1, 2" in first.err
    assert summarise(run_at(here.folder / "merged")).counts["pending"] == 4
    for number in (1, 2, 4, 5):
        add(run, number, KINDS[number], shard=number % 3)
    again = here("merge", "a", "--out", "merged")
    assert "4 records and" in again.err
    assert same(run_at(here.folder / "merged"), make(here.folder / "whole", KINDS))
    assert "0 records and 0 judgements" in here("merge", "a", "--out", "merged").err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": "n"}, "model: 'm', there 'n'"),
        ({"decoding": {"temperature": 1}}, "decoding: "),
        ({"shards": 4}, "shards: 3, there 4"),
    ],
)
def test_shards_of_different_configuration_are_refused(here: InProcess, changed: dict[str, Any], said: str) -> None:
    shards(here.folder / "a", [0, 2])
    shards(here.folder / "b", [1], **changed)
    result = here("merge", "a", "b", "--out", "merged")
    assert result.code == 2
    assert said in result.err
    assert not (here.folder / "merged").exists()


def test_shards_of_different_questions_are_refused(here: InProcess) -> None:
    shards(here.folder / "a", [0, 2])
    shards(here.folder / "b", [1])
    file = here.folder / "b" / "run.json"
    document = json.loads(file.read_text())
    document["data"]["questions_sha256"] = "others"
    file.write_text(json.dumps(document))
    result = here("merge", "a", "b", "--out", "merged")
    assert result.code == 2
    assert "questions: q, there others" in result.err


def test_shard_of_two_sources_is_refused(here: InProcess) -> None:
    shards(here.folder / "a", [0, 2])
    shards(here.folder / "b", [1, 2])
    result = here("merge", "a", "b", "--out", "merged")
    assert result.code == 2
    assert "both a and b hold shard 2" in result.err


def test_unknown_shard_is_refused(here: InProcess) -> None:
    run = shards(here.folder / "a", [0, 1, 2])
    add(run, 0, Made("comply"), shard=3)
    result = here("merge", "a", "--out", "merged")
    assert result.code == 2
    assert "shard 3, and the run has 3 (from 0)" in result.err


@pytest.mark.parametrize(("sources", "out"), [(("a", "a"), "merged"), (("a",), "a"), (("nothing",), "merged")])
def test_sources_that_cannot_be_are_refused(here: InProcess, sources: tuple[str, ...], out: str) -> None:
    shards(here.folder / "a", [0])
    assert here("merge", *sources, "--out", out).code == 2


def test_other_run_is_not_written_over(here: InProcess) -> None:
    shards(here.folder / "a", [0])
    make(here.folder / "b", [Made("comply")], shards=2)
    result = here("merge", "a", "--out", "b")
    assert result.code == 2
    assert "shards: 1, there 2" in result.err


@pytest.mark.parametrize("judge", ["../../escaped", "a/b", "", 7, None, "x" * 300])
def test_judge_whose_name_is_no_file_is_passed_over(here: InProcess, judge: object) -> None:
    run = shards(here.folder / "a", [0], [Made("pending")])
    with run.records(0) as records, run.judgements("rules", 0) as judgements:
        records.append(record_line(record(0, Made("comply"))))
        line = judgement_line("b/0/0", Judgement("comply", False), judge="", judge_version="1", answer="an answer")
        judgements.append({**line, "judge": judge})
    before = sorted(here.folder.rglob("*"))
    assert here("merge", "a", "--out", "merged").code == 0
    written = {path.relative_to(here.folder).parts[0] for path in here.folder.rglob("*") if path not in before}
    assert written == {"merged"}
    assert not list((here.folder / "merged").glob("judgements*"))
