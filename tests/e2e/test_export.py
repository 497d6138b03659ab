"""`mosseval export` as a process: from the demo to each form and back, and what an early end leaves behind."""

from __future__ import annotations

import resource
import signal
import time
from pathlib import Path

import every_outcome
import pytest
from mosseval_process import Mosseval


def test_the_demo_goes_out_by_what_each_command_prints(mosseval: Mosseval) -> None:
    ran = mosseval("run", "-m", "simulated/blocking", "-b", "demo", "--quiet")
    assert ran.code == 0, ran.err
    out = mosseval("export", "runs/demo-simulated-blocking", "--format", "csv", "--out", "a.csv")
    assert out.code == 0, out.err
    command = out.err.split("next: mosseval ", 1)[1].splitlines()[0].split()
    back = mosseval(*command)
    assert back.code == 0, back.err
    first = mosseval("summary", "runs/demo-simulated-blocking").out
    assert mosseval("summary", "a-again").out == first
    assert "20 of 28" in first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_stopped_leaves_nothing(mosseval: Mosseval, tmp_path: Path, number: signal.Signals) -> None:
    every_outcome.make(tmp_path / "run", samples=3000)
    process = mosseval.start("export", "run", "--format", "inspect", "--out", "log.json")
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob(".log.json.*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(30) == 128 + number
    assert [each.name for each in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("limit", [900_000, 50_000], ids=["the file", "the temporary folder"])
def test_a_full_disk_leaves_what_was_there(mosseval: Mosseval, tmp_path: Path, limit: int) -> None:
    every_outcome.make(tmp_path / "run", ("an answer",), samples=600)
    (tmp_path / "log.json").write_text("mine", encoding="utf-8")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = mosseval.start("export", "run", "--format", "inspect", "--out", "log.json", "--force", preexec_fn=small)
    ended = mosseval.finish(process)
    assert (ended.code, "cannot write" in ended.err) == (3, True), ended.err
    assert (tmp_path / "log.json").read_text(encoding="utf-8") == "mine"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log.json", "run"]
