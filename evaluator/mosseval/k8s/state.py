"""What a cluster says of a run: its Job and its pods, read from their JSON. Nothing in them is trusted to be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from mosseval.k8s.job import PART

Phase = Literal["suspended", "running", "complete", "failed"]
INDEX = "batch.kubernetes.io/job-completion-index"
TAIL_OF_MESSAGE = 300
MAX_SHARDS = 1_000_000
"""More than Kubernetes has; a listing that says otherwise is no listing."""


@dataclass(frozen=True, slots=True)
class JobState:
    """A Job. `done` and `failed` are shards for good; times are timezone-aware or None."""

    name: str
    phase: Phase
    model: str
    benchmark: str
    out: str
    shards: int
    parallelism: int
    active: int
    done: frozenset[int]
    failed: frozenset[int]
    reason: str
    """Why it failed, in the cluster's words."""
    started: datetime | None
    ended: datetime | None

    @property
    def waiting(self) -> int:
        """Shards that no pod works on now, and that are owed."""
        return max(0, self.shards - len(self.done) - len(self.failed) - self.active)

    @property
    def ended_for_good(self) -> bool:
        """True once no pod will be started any more."""
        return self.phase in ("complete", "failed")


@dataclass(frozen=True, slots=True)
class PodState:
    """One attempt of one shard. `exit_code` None: it has not ended. `reason` is the cluster's word for its trouble."""

    name: str
    shard: int | None
    phase: str
    container: str
    exit_code: int | None
    reason: str
    message: str
    disrupted: bool
    created: str

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self.phase == "Running" and self.exit_code is None

    @property
    def stuck(self) -> bool:
        """Whether it waits for something that may never come: an image, a Secret, a node."""
        return self.phase == "Pending" and bool(self.reason)


def job_state(job: Mapping[str, Any]) -> JobState:
    """A Job's state."""
    metadata, spec, status = _part(job, "metadata"), _part(job, "spec"), _part(job, "status")
    notes = _part(metadata, "annotations")
    phase, reason = _phase(spec, status)
    shards = min(_number(spec.get("completions"), 1), MAX_SHARDS)
    return JobState(
        name=str(metadata.get("name", "")),
        phase=phase,
        model=str(notes.get(f"{PART}model", "")),
        benchmark=str(notes.get(f"{PART}benchmark", "")),
        out=str(notes.get(f"{PART}out", "")),
        shards=shards,
        parallelism=_number(spec.get("parallelism"), 1),
        active=_number(status.get("active"), 0),
        done=indexes(str(status.get("completedIndexes") or ""), shards),
        failed=indexes(str(status.get("failedIndexes") or ""), shards),
        reason=reason,
        started=_time(status.get("startTime")),
        ended=_time(status.get("completionTime")) or _ended(status),
    )


def pod_states(pods: Iterable[Mapping[str, Any]]) -> list[PodState]:
    """The pods in the order in which they were made."""
    return sorted(map(_pod_state, pods), key=lambda pod: (pod.created, pod.name))


def indexes(text: str, shards: int) -> frozenset[int]:
    """`0-2,5` as {0, 1, 2, 5}; what is no such list, or outside the shards, is left out."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first.isdecimal() and (last.isdecimal() if dash else True):
            found.update(range(int(first), min(int(last) if dash else int(first), shards - 1) + 1))
    return frozenset(found)


def _phase(spec: Mapping[str, Any], status: Mapping[str, Any]) -> tuple[Phase, str]:
    for condition in _conditions(status):
        if condition.get("status") != "True":
            continue
        if condition.get("type") in ("Complete", "SuccessCriteriaMet"):
            return "complete", ""
        if condition.get("type") in ("Failed", "FailureTarget"):
            words = (condition.get("reason"), condition.get("message"))
            return "failed", ": ".join(str(each)[:TAIL_OF_MESSAGE] for each in words if each)
    return ("suspended" if spec.get("suspend") is True else "running"), ""


def _ended(status: Mapping[str, Any]) -> datetime | None:
    times = [_time(each.get("lastTransitionTime")) for each in _conditions(status) if each.get("type") == "Failed"]
    return times[0] if times else None


def _pod_state(pod: Mapping[str, Any]) -> PodState:
    metadata, status = _part(pod, "metadata"), _part(pod, "status")
    labels = {**_part(metadata, "annotations"), **_part(metadata, "labels")}
    index = str(labels.get(INDEX, ""))
    container, exit_code, reason, message = _trouble(status)
    return PodState(
        name=str(metadata.get("name", "")),
        shard=int(index) if index.isdecimal() else None,
        phase=str(status.get("phase", "")),
        container=container,
        exit_code=exit_code,
        reason=reason,
        message=message[-TAIL_OF_MESSAGE:],
        disrupted=any(
            each.get("type") == "DisruptionTarget" and each.get("status") == "True" for each in _conditions(status)
        ),
        created=str(metadata.get("creationTimestamp", "")),
    )


def _trouble(status: Mapping[str, Any]) -> tuple[str, int | None, str, str]:
    """Of the container that matters: its name, exit code, and what is wrong with it."""
    for each in _containers(status):
        state = _part(each, "state")
        ended, waits = state.get("terminated"), state.get("waiting")
        if isinstance(ended, Mapping):
            code = _number(ended.get("exitCode"), 0)
            if code == 0 and each.get("init"):
                continue
            return str(each.get("name", "")), code, str(ended.get("reason") or ""), str(ended.get("message") or "")
        if isinstance(waits, Mapping) and waits.get("reason") not in (None, "PodInitializing", "ContainerCreating"):
            return str(each.get("name", "")), None, str(waits["reason"]), str(waits.get("message") or "")
    for condition in _conditions(status):
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return "", None, str(condition.get("reason") or ""), str(condition.get("message") or "")
    return "", None, str(status.get("reason") or ""), str(status.get("message") or "")


def _containers(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for field, init in (("initContainerStatuses", True), ("containerStatuses", False)):
        for each in status.get(field) or []:
            if isinstance(each, Mapping):
                yield {**each, "init": init}


def _conditions(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in status.get("conditions") or [] if isinstance(each, Mapping)]


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
