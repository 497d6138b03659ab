"""`mosseval k8s status` against a fake API server: shards, rate and failures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fake_kubernetes import FakeKubernetes, Refusal, ended, pod_of, waits
from k8s_command import SUBMIT, Command

PROGRESS = "demo · gpt-4o: {done}/75 · 3 done before · {rate}/s · 8 in flight · 20 answered · 1 refused · 0 blocked"


def given(cluster: FakeKubernetes, job: str, **status: Any) -> None:
    """Sets the Job's status."""
    cluster.jobs[job]["status"] |= status


def test_shards_and_rate_of_a_job_at_work(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    given(cluster, submitted, active=2, completedIndexes="0", succeeded=1)
    cluster.pods = [
        pod_of(submitted, 0, phase="Succeeded", containerStatuses=ended(0, "Completed")),
        pod_of(submitted, 1),
        pod_of(submitted, 2),
    ]
    cluster.logs = {
        f"{submitted}-1-00000": f"{PROGRESS.format(done=5, rate='1.0')}\n{PROGRESS.format(done=25, rate='2.5')}\nx\n",
        f"{submitted}-2-00000": f"{PROGRESS.format(done=30, rate='4.0')}\n",
    }
    done = k8s("status", submitted)
    assert done.code == 0, done.err
    assert f"{submitted}: running" in done.out
    assert "demo · gpt-4o → s3://bucket/one" in done.out
    assert "4: 1 done · 2 at work · 1 waiting · 0 failed" in done.out
    assert "6.5 samples/s by the last lines of 2 shards at work · 55 of their 150 samples done" in done.out
    assert "shards an hour" in done.out
    assert "failures  none" in done.out


def test_shards_an_hour_are_of_the_time_that_a_job_took(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    given(
        cluster,
        submitted,
        completedIndexes="0-3",
        startTime="2026-11-25T09:00:00Z",
        completionTime="2026-11-25T09:30:00Z",
        conditions=[{"type": "Complete", "status": "True"}],
    )
    found = json.loads(k8s("status", submitted, "--format", "json").out)
    assert found["phase"] == "complete"
    assert found["shards_per_hour"] == 8.0
    assert found["shards"] == {"total": 4, "done": 4, "active": 0, "waiting": 0, "failed": []}


def test_failures_are_told_with_their_codes_and_last_words(
    cluster: FakeKubernetes, k8s: Command, submitted: str
) -> None:
    given(cluster, submitted, active=1, completedIndexes="3", failedIndexes="1")
    cluster.pods = [
        pod_of(submitted, 0, 0, phase="Failed", containerStatuses=ended(3)),
        pod_of(submitted, 0, 1, phase="Failed", containerStatuses=ended(137, "OOMKilled")),
        pod_of(submitted, 1, 0, phase="Failed", containerStatuses=ended(1)),
        pod_of(submitted, 3, 0, phase="Failed", containerStatuses=ended(3)),
        pod_of(submitted, 3, 1, phase="Succeeded", containerStatuses=ended(0, "Completed")),
    ]
    cluster.logs = {
        f"{submitted}-0-00001": "mosseval: nobody answers\nlast line\n",
        f"{submitted}-1-00000": "a line\nthe \x1b[31mlast\n",
    }
    out = k8s("status", submitted).out
    assert "failures  2 shards" in out
    assert "shard 1, 1 attempt, for good: exit 1, finished with gaps: the �[31mlast" in out
    assert (
        "shard 0, 2 attempts, tried again: exit 137, killed (out of memory, or the node), OOMKilled: nobody answers"
        in out
    )
    assert "\x1b" not in out
    assert "shard 3" not in out
    assert out.index("shard 1") < out.index("shard 0")


def test_a_job_that_wrong_input_ended_says_so_first(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    message = "Container evaluator for pod mosseval/x failed with exit code 2 matching FailJob rule at index 1"
    given(
        cluster,
        submitted,
        failedIndexes="2",
        conditions=[
            {"type": "FailureTarget", "status": "True", "reason": "PodFailurePolicy", "message": message},
            {"type": "Failed", "status": "True", "reason": "PodFailurePolicy", "message": message},
        ],
    )
    cluster.pods = [
        pod_of(submitted, 0, phase="Failed", containerStatuses=ended(143)),
        pod_of(submitted, 2, phase="Failed", containerStatuses=ended(2)),
    ]
    cluster.logs = {f"{submitted}-2-00000": "mosseval: the gateway refuses the key (401)\n          set it\n"}
    out = k8s("status", submitted).out
    assert "failed, PodFailurePolicy: Container evaluator" in out
    assert "exit 2, wrong use or input: the Job fails at once: the gateway refuses the key (401)" in out
    assert out.index("shard 2") < out.index("shard 0")


def test_pods_that_wait_for_what_may_never_come(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    cluster.pods = [
        pod_of(
            submitted,
            shard,
            phase="Pending",
            containerStatuses=waits("CreateContainerConfigError", 'secret "mosseval-key" not found'),
        )
        for shard in range(3)
    ]
    cluster.pods.append(
        pod_of(
            submitted,
            3,
            phase="Pending",
            conditions=[
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"},
            ],
        )
    )
    out = k8s("status", submitted).out
    assert '3 pods: CreateContainerConfigError: secret "mosseval-key" not found' in out
    assert "1 pod: Unschedulable: 0/3 nodes" in out


def test_the_start_of_a_pod_can_fail_too(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    first, second = ended(2, name="fetch"), waits("PodInitializing")
    cluster.pods = [
        pod_of(submitted, 0, phase="Failed", initContainerStatuses=first, containerStatuses=second),
    ]
    cluster.logs = {f"{submitted}-0-00000": "mosseval: the hub could not be reached\n"}
    assert "exit 2, in fetch: the hub could not be reached" in k8s("status", submitted).out


def test_a_drained_node_is_no_failure(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    gone = [{"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}]
    cluster.pods = [pod_of(submitted, 0, phase="Failed", containerStatuses=ended(143), conditions=gone)]
    out = k8s("status", submitted).out
    assert "disrupted 1 pod " in out
    assert "failures  none" in out


def test_all_jobs_of_mosseval_in_a_line_each(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    for number in range(5):
        assert k8s(*SUBMIT, "--limit", str(number + 1), "--suspend").code == 0
    cluster.jobs["other"] = {"metadata": {"name": "other", "labels": {"app": "x"}}, "spec": {}}
    done = k8s("status")
    assert done.out.count("suspended") == 5
    assert submitted in done.out
    assert "other" not in done.out
    assert len(json.loads(k8s("status", "--format", "json").out)) == 6
    assert any("continue=" in each for each in cluster.seen), "every page is asked for"


def test_no_job_is_there(k8s: Command) -> None:
    done = k8s("status")
    assert (done.code, done.out) == (0, "no Job of mosseval's is there\n")


def test_a_job_that_there_is_not(k8s: Command) -> None:
    done = k8s("status", "mosseval-nothing")
    assert done.code == 2
    assert "there is no Job mosseval-nothing in the namespace mosseval" in done.err
    assert "--ttl" in done.err


def test_logs_that_cannot_be_had_stop_no_status(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    cluster.pods = [pod_of(submitted, 0)]
    out = k8s("status", submitted).out
    assert "samples/s" not in out


@pytest.mark.parametrize(
    "status",
    [
        {"completedIndexes": "9999999999-99999999999,-,x,3-,5-2,0-1"},
        {"completedIndexes": 7, "failedIndexes": ["x"], "active": "many", "conditions": ["x", {"type": 5}]},
        {"startTime": "yesterday", "completionTime": {}, "conditions": None},
    ],
)
def test_a_status_that_makes_no_sense_ends_no_command(
    status: dict[str, Any], cluster: FakeKubernetes, k8s: Command, submitted: str
) -> None:
    given(cluster, submitted, **status)
    cluster.pods = [{"metadata": {"labels": {"batch.kubernetes.io/job-name": submitted}}, "status": {"phase": 7}}]
    done = k8s("status", submitted)
    assert done.code == 0, done.err
    assert submitted in done.out


def test_a_server_that_fails_in_the_middle_is_said(cluster: FakeKubernetes, k8s: Command, submitted: str) -> None:
    cluster.broken = lambda method, path: Refusal(503, "Unavailable", "leader changed") if "/pods" in path else None
    done = k8s("status", submitted)
    assert done.code == 2
    assert "says 503: leader changed" in done.err


def test_progress_lines_are_those_that_a_run_writes() -> None:
    """The pattern follows `Progress.line`, and would notice a change of it."""
    from rich.console import Console

    from mosseval.k8s.rate import speed
    from mosseval.progress import Progress
    from mosseval.tally import Tally

    tally = Tally()
    tally.total, tally.resumed = 40, 3
    line = Progress(tally, "demo · a: 5/6 model", Console()).line()
    found = speed([line])
    assert found is not None
    assert (found.done, found.total) == (tally.done, 40)
