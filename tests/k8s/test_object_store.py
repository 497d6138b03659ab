"""A rendered Job's pods write to a real S3 server, and `collect` makes one run of it; the API server is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fake_kubernetes import FakeKubernetes, fake_kubernetes
from gateway_process import KEY, Gateway, gateway_process
from manifests import Document, expanded, template
from mosseval_process import Mosseval, lines
from s3_server import s3_server

SUBMIT = ("k8s", "submit", "--shards", "3", "--key-secret", "mosseval-key", "--model", "simulated/helpful")


@pytest.fixture
def s3() -> Iterator[Any]:
    """moto's server, in a process of its own."""
    with s3_server() as server:
        yield server


@pytest.fixture
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway as the pods see one."""
    with gateway_process(tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def cluster() -> Iterator[FakeKubernetes]:
    """A cluster without a Job."""
    with fake_kubernetes() as running:
        yield running


def test_what_the_pods_of_a_job_wrote_is_collected(
    cluster: FakeKubernetes, gateway: Gateway, s3: Any, mosseval: Mosseval
) -> None:
    mosseval.environment = {**s3.environment(), "KUBECONFIG": str(cluster.kubeconfig(mosseval.folder))}
    out = ("--out", f"s3://{s3.bucket}/one")
    submitted = mosseval(*SUBMIT, *out)
    assert submitted.code == 0, submitted.err
    name = submitted.out.strip()
    for shard in range(3):
        done = mosseval(*_arguments(cluster.jobs[name], shard), environment=_variables(gateway))
        assert done.code == 0, done.err
    early = mosseval("k8s", "collect", name, "--out", "run")
    assert early.code == 2
    assert "is not complete (running)" in early.err
    cluster.jobs[name]["status"] |= {
        "completedIndexes": "0-2",
        "conditions": [{"type": "Complete", "status": "True"}],
    }
    collected = mosseval("k8s", "collect", name, "--out", "run")
    assert collected.code == 0, collected.err
    keys = [line["key"] for line in lines(mosseval.folder / "run" / "records-0.jsonl")]
    assert len(keys) == len(set(keys)) == 30
    summary = mosseval("summary", "run")
    assert summary.code == 0, summary.err
    assert "0 of 30" in summary.out
    again = mosseval(*SUBMIT, *out)
    assert "already there (complete, 3 of 3 shards done): nothing was submitted" in again.err


def test_shards_that_failed_for_good_are_left_out_where_that_is_asked_for(
    cluster: FakeKubernetes, gateway: Gateway, s3: Any, mosseval: Mosseval
) -> None:
    mosseval.environment = {**s3.environment(), "KUBECONFIG": str(cluster.kubeconfig(mosseval.folder))}
    name = mosseval(*SUBMIT, "--out", f"s3://{s3.bucket}/two").out.strip()
    assert mosseval(*_arguments(cluster.jobs[name], 1), environment=_variables(gateway)).code == 0
    cluster.jobs[name]["status"] |= {
        "completedIndexes": "1",
        "failedIndexes": "0,2",
        "conditions": [{"type": "Failed", "status": "True", "reason": "FailedIndexes", "message": "2 failed"}],
    }
    refused = mosseval("k8s", "collect", name, "--out", "run")
    assert refused.code == 2
    assert "is not complete (failed): 1 of 3 shards done, 2 failed for good" in refused.err
    collected = mosseval("k8s", "collect", name, "--out", "run", "--partial")
    assert collected.code == 0, collected.err
    assert len(lines(mosseval.folder / "run" / "records-0.jsonl")) == 10


def _arguments(job: Document, shard: int) -> list[str]:
    """As the kubelet hands them over."""
    container = template(job)["spec"]["containers"][0]
    return [expanded(each, {"JOB_COMPLETION_INDEX": str(shard)}) for each in container["args"]]


def _variables(gateway: Gateway) -> dict[str, str]:
    """In the places of the Service and of the Secret."""
    file = gateway.log.with_name("key")
    file.write_text(KEY, encoding="utf-8")
    return {"MOSSEVAL_GATEWAY_URL": gateway.url, "MOSSEVAL_API_KEY_FILE": str(file)}
