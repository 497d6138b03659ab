"""What is refused before anything is asked, and what is passed over."""

from __future__ import annotations

import pytest
from pods import EVERYTHING, SAMPLES, Pods
from remote_runs import run_at
from s3_faults import Fault, S3Faults


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("expired"), "expired"),
        (Fault("denied", "^PUT"), "Access Denied"),
        (Fault("denied", "^PUT", after=2), "Access Denied"),
    ],
)
def test_store_that_cannot_be_written_is_refused_before_anything_is_asked(
    pods: Pods, faults: S3Faults, fault: Fault, said: str
) -> None:
    faults.faults = [fault]
    result = pods(through=faults)
    assert result.code == 2, result.err
    assert said in result.err
    assert "credentials come from the environment" in result.err
    assert pods.endpoint.asked == []


def test_absent_bucket_is_refused(pods: Pods) -> None:
    for command in ((*pods.command, "--out", "s3://nowhere/run"), ("summary", "s3://nowhere/run")):
        result = pods.mosseval(*command)
        assert result.code == 2
        assert "no bucket 'nowhere'" in result.err
    assert pods.endpoint.asked == []


def test_no_credentials_are_refused(pods: Pods) -> None:
    result = pods.mosseval(*pods.into, environment={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert result.code == 2
    assert "credentials" in result.err


def test_foreign_objects_are_refused_before_a_run_and_passed_over_in_it(pods: Pods) -> None:
    prefix = pods.prefix
    pods.s3.write(f"{prefix}/holiday.png", b"x")
    refused = pods()
    assert refused.code == 2
    assert "holiday.png" in refused.err
    pods.s3.client().delete_object(Bucket="runs", Key=f"{prefix}/holiday.png")
    assert pods("--limit", 10).code == 0
    line = pods.s3.read(pods.stored("/records-0-")[0])
    digest = "0" * 32
    for name in (
        "notes.txt",
        "shard-0/notes.txt",
        f"shard-0/records-0-000009-000001-{digest}.jsonl",
        f"shard-0/records-0-000001-100000000-{digest}.jsonl",
        f"shard-0/records-1-000001-000001-{digest}.jsonl",
        f"shard-7/records-7-000001-000001-{digest}.jsonl",
        "shard-0/records-0-000001-1-../../x.jsonl",
    ):
        pods.s3.write(f"{prefix}/{name}", line)
    assert pods().code == 0
    assert len(pods.endpoint.asked) == SAMPLES
    assert sorted(run_at(pods.url).state().answers) == EVERYTHING
    result = pods.mosseval("merge", pods.url, "--out", "merged")
    assert result.code == 2
    assert "shard 7" in result.err


def test_other_number_of_shards_is_refused(pods: Pods) -> None:
    assert pods("--shard", "0/3").code == 0
    changed = pods("--shard", "0/4")
    assert changed.code == 2
    assert "shards: 4, there 3" in changed.err
    unknown = pods("--shard", "3/3")
    assert unknown.code == 2


def test_library_that_is_not_installed_is_named(pods: Pods) -> None:
    without = "import sys; sys.modules['s3fs'] = None; from mosseval.cli import main; main()"
    process = pods.mosseval.start(*pods.into, program=("-c", without))
    result = pods.mosseval.finish(process)
    assert result.code == 2
    assert "mosseval[objects]" in result.err
