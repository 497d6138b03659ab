"""A disk that is full, read-only or limited: all that was written stays, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fake_endpoint import FakeEndpoint, answer
from full_disk import fill
from mosseval_process import Finished, Mosseval, lines, records
from small_benchmark import question, write


def ask(mosseval: Mosseval, endpoint: FakeEndpoint, data: Path, *more: object) -> Finished:
    """The plain command against the test's endpoint, into `run`."""
    target = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    return mosseval("run", *target, *more)


def test_full_disk_in_mid_run_keeps_all_that_was_written_and_resumes(
    mosseval: Mosseval, endpoint: FakeEndpoint, small_disk: Path
) -> None:
    data = write(mosseval.folder / "benchmark", 12)
    endpoint.default = answer("Sure! " + "Take one step after the other. " * 500)
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m")
    run = small_disk / "run"
    result = mosseval("run", *where, "--out", run, "--concurrency", 1)
    assert result.code == 3, result.err
    assert "No space left" in result.err
    assert "make room" in result.err
    kept = records(run)
    assert 2 <= len(kept) < 12
    again = mosseval("run", *where, "--out", run, "--concurrency", 1)
    assert again.code == 3
    assert "Traceback" not in again.err
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    endpoint.forget()
    assert mosseval("run", *where, "--out", run).code == 0
    assert len(records(run)) == len(lines(run / "judgements-rules-0.jsonl")) == 12
    assert not {question(int(key)) for key in kept} & set(endpoint.questions)


def test_disk_that_is_full_from_the_start_is_said_to_be_full(
    mosseval: Mosseval, endpoint: FakeEndpoint, small_disk: Path
) -> None:
    data = write(mosseval.folder / "benchmark", 2)
    (small_disk / "run").mkdir()
    fill(small_disk / "ballast")
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m")
    result = mosseval("run", *where, "--out", small_disk / "run")
    assert result.code == 3
    assert "No space left" in result.err
    assert "Traceback" not in result.err
    assert endpoint.asked == []


def test_read_only_folder_is_refused(mosseval: Mosseval, endpoint: FakeEndpoint, small_disk: Path) -> None:
    data = write(mosseval.folder / "benchmark", 2)
    (small_disk / "run").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m")
    for folder in ("run", "other"):
        result = mosseval("run", *where, "--out", small_disk / folder)
        assert result.code == 2
        assert "Traceback" not in result.err
    assert endpoint.asked == []


def test_file_size_limit_stops_the_run_and_leaves_whole_lines(mosseval: Mosseval, endpoint: FakeEndpoint) -> None:
    data = write(mosseval.folder / "benchmark", 12)
    endpoint.default = answer("Sure! " + "Take one step after the other. " * 300)
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    limit = "import resource, sys, os; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); "
    start = f"{limit}os.execv(sys.executable, [sys.executable, '-m', 'mosseval', *sys.argv[1:]])"
    limited = subprocess.run(
        [sys.executable, "-c", start, "run", *map(str, where)],
        cwd=mosseval.folder,
        env=mosseval.clean({}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert limited.returncode == 3, limited.stderr
    kept = records(mosseval.folder / "run")
    assert 1 <= len(kept) < 12
    assert ask(mosseval, endpoint, data).code == 0
    assert len(endpoint.asked) < 24
