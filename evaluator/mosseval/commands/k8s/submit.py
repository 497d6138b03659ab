"""`mosseval k8s submit`: makes the Job of a run, once."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from mosseval.commands.k8s.render import job_of
from mosseval.errors import ClusterFailed, UsageError
from mosseval.k8s.cluster import Cluster, Reach, Unseen
from mosseval.k8s.differences import differences
from mosseval.k8s.order import JobOrder
from mosseval.k8s.state import JobState, job_state
from mosseval.terminal import clean

GONE_WITHIN_S = 120.0
POLL_S = 0.5
ROUNDS = 3
"""How often a Job may vanish between two questions."""


def submit(order: JobOrder, reach: Reach, *, dry_run: bool = False, replace: bool = False) -> None:
    """Makes the Job unless it is there; prints its name.

    Raises UsageError where another Job has the name, or the Job's Secret is not there, and ClusterFailed.
    """
    job = job_of(order)
    name = str(job["metadata"]["name"])
    with Cluster.opened(reach) as cluster:
        _check_what_it_needs(cluster, order)
        for _ in range(ROUNDS):
            if cluster.create(job, dry_run=dry_run):
                _tell_made(order, name, dry_run)
                return
            found = cluster.job(name)
            if found is None:
                continue
            if replace and job_state(found).ended_for_good and not dry_run:
                _take_away(cluster, name, found)
                continue
            _refuse_another(job, found)
            _tell_there(name, job_state(found))
            return
    raise ClusterFailed(f"the Job {name} comes and goes", hint="somebody else is making or deleting it: try again")


def _check_what_it_needs(cluster: Cluster, order: JobOrder) -> None:
    """What a pod would wait for without end, and without failing. Raises UsageError; says what it may not look at."""
    try:
        if not cluster.has_service_account(order.service_account):
            raise UsageError(
                f"there is no service account {order.service_account} in the namespace {order.namespace}",
                hint="kubectl apply -k k8s/overlays/… makes it",
            )
        wanted = dict.fromkeys(order.secrets)
        keys = {order.key.name: order.key.key} if order.key is not None else {}
        for name, key in {**wanted, **keys}.items():
            _check_secret(cluster, name, key, order.namespace)
    except Unseen as unseen:
        _say(f"mosseval: not checked whether what the pods need is there ({unseen})")


def _check_secret(cluster: Cluster, name: str, key: str | None, namespace: str) -> None:
    found = cluster.secret_keys(name)
    if found is None:
        made = "--from-env-file=FILE" if key is None else f'--from-literal={key}="$(cat FILE)"'
        raise UsageError(
            f"there is no Secret {name} in the namespace {namespace}",
            hint=f"kubectl create secret generic {name} -n {namespace} {made}",
        )
    if key is not None and key not in found:
        known = ", ".join(sorted(found)) or "nothing"
        raise UsageError(f"the Secret {name} has no {key!r}", hint=f"it has: {known}; --key-secret {name}/KEY")


def _refuse_another(job: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    name = job["metadata"]["name"]
    lines = differences(job, found)
    if lines:
        state = job_state(found)
        ended = "--replace takes it away and makes this one" if state.ended_for_good else "wait until it has ended"
        raise UsageError(
            f"the Job {name} is there ({state.phase}), and differs:\n  " + "\n  ".join(lines),
            hint=f"{ended}; what is recorded is kept either way",
        )


def _take_away(cluster: Cluster, name: str, found: Mapping[str, Any]) -> None:
    """Deletes a Job that ended, and waits until it is gone. Raises ClusterFailed where it stays."""
    cluster.delete(name, str(found.get("metadata", {}).get("uid", "")))
    deadline = time.monotonic() + GONE_WITHIN_S
    while cluster.job(name) is not None:
        if time.monotonic() > deadline:
            raise ClusterFailed(f"the Job {name} was to be deleted, and is still there", hint="try again later")
        time.sleep(POLL_S)
    _say(f"the Job {name} that had ended was deleted; the run goes on where it stopped")


def _tell_made(order: JobOrder, name: str, dry_run: bool) -> None:
    sys.stdout.write(f"{name}\n")
    if dry_run:
        _say("the cluster would take it; nothing was made")
        return
    waits = " (suspended)" if order.suspend or order.queue else ""
    _say(f"submitted{waits}: {order.shards} shards, {order.parallelism} at once, to {order.out}")
    _say(f"next: mosseval k8s status {name}")


def _tell_there(name: str, state: JobState) -> None:
    sys.stdout.write(f"{name}\n")
    _say(f"already there ({state.phase}, {len(state.done)} of {state.shards} shards done): nothing was submitted")
    if state.phase == "failed":
        _say("with --replace it is deleted and made anew; the run goes on where it stopped")


def _say(message: str) -> None:
    print(clean(message), file=sys.stderr)  # noqa: T201 - what is no result
