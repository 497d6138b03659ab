"""What the Job controller does with the pods of an Indexed Job, on pods that somebody else starts and looks at.

Rules: https://kubernetes.io/docs/concepts/workloads/controllers/job/ (indexed completion, backoff limit per index, pod
failure policy, `podReplacementPolicy: Failed`): a pod for each index, `parallelism` at once, the next one of an index
when the last one is gone and its wait is over: 10 s, doubled with each failure of the index, six minutes at most.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from job_policy import Verdict, verdict
from manifests import Document

FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 360.0


class JobFailed(Exception):
    """The Job has failed: by its policy, or because an index has used up its attempts."""


@dataclass(frozen=True)
class Ended:
    """A pod that has ended; `attempt` counts from 0 for each index."""

    index: int
    attempt: int
    code: int
    verdict: Verdict


class JobController:
    """`start` makes the pod of an index and an attempt, and returns its name; `ended` gives the codes of ended pods."""

    def __init__(
        self,
        job: Document,
        start: Callable[[int, int], str],
        ended: Callable[[Iterable[str]], Mapping[str, int]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.job, self.start, self.ended, self.clock = job, start, ended, clock
        self.running: dict[int, str] = {}
        self.history: list[Ended] = []
        self.waiting = dict.fromkeys(range(job["spec"]["completions"]), 0.0)
        """Indexes that want a pod, and from when on."""
        self._failures: Counter[int] = Counter()
        self._attempts: Counter[int] = Counter()

    def complete(self) -> bool:
        """Whether every index is done."""
        return not self.running and not self.waiting

    def look(self) -> None:
        """Takes note of pods that have ended, and starts those that are due. Raises JobFailed."""
        codes = self.ended(self.running.values())
        for index, name in list(self.running.items()):
            if name in codes:
                self._note(index, codes[name])
        for index, due in sorted(self.waiting.items()):
            if len(self.running) < self.job["spec"]["parallelism"] and due <= self.clock():
                del self.waiting[index]
                self.running[index] = self.start(index, self._attempts[index])
                self._attempts[index] += 1

    def _note(self, index: int, code: int) -> None:
        del self.running[index]
        found = verdict(self.job, code)
        self.history.append(Ended(index, self._attempts[index] - 1, code, found))
        if found == "done":
            return
        if found in ("FailJob", "FailIndex"):
            raise JobFailed(f"index {index} ended with {code}: {found}")
        self._failures[index] += found == "Count"
        if self._failures[index] > self.job["spec"]["backoffLimitPerIndex"]:
            raise JobFailed(f"index {index} ended with {code}, and has used up its attempts")
        wait = min(FIRST_WAIT_S * 2 ** max(0, self._failures[index] - 1), LONGEST_WAIT_S)
        self.waiting[index] = self.clock() + wait
