"""`mosseval k8s collect`: a run that a cluster has done, merged into one without shards."""

from __future__ import annotations

import sys

from mosseval.commands.k8s.status import named_job
from mosseval.errors import UsageError
from mosseval.k8s.cluster import Cluster, Reach
from mosseval.k8s.state import JobState
from mosseval.terminal import clean


def collect(name: str, reach: Reach, *, out: str, partial: bool) -> None:
    """Merges where the Job writes into `out`. Raises UsageError where it is not complete, unless `partial`."""
    from mosseval.commands.merge import merge
    from mosseval.place import place

    with Cluster.opened(reach) as cluster:
        job = named_job(cluster, name)
    _require_complete(job, partial=partial)
    if job.out.startswith("file:"):
        raise UsageError(
            f"{name} writes to {job.out}, on a volume of the cluster's",
            hint="copy it here from a pod that mounts the volume, then: mosseval merge FOLDER --out RUN",
        )
    if not job.out:
        raise UsageError(f"the Job {name} does not say where it writes", hint="mosseval merge URL --out RUN")
    if job.phase != "complete":
        _say(f"{len(job.done)} of {job.shards} shards are done; samples of the others may be pending")
    merge([place(job.out)], place(out))


def _require_complete(job: JobState, *, partial: bool) -> None:
    if job.phase == "complete" or partial:
        return
    failed = f", {len(job.failed)} failed for good" if job.failed else ""
    raise UsageError(
        f"the Job {job.name} is not complete ({job.phase}): {len(job.done)} of {job.shards} shards done{failed}",
        hint="--partial takes what there is; `mosseval k8s status` says why",
    )


def _say(message: str) -> None:
    print(f"mosseval: {clean(message)}", file=sys.stderr)  # noqa: T201 - what is no result
