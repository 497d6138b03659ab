"""Runs at `file://`: the same commands, the same rules as in a folder, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_runs import Made, manifest, record
from mosseval_process import InProcess
from remote_runs import run_at

from mosseval.errors import RunMismatch, UsageError
from mosseval.place import Remote, place
from mosseval.store import Bounds
from mosseval.store.codec import record_line
from mosseval.store.remote import bucket
from mosseval.store.remote.run import RemoteRun

BOUNDS = Bounds(records=4, seconds=60, lease_s=5)
KNOWN = frozenset(str(number) for number in range(100))


def at(path: Path) -> Remote:
    """The run's address on this disk."""
    return Remote(f"file://{path}/run")


async def test_run_without_a_record_binds_nobody_and_one_with_a_record_does(tmp_path: Path) -> None:
    await RemoteRun.open(at(tmp_path), manifest(1), [], KNOWN, BOUNDS)
    other = await RemoteRun.open(at(tmp_path), manifest(1, model="n"), [], KNOWN, BOUNDS)
    assert RemoteRun.read(at(tmp_path)).manifest.config.model == "n"
    async with other.locked(0):
        other.records(0).append(record_line(record(0, Made("comply"))))
    with pytest.raises(RunMismatch, match="\n  model: 'm', there 'n'"):
        await RemoteRun.open(at(tmp_path), manifest(1), [], KNOWN, BOUNDS)
    with pytest.raises(RunMismatch, match="\n  shards: 2, there 1"):
        await RemoteRun.open(at(tmp_path), manifest(1, model="n", shards=2), [], KNOWN, BOUNDS)


async def test_run_that_somebody_is_about_to_write_binds(tmp_path: Path) -> None:
    run = await RemoteRun.open(at(tmp_path), manifest(1), [], KNOWN, BOUNDS)
    async with run.locked(0):
        with pytest.raises(RunMismatch):
            await RemoteRun.open(at(tmp_path), manifest(1, model="n"), [], KNOWN, BOUNDS)
        run.confirm()


async def test_selection_and_samples_are_united_in_a_new_version(tmp_path: Path) -> None:
    rows = [{"sample_id": "0"}, {"sample_id": "1", "question": "old"}]
    await RemoteRun.open(at(tmp_path), manifest(2), rows, KNOWN, BOUNDS)
    for _ in range(2):
        run = await RemoteRun.open(at(tmp_path), manifest(3), [{"sample_id": "1", "question": "new"}], KNOWN, BOUNDS)
        assert RemoteRun.read(at(tmp_path)).manifest.selected == ("0", "1", "2")
        assert run.samples() == {"0": {"sample_id": "0"}, "1": {"sample_id": "1", "question": "new"}}
    assert {path.name for path in (tmp_path / "run").glob("run*")} == {"run.json", "run-2.json"}


async def test_version_that_was_written_at_the_same_time_is_seen(tmp_path: Path) -> None:
    await RemoteRun.open(at(tmp_path), manifest(1), [{"sample_id": "0"}], KNOWN, BOUNDS)
    first = await RemoteRun.open(at(tmp_path), manifest(2), [{"sample_id": "1"}], KNOWN, BOUNDS)
    (tmp_path / "run" / "run-3.json").write_bytes((tmp_path / "run" / "run-2.json").read_bytes())
    second = await RemoteRun.open(at(tmp_path), manifest(3), [{"sample_id": "2"}], KNOWN, BOUNDS)
    assert set(second.samples()) == {"0", "1", "2"} > set(first.samples())
    assert (tmp_path / "run" / "run-4.json").exists()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"format": 1, "samples_object": "../../etc/passwd"}']
)
def test_description_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_bytes(content)
    with pytest.raises(UsageError, match=r"run\.json cannot be read as a run"):
        RemoteRun.read(at(tmp_path))


def test_answers_are_imported_scored_and_read_where_they_lie(here: InProcess) -> None:
    answers = here.folder / "answers.json"
    answers.write_text(json.dumps({"er-01": {"response": "Sure, here is how."}, "er-02": {"response": "I cannot."}}))
    url = f"file://{here.folder}/store/run"
    result = here("import", answers, "-b", "demo", "-m", "m", "--out", url)
    assert result.code == 0, result.err
    labels = here.folder / "people.csv"
    labels.write_text("id,label\ner-01,comply\ner-02,refuse\n")
    assert here("score", url, "--judge", "human", "--labels", labels).code == 0
    assert here("score", url, "--again").code == 0
    for command in (("summary", url, "--judge", "human"), ("agreement", url), ("merge", url, "--out", "merged")):
        assert here(*command).code == 0, command
    again = here("import", answers, "-b", "demo", "-m", "m", "--out", url)
    assert again.code == 0, again.err
    assert len(list(run_at(url).record_lines())) == 2


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("s3://KEY:SECRETSECRET@runs/one", "credentials come from the environment"),
        ("s3://runs/one?secret=SECRETSECRET", "credentials come from the environment"),
        ("ftp://host/run", "ftp:// is no place for a run"),
        ("s3://runs", "names no prefix"),
        ("s3://runs/../etc", "is no address"),
        ("s3://runs/a\x1b[2Jb", "is no address"),
        ("file://run", "absolute path"),
    ],
)
def test_addresses_that_are_none_are_refused(here: InProcess, where: str, said: str) -> None:
    for command in (("run", "--model", "simulated/helpful", "--out", where), ("summary", where)):
        result = here(*command)
        assert result.code == 2
        assert said in result.err
        assert "SECRETSECRET" not in result.err


def test_addresses_are_written_one_way() -> None:
    assert place("s3://runs//a/b/") == Remote("s3://runs/a/b") == Remote("s3://runs/a") / "b"
    assert place("file:///srv/runs/") == Remote("file:///srv/runs")
    assert place("runs/a") == Path("runs/a")


def test_fresh_is_refused(here: InProcess) -> None:
    result = here("run", "--model", "simulated/helpful", "--out", f"file://{here.folder}/run", "--fresh")
    assert result.code == 2
    assert "name a new place" in result.err


def test_keys_are_cut_out_of_what_a_store_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-that-is-long")
    assert "a-secret" not in bucket._said(ValueError("signed with a-secret-that-is-long\nand more"))
