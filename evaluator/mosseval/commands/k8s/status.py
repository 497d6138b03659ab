"""`mosseval k8s status`: the shards of a run on a cluster, how fast they go, and what went wrong."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.errors import UsageError
from mosseval.k8s.cluster import Cluster, Reach
from mosseval.k8s.pod import CONTAINER
from mosseval.k8s.rate import Speed, last_words, shards_per_hour, speed
from mosseval.k8s.state import JobState, PodState, job_state, pod_states
from mosseval.terminal import one_line

FORMATS = ("table", "json")
LOOKED_AT = 32
"""Shards at work whose logs are read; their speed stands for the others'."""
EXPLAINED = 5
"""Failed pods whose last words are read."""
SHOWN = 20
MEANINGS = {
    1: "finished with gaps",
    2: "wrong use or input: the Job fails at once",
    3: "stopped early",
    137: "killed (out of memory, or the node)",
    143: "told to end",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A shard's trouble: its last failed attempt, and how many there were."""

    shard: int | None
    attempts: int
    pod: PodState
    words: str
    final: bool

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "shard": self.shard,
            "attempts": self.attempts,
            "exit_code": self.pod.exit_code,
            "reason": one_line(self.pod.reason),
            "message": one_line(self.words, 300),
            "final": self.final,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say of one Job."""

    job: JobState
    speed: Speed | None
    shards_per_hour: float | None
    failures: tuple[Failure, ...]
    stuck: tuple[tuple[str, int], ...]
    """Why pods wait for what may never come, each with how many."""
    disrupted: int

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        job = self.job
        return {
            "job": job.name,
            "phase": job.phase,
            "reason": one_line(job.reason, 300),
            "model": job.model,
            "benchmark": job.benchmark,
            "out": job.out,
            "shards": {
                "total": job.shards,
                "done": len(job.done),
                "active": job.active,
                "waiting": job.waiting,
                "failed": sorted(job.failed),
            },
            "samples_per_s": None if self.speed is None else round(self.speed.samples_per_s, 1),
            "samples_per_s_of_shards": None if self.speed is None else self.speed.shards,
            "shards_per_hour": None if self.shards_per_hour is None else round(self.shards_per_hour, 1),
            "failures": [each.document() for each in self.failures],
            "stuck": [{"reason": reason, "pods": pods} for reason, pods in self.stuck],
            "disrupted_pods": self.disrupted,
        }


def show_status(name: str | None, reach: Reach, *, format: str) -> None:
    """Prints the state of one Job, or of all in a line each. Raises UsageError where there is none, ClusterFailed."""
    if format not in FORMATS:
        raise UsageError(f"there is no format {format!r}", hint=", ".join(FORMATS))
    with Cluster.opened(reach) as cluster:
        if name is None:
            states = [job_state(each) for each in cluster.jobs()]
            with kept_quiet():
                _show_all(states, format)
            return
        found = report(cluster, name, datetime.now(UTC))
    with kept_quiet():
        if format == "json":
            sys.stdout.write(json.dumps(found.document(), indent=2) + "\n")
        else:
            _show(found, ResultConsole())


def report(cluster: Cluster, name: str, now: datetime) -> Report:
    """Asks the cluster about a Job, its pods and some of their logs. Raises UsageError where there is none."""
    job = named_job(cluster, name)
    pods = pod_states(cluster.pods(name))
    at_work = [pod for pod in pods if pod.running]
    logs = (cluster.log(pod.name, CONTAINER, tail=50) for pod in at_work[:LOOKED_AT])
    stuck = Counter(
        one_line(f"{pod.reason}: {pod.message}" if pod.message else pod.reason) for pod in pods if pod.stuck
    )
    return Report(
        job=job,
        speed=speed(logs),
        shards_per_hour=shards_per_hour(job, now),
        failures=tuple(_failures(cluster, job, pods)),
        stuck=tuple(stuck.most_common()),
        disrupted=sum(pod.disrupted for pod in pods),
    )


def named_job(cluster: Cluster, name: str) -> JobState:
    """A Job's state. Raises UsageError where there is none."""
    found = cluster.job(name)
    if found is None:
        raise UsageError(
            f"there is no Job {name} in the namespace {cluster.namespace}",
            hint="`mosseval k8s status` lists what there is; an ended Job is kept for its --ttl alone",
        )
    return job_state(found)


def _failures(cluster: Cluster, job: JobState, pods: list[PodState]) -> list[Failure]:
    """One for each shard that failed and is not done: the gravest first, then by shard."""
    ended = [pod for pod in pods if pod.phase == "Failed" and not pod.disrupted and pod.shard not in job.done]
    attempts = Counter(pod.shard for pod in ended)
    last = {pod.shard: pod for pod in ended}
    ordered = sorted(last.values(), key=lambda pod: (pod.exit_code != 2, pod.shard not in job.failed, pod.shard or 0))
    found = []
    for number, pod in enumerate(ordered):
        words = pod.message
        if number < EXPLAINED and pod.container:
            words = last_words(cluster.log(pod.name, pod.container, tail=50)) or words
        found.append(Failure(pod.shard, attempts[pod.shard], pod, words, pod.shard in job.failed))
    return found


def _show_all(states: list[JobState], format: str) -> None:
    if format == "json":
        documents = [Report(each, None, None, (), (), 0).document() for each in states]
        sys.stdout.write(json.dumps(documents, indent=2) + "\n")
        return
    console = ResultConsole()
    if not states:
        console.print("no Job of mosseval's is there")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("job", "state", "shards done", "failed", "model", "benchmark", "out"):
        table.add_column(title, overflow="fold")
    for each in states:
        done = f"{len(each.done)} of {each.shards}"
        cells = (each.name, each.phase, done, str(len(each.failed)), each.model, each.benchmark, each.out)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)


def _show(found: Report, console: Console) -> None:
    for title, words in _lines(found):
        console.print(Text(f"{title:10}", style="bold") + Text(words), soft_wrap=True)
    for each in found.failures[:SHOWN]:
        console.print(Text(f"{'':10}{_failure(each)}"), soft_wrap=True)
    if len(found.failures) > SHOWN:
        console.print(Text(f"{'':10}… and {len(found.failures) - SHOWN} more (--format json has them all)"))


def _lines(found: Report) -> list[tuple[str, str]]:
    job = found.job
    lines = [
        ("job", f"{one_line(job.name)}: {job.phase}{f', {one_line(job.reason, 300)}' if job.reason else ''}"),
        ("run", one_line(f"{job.benchmark} · {job.model} → {job.out}", 400)),
        (
            "shards",
            f"{job.shards}: {len(job.done)} done · {job.active} at work · {job.waiting} waiting · "
            f"{len(job.failed)} failed",
        ),
    ]
    rates = []
    if found.speed is not None:
        at = found.speed
        rates.append(f"{at.samples_per_s:.1f} samples/s by the last lines of {_counted(at.shards, 'shard')} at work")
        rates.append(f"{at.done} of their {at.total} samples done")
    if found.shards_per_hour is not None:
        rates.append(f"{found.shards_per_hour:.1f} shards an hour")
    if rates:
        lines.append(("rate", " · ".join(rates)))
    lines += [("stuck", f"{_counted(pods, 'pod')}: {reason}") for reason, pods in found.stuck]
    if found.disrupted:
        lines.append(("disrupted", f"{_counted(found.disrupted, 'pod')} (a drained or lost node): no failure"))
    lines.append(("failures", _counted(len(found.failures), "shard") if found.failures else "none"))
    return lines


def _failure(failure: Failure) -> str:
    pod = failure.pod
    code = f"exit {pod.exit_code}" if pod.exit_code is not None else ""
    meaning = MEANINGS.get(pod.exit_code or 0, "") if pod.container in ("", CONTAINER) else f"in {pod.container}"
    reason = pod.reason if pod.reason not in ("", "Error") else ""
    said = ", ".join(part for part in (code, meaning, reason) if part)
    shard = "?" if failure.shard is None else failure.shard
    again = "for good" if failure.final else "tried again"
    words = f": {failure.words}" if failure.words else ""
    return one_line(f"shard {shard}, {_counted(failure.attempts, 'attempt')}, {again}: {said}{words}", 400)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
