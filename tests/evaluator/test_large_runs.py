"""Runs that are read in parts: the same numbers as of the whole, in memory that does not grow with them."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import Made, add, make_repeated
from mosseval_process import InProcess
from remote_runs import run_at, same

from mosseval import parts, summary
from mosseval.binomial import binomial, split
from mosseval.resampling import ONE_BY_ONE, share_interval
from mosseval.store import RunFolder, buckets, read_run
from mosseval.store.codec import judgement_line
from mosseval.store.lines import read_lines
from mosseval.summary import summarise
from mosseval.types import Judgement
from synthetic import Size, write

SIZE = Size(60_000, 2, 2)
BYTES = 100 * 1024 * 1024
"""Of data that a process may hold: a summary of SIZE read whole breaks at 140 MiB too, one in parts needs 75."""
PROGRAM = (
    "from mosseval import parts, summary; summary.LARGE = parts.A_PART = 20_000; from mosseval.cli import main; main()"
)
"""`mosseval`, with parts as small as SIZE is beside the ten million records of `bench/large.py`."""
KINDS = (
    "comply",
    "refuse",
    "partial",
    "empty",
    "error",
    "pending",
    "input/safety",
    "model/safety",
    "output/recitation",
)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is large, and of several parts."""
    monkeypatch.setattr(summary, "LARGE", 0)
    monkeypatch.setattr(parts, "A_PART", 7)


def chosen(samples: int, repeats: int) -> list[list[Made]]:
    """Samples of all kinds."""
    chance = random.Random(5)
    tags = [("negated_harm", ("violence", "weapons")), ("exaggerated_risk", ()), ("negated_harm", ("violence",))]
    found = []
    for number in range(samples):
        stimulus, harm = tags[number % 3]
        found.append([Made(chance.choice(KINDS), stimulus, harm) for _ in range(repeats)])
    return found


def judged_again(run: RunFolder, judge: str) -> None:
    """Another judge's verdicts on every answer, some of them other ones."""
    with run.judgements(judge, 0) as lines:
        for number, line in enumerate(run.record_lines()):
            if line["text"] is not None:
                verdict = Judgement("refuse", True) if number % 3 else Judgement("comply", False)
                details = {"split": True} if number % 4 == 0 else {}
                made = judgement_line(line["key"], verdict, judge=judge, judge_version="7", answer=line["text"])
                lines.append({**made, "details": details})


def documents(run: RunFolder, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The summary of the whole, and in parts."""
    return summarise(run, state=run.state(), **options).document(), summarise(run, **options).document()


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("judge", [None, "panel", "rules"])
def test_summary_in_parts_is_that_of_the_whole(tmp_path: Path, repeats: int, judge: str | None) -> None:
    run = make_repeated(tmp_path / "run", chosen(60, repeats))
    judged_again(run, "panel")
    add(run, 0, Made("refuse"), text="a later answer")
    whole, in_parts = documents(run, judge=judge)
    assert in_parts == whole


@pytest.mark.usefixtures("small_parts")
def test_yes_no_summary_in_parts_is_that_of_the_whole(tmp_path: Path) -> None:
    run = make_repeated(tmp_path / "run", [[Made("comply")] * 2] * 40)
    file = tmp_path / "run" / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "task": "yes_no"}))
    rows = tmp_path / "run" / "samples.jsonl"
    subsets = ("typical", "attack", "over_safe")
    with rows.open("w") as lines:
        for number in range(40):
            tags = {"subset": subsets[number % 3]}
            lines.write(json.dumps({"sample_id": str(number), "expected": "Yes" if number % 2 else "No", "tags": tags}))
            lines.write("\n")
    with run.judgements("yes-no", 0) as lines:
        for number, line in enumerate(run.record_lines()):
            verdict = Judgement("yes" if number % 5 else "no", None)
            lines.append(judgement_line(line["key"], verdict, judge="yes-no", judge_version="1", answer=line["text"]))
    found = RunFolder.read(tmp_path / "run")
    whole, in_parts = documents(found, judge="yes-no")
    assert in_parts == whole
    assert whole["paper_counting"]["percent"] is not None


@pytest.mark.usefixtures("small_parts")
def test_run_without_a_record_is_all_pending(tmp_path: Path) -> None:
    run = make_repeated(tmp_path / "run", [[Made("pending")]] * 30)
    assert summarise(run).counts["pending"] == 30


@pytest.mark.usefixtures("small_parts")
def test_unknown_judge_is_refused_by_name(here: InProcess) -> None:
    make_repeated(here.folder / "run", chosen(10, 1))
    result = here("summary", "run", "--judge", "nobody")
    assert result.code == 2
    assert "it was judged by: rules" in result.err


@pytest.mark.parametrize("few", [0, 5])
def test_merge_through_files_keeps_what_merge_in_memory_does(
    here: InProcess, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_repeated(here.folder / "a", chosen(50, 2), shards=1)
    judged_again(run, "panel")
    add(run, 3, Made("error"))
    add(run, 3, Made("refuse"), text="a later answer")
    assert here("merge", "a", "--out", "in-memory").code == 0
    monkeypatch.setattr(buckets.Buckets.__init__, "__defaults__", (few,))
    assert here("merge", "a", "--out", "through-files").code == 0
    assert same(run_at(here.folder / "in-memory"), run_at(here.folder / "through-files"))
    assert "0 records and 0 judgements" in here("merge", "a", "--out", "through-files").err


def test_later_answer_brings_its_verdict_although_the_words_are_the_same(here: InProcess) -> None:
    run = make_repeated(here.folder / "a", [[Made("comply")]])
    assert here("merge", "a", "--out", "merged").code == 0
    add(run, 0, Made("comply"), text="a later answer")
    assert "1 records and 1 judgements" in here("merge", "a", "--out", "merged").err
    assert summarise(run_at(here.folder / "merged")).counts["comply"] == 1


def bounded(*words: str) -> subprocess.CompletedProcess[str]:
    """The program with so much memory and no more."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES)),
        timeout=300,
    )


def test_merge_and_summary_of_many_records_need_little_memory(tmp_path: Path) -> None:
    written, out = write(tmp_path, SIZE), tmp_path / "merged"
    merged = bounded("merge", *map(str, written.folders), "--out", str(out))
    assert merged.returncode == 0, merged.stderr
    assert f"{SIZE.records} records and" in merged.stderr
    printed = bounded("summary", str(out), "--format", "json")
    assert printed.returncode == 0, printed.stderr
    counts = json.loads(printed.stdout)["counts"]
    assert {kind: count for kind, count in counts.items() if count} == written.kinds


def test_no_room_for_parts_is_said(tmp_path: Path) -> None:
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "from mosseval.store.buckets import Buckets\n"
        "with Buckets(1, few=0) as found:\n"
        "    [found.put('a', ['x' * 1000]) for _ in range(200)]\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"TMPDIR": str(tmp_path)})
    assert "StorageFailed: cannot write" in ran.stderr
    assert not list(tmp_path.iterdir())


@given(st.lists(st.tuples(st.text(max_size=5), st.integers()), max_size=60), st.integers(1, 9), st.integers(0, 70))
@settings(deadline=None, max_examples=40)
def test_buckets_give_back_all_by_key_and_in_order(entries: list[tuple[str, int]], number: int, few: int) -> None:
    with buckets.Buckets(number, few) as held:
        for key, value in entries:
            held.put(key, [key, value % 1000])
        found = [list(bucket) for bucket in held.each()]
    for key in {key for key, _ in entries}:
        mine = [[entry for entry in bucket if entry[0] == key] for bucket in found]
        assert [each for each in mine if each] == [[[key, value % 1000] for name, value in entries if name == key]]


@pytest.mark.parametrize(("trials", "chance"), [(40, 0.1), (1000, 0.3), (100_000, 0.9), (10**7, 1e-6)])
def test_binomial_draws_have_their_mean_and_spread(trials: int, chance: float) -> None:
    draw, times = random.Random(2), 4000
    found = [binomial(draw, trials, chance) for _ in range(times)]
    wanted, spread = trials * chance, trials * chance * (1 - chance)
    assert abs(sum(found) / times - wanted) < 5 * (spread / times) ** 0.5
    assert sum((each - wanted) ** 2 for each in found) / times == pytest.approx(spread, rel=0.15)


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.integers())
@settings(deadline=None, max_examples=60)
def test_split_adds_up(trials: int, weights: list[int], seed: int) -> None:
    found = list(split(random.Random(seed), trials, weights))
    assert sum(found) == trials
    assert min(found) >= 0


def test_interval_from_counts_is_that_of_draws_one_by_one() -> None:
    few = share_interval(((0, 4), (2, 4), (4, 4)), (800, 300, 390))
    many = share_interval(((0, 4), (2, 4), (4, 4)), (8000, 3000, 3900))
    assert few is not None
    assert many is not None
    assert 800 + 300 + 390 <= ONE_BY_ONE < 14_900
    assert (many[1] - many[0]) == pytest.approx((few[1] - few[0]) / 10**0.5, rel=0.1)


def test_synthetic_runs_are_runs(tmp_path: Path) -> None:
    made = write(tmp_path, Size(40, 2, 2))
    assert sum(made.kinds.values()) == 80
    run = read_run(made.folders[1])
    assert run.written_shards() == [1]
    assert len(list(read_lines(made.folders[1] / "samples.jsonl"))) == 40
