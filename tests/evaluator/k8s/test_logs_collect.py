"""`mosseval k8s logs` and `collect` against a fake API server."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_kubernetes import FakeKubernetes, ended, pod_of, waits
from k8s_command import SUBMIT, Command


@pytest.fixture
def written(cluster: FakeKubernetes, submitted: str) -> str:
    """A Job of which shard 0 was tried twice, shard 1 waits, and shard 11 does not say what it is."""
    cluster.pods = [
        pod_of(submitted, 0, 0, phase="Failed", containerStatuses=ended(3)),
        pod_of(submitted, 0, 1),
        pod_of(submitted, 1, 0, phase="Pending", containerStatuses=waits("ImagePullBackOff")),
        pod_of(submitted, 2, 0),
    ]
    cluster.logs = {
        f"{submitted}-0-00000": "first try\n",
        f"{submitted}-0-00001": "one\ntwo\nthree \x1b]0;title\x07\n",
        f"{submitted}-2-00000": "two here\n",
    }
    return submitted


def test_the_last_lines_of_each_shard(k8s: Command, written: str) -> None:
    done = k8s("logs", written, "--tail", "2")
    assert done.code == 0, done.err
    assert done.out == "[0] two\n[0] three �]0;title�\n[1] (nothing written; Pending: ImagePullBackOff)\n[2] two here\n"


def test_one_shard_with_all_its_attempts(k8s: Command, written: str) -> None:
    out = k8s("logs", written, "--shard", "0", "--all-attempts").out
    assert [line.split(" ")[1] for line in out.splitlines()] == ["first", "one", "two", "three"]


def test_a_shard_that_there_is_not(k8s: Command, written: str) -> None:
    done = k8s("logs", written, "--shard", "4")
    assert done.code == 2
    assert "has no shard 4" in done.err
    assert "0 to 3" in done.err


def test_a_job_without_pods(k8s: Command, submitted: str) -> None:
    done = k8s("logs", submitted)
    assert done.code == 2
    assert f"there is no pod of the Job {submitted} (running)" in done.err


def test_a_job_that_is_not_complete_is_not_collected(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    cluster.jobs[submitted]["status"] |= {"completedIndexes": "0,2", "failedIndexes": "1"}
    done = k8s("collect", submitted, "--out", "run")
    assert done.code == 2
    assert "is not complete (running): 2 of 4 shards done, 1 failed for good" in done.err
    assert "--partial" in done.err


def test_a_volume_of_the_cluster_cannot_be_read_from_here(
    cluster: FakeKubernetes, k8s: Command, tmp_path: Path
) -> None:
    flags = [each.replace("s3://bucket/one", "file:///runs/one") for each in SUBMIT]
    name = k8s(*flags, "--runs-claim", "mosseval-runs").out.strip()
    done = k8s("collect", name, "--out", "run", "--partial")
    assert done.code == 2
    assert "on a volume of the cluster's" in done.err
    assert not (tmp_path / "run").exists()


def test_what_was_written_is_merged(
    cluster: FakeKubernetes, k8s: Command, submitted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the real merge, which says that nothing is there: the store is nobody's."""
    for name, value in (("AWS_ENDPOINT_URL", "http://127.0.0.1:9"), ("AWS_ACCESS_KEY_ID", "x")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 20)
    cluster.jobs[submitted]["status"]["conditions"] = [{"type": "Complete", "status": "True"}]
    done = k8s("collect", submitted, "--out", "run")
    assert done.code in (2, 3)
    assert "s3://bucket/one" in done.err
