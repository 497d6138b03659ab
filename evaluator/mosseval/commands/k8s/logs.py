"""`mosseval k8s logs`: what the evaluators wrote, a shard after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from mosseval.commands.k8s.status import named_job
from mosseval.commands.output import kept_quiet
from mosseval.errors import UsageError
from mosseval.k8s.cluster import Cluster, Reach
from mosseval.k8s.pod import CONTAINER
from mosseval.k8s.state import JobState, PodState, pod_states
from mosseval.terminal import clean


def print_logs(name: str, reach: Reach, *, shard: int | None, tail: int, all_attempts: bool) -> None:
    """Prints the last lines of each shard's last attempt, or of all attempts, each line behind its shard.

    Raises UsageError for a Job or a shard that there is not, ClusterFailed.
    """
    with Cluster.opened(reach) as cluster:
        job = named_job(cluster, name)
        if shard is not None and not 0 <= shard < job.shards:
            raise UsageError(f"the Job {name} has no shard {shard}", hint=f"0 to {job.shards - 1}")
        pods = [pod for pod in pod_states(cluster.pods(name)) if shard is None or pod.shard == shard]
        chosen = list(pods if all_attempts else {pod.shard: pod for pod in pods}.values())
        if not chosen:
            raise UsageError(_no_pod(job, shard), hint="a cluster keeps the logs of pods that it still has")
        with kept_quiet():
            for pod in sorted(chosen, key=lambda each: (each.shard is None, each.shard or 0, each.created)):
                log = cluster.log(pod.name, pod.container or CONTAINER, tail=tail)
                sys.stdout.writelines(_labelled(pod, log))


def _labelled(pod: PodState, log: str) -> Iterable[str]:
    shard = "?" if pod.shard is None else pod.shard
    lines = log.splitlines() or [f"(nothing written; {pod.phase}{f': {pod.reason}' if pod.reason else ''})"]
    return (f"[{shard}] {clean(line.expandtabs(), limit=4000)}\n" for line in lines)


def _no_pod(job: JobState, shard: int | None) -> str:
    what = f"the Job {job.name}" if shard is None else f"shard {shard} of the Job {job.name}"
    return f"there is no pod of {what} ({job.phase})"
