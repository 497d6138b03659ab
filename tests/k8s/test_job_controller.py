"""The stand-in for the Job controller, on pods whose ends a test writes down, by a clock that it moves."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from job_controller import JobController, JobFailed
from manifests import Document
from sharded_run import rendered


@pytest.fixture(scope="module")
def job() -> Document:
    return rendered("s3://runs/one")


class Pods:
    """Eight shards; `codes` are those of pods that have ended, by name."""

    def __init__(self, job: Document, **spec: int) -> None:
        self.now = 0.0
        self.codes: dict[str, int] = {}
        self.started: list[tuple[int, int]] = []
        self.controller = JobController(
            {**job, "spec": {**job["spec"], **spec}}, self.start, self.ended, lambda: self.now
        )

    def start(self, index: int, attempt: int) -> str:
        self.started.append((index, attempt))
        return f"{index}-{attempt}"

    def ended(self, names: Iterable[str]) -> dict[str, int]:
        return {name: self.codes[name] for name in names if name in self.codes}

    def look(self, now: float = 0.0, **codes: int) -> None:
        """A look at a moment; `_3_0=137` ends attempt 0 of index 3."""
        self.now = now
        self.codes |= {name[1:].replace("_", "-"): code for name, code in codes.items()}
        self.controller.look()


def test_a_pod_for_each_index_and_the_next_when_the_last_is_gone_and_its_wait_is_over(job: Document) -> None:
    pods = Pods(job)
    pods.look()
    assert pods.started == [(index, 0) for index in range(8)]
    pods.look(5, _3_0=137)
    pods.look(14.9)
    assert len(pods.started) == 8
    pods.look(15)
    assert pods.started[8:] == [(3, 1)]
    pods.look(20, _3_1=143)
    pods.look(39.9)
    assert len(pods.started) == 9
    pods.look(40)
    assert pods.started[9:] == [(3, 2)]
    assert not pods.controller.complete()
    pods.look(50, _3_2=0, **{f"_{index}_0": 0 for index in (0, 1, 2, 4, 5, 6, 7)})
    assert pods.controller.complete()
    assert [(each.index, each.code, each.verdict) for each in pods.controller.history[:2]] == [
        (3, 137, "Count"),
        (3, 143, "Count"),
    ]


def test_no_more_at_once_than_the_parallelism(job: Document) -> None:
    pods = Pods(job, parallelism=3)
    pods.look()
    assert len(pods.controller.running) == 3
    pods.look(1, _1_0=0)
    assert pods.started[3:] == [(3, 0)]


def test_wrong_input_fails_the_job(job: Document) -> None:
    pods = Pods(job)
    pods.look()
    with pytest.raises(JobFailed, match="index 5 ended with 2: FailJob"):
        pods.look(1, _5_0=2)


def test_an_index_has_so_many_attempts(job: Document) -> None:
    pods = Pods(job, backoffLimitPerIndex=1)
    pods.look()
    pods.look(1, _5_0=1)
    pods.look(11)
    with pytest.raises(JobFailed, match="used up"):
        pods.look(12, _5_1=1)
