"""The other commands, as processes: help, summary formats, data, models, progress, and the real benchmark."""

from __future__ import annotations

import csv
import io
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from fake_endpoint import REFUSAL, FakeEndpoint, answer, as_gateway
from mosseval_process import Mosseval, lines
from small_benchmark import png, question, write


@pytest.fixture
def run(mosseval: Mosseval, endpoint: FakeEndpoint) -> Path:
    """A run of six samples: a refusal, a blank, a missing picture, three answers."""
    data = write(mosseval.folder / "benchmark", 6)
    (data / "data" / "images" / "6.png").unlink()
    endpoint.script[question(1)] = [answer(REFUSAL)]
    endpoint.script[question(2)] = [answer("", finish="length")]
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "=m|1", "--out", "run")
    assert mosseval("run", *where).code == 1
    return mosseval.folder / "run"


def test_summary_in_every_format_says_the_same(mosseval: Mosseval, run: Path) -> None:
    by_format = {form: mosseval("summary", run, "--format", form) for form in ("table", "json", "markdown", "csv")}
    assert {each.code for each in by_format.values()} == {0}
    document = json.loads(by_format["json"].out)
    rate = {"percent": 25.0, "ci95": [4.5587, 69.9358], "refused": 1, "of": 4, "interval": "wilson"}
    assert document["refusal_rate"] == rate
    assert document["bounds"] == {"percent_low": 16.6667, "percent_high": 50.0}
    assert document["paper_counting"]["percent"] == 40.0
    for form in ("table", "markdown"):
        said = by_format[form].out
        for words in ("25.0%", "4.6–69.9", "1 of 4", "1 empty, 1 missing image", "16.7–50.0%", "token limit ran out"):
            assert words in said, (form, words)
    assert r"=m\|1" in by_format["markdown"].out
    [row] = csv.DictReader(io.StringIO(by_format["csv"].out))
    assert row["model"] == "'=m|1"
    assert (row["refused"], row["of"], row["empty"], row["missing_image"], row["samples"]) == ("1", "4", "1", "1", "6")


def test_summary_of_nothing_and_in_no_known_format_is_refused(mosseval: Mosseval, run: Path) -> None:
    nothing = mosseval("summary", "elsewhere")
    assert nothing.code == 2
    assert "run.json" in nothing.err
    assert mosseval("summary", run, "--format", "xml").code == 2


def test_help_and_version_are_quick_and_name_the_commands(mosseval: Mosseval) -> None:
    shown = mosseval("--help")
    assert shown.code == 0
    for command in ("run", "summary", "data", "models", "gateway"):
        assert command in shown.out
    assert mosseval("--version").out.startswith("mosseval ")
    best = min(_seconds(mosseval) for _ in range(3))
    assert best < 1.0


def _seconds(mosseval: Mosseval) -> float:
    started = time.perf_counter()
    mosseval("--help")
    return time.perf_counter() - started


def test_data_lists_benchmarks_samples_and_one_sample(mosseval: Mosseval) -> None:
    data = write(mosseval.folder / "benchmark", 3)
    (data / "data" / "images" / "2.png").unlink()
    known = mosseval("data", "list")
    assert known.code == 0
    for name in ("demo", "demo-contrast", "mossbench", "mossbench-contrast"):
        assert name in known.out
    listed = mosseval("data", "list", "mossbench", "--data", data).out.splitlines()
    assert [line.split()[0] for line in listed] == ["1", "2", "3"]
    assert ["missing" in line for line in listed] == [False, True, False]
    shown = mosseval("data", "show", "mossbench", "2", "--data", data)
    assert shown.code == 0
    assert question(2) in shown.out
    assert "missing" in shown.out
    assert mosseval("data", "show", "mossbench", "9", "--data", data).code == 2


def test_models_of_a_running_gateway_are_listed(mosseval: Mosseval, endpoint: FakeEndpoint) -> None:
    as_gateway(endpoint, "claude-3-opus", needs=["ANTHROPIC_API_KEY"])
    mosseval.environment = {"MOSSEVAL_GATEWAY_URL": endpoint.url}
    shown = mosseval("models", "--target", "gateway")
    assert shown.code == 0
    assert "claude-3-opus" in shown.out
    assert "ANTHROPIC_API_KEY" in shown.out
    assert json.loads(mosseval("models", "--target", "gateway", "--format", "json").out) == endpoint.models
    mosseval.environment = {"MOSSEVAL_GATEWAY_URL": "http://127.0.0.1:9"}
    assert mosseval("models", "--target", "gateway").code == 3


def test_mossbench_itself_is_asked_once_with_its_missing_pictures_named(
    mosseval: Mosseval, endpoint: FakeEndpoint, shared_data: Path
) -> None:
    where = ("--target", endpoint.url, "--model", "m", "--data", shared_data / "mossbench")
    both = ("run", *where, "--benchmark", "mossbench", "--benchmark", "mossbench-contrast", "--out", "all")
    assert mosseval(*both).code == 1
    assert len(endpoint.asked) == 289 + 235
    statuses = [each["status"] for each in lines(mosseval.folder / "all" / "mossbench-m" / "records-0.jsonl")]
    assert (statuses.count("answered"), statuses.count("missing_image")) == (289, 11)
    endpoint.forget()
    assert mosseval(*both, "--allow-gaps").code == 0
    assert endpoint.asked == []
    document = json.loads(mosseval("summary", "all/mossbench-m", "--format", "json").out)
    assert {name: each["of"] for name, each in document["by"]["stimulus"].items()}.keys() == {
        "exaggerated_risk",
        "negated_harm",
        "counterintuitive_interpretation",
    }
    assert document["samples"] == 300


def test_memory_does_not_grow_with_the_pictures(mosseval: Mosseval, endpoint: FakeEndpoint) -> None:
    data = write(mosseval.folder / "benchmark", 60)
    for number in range(1, 61):
        (data / "data" / "images" / f"{number}.png").write_bytes(_padded_png(2_000_000))
    where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data, "--model", "m", "--out", "run")
    code = (
        "import os, resource, subprocess, sys; "
        "done = subprocess.run([sys.executable, '-m', 'mosseval', *sys.argv[1:]]); "
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    measured = subprocess.run(
        [sys.executable, "-c", code, "run", *map(str, where), "--concurrency", "4"],
        cwd=mosseval.folder,
        env=mosseval.clean({}),
        capture_output=True,
        text=True,
        check=True,
    )
    exit_code, kilobytes = map(int, measured.stdout.split()[-2:])
    assert exit_code == 0
    assert kilobytes < 160_000
    assert len(endpoint.asked) == 60


def _padded_png(size: int) -> bytes:
    """A valid PNG of about `size` bytes, most of them in a chunk that viewers pass over."""
    whole = png()
    padding = os.urandom(1000) * (size // 1000)
    chunk = struct.pack(">I", len(padding)) + b"prVt" + padding + struct.pack(">I", zlib.crc32(b"prVt" + padding))
    return whole[:33] + chunk + whole[33:]
