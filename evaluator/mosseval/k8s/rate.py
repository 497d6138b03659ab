"""How fast the shards go, read from the last progress line that each evaluator wrote (`progress.Progress.line`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mosseval.k8s.state import JobState
from mosseval.terminal import clean

PROGRESS = re.compile(r": (?P<done>\d{1,12})/(?P<total>\d{1,12})(?: · \d+ done before)? · (?P<rate>\d{1,9}\.\d)/s · ")
LONGEST_LINE = 1000
OURS = "mosseval: "


@dataclass(frozen=True, slots=True)
class Speed:
    """Of the shards that were looked at: how many there were, and their samples together."""

    shards: int
    samples_per_s: float
    done: int
    total: int


def speed(logs: Iterable[str]) -> Speed | None:
    """The speed of shards by their logs; None where not one has said anything yet."""
    found = [line for log in logs if (line := _last_progress(log)) is not None]
    if not found:
        return None
    return Speed(
        shards=len(found),
        samples_per_s=sum(float(each["rate"]) for each in found),
        done=sum(int(each["done"]) for each in found),
        total=sum(int(each["total"]) for each in found),
    )


def shards_per_hour(job: JobState, now: datetime) -> float | None:
    """Shards done in an hour since the Job began; None before the first."""
    if job.started is None or not job.done:
        return None
    seconds = ((job.ended or now) - job.started).total_seconds()
    return len(job.done) * 3600 / seconds if seconds > 0 else None


def last_words(log: str) -> str:
    """What an evaluator said last in its own name, else its last line; cleaned."""
    lines = [line[:LONGEST_LINE] for line in log.splitlines() if line.strip()]
    own = [line.removeprefix(OURS) for line in lines if line.startswith(OURS)]
    return clean((own or lines or [""])[-1], limit=300)


def _last_progress(log: str) -> re.Match[str] | None:
    for line in reversed(log.splitlines()):
        found = PROGRESS.search(line[:LONGEST_LINE])
        if found is not None:
            return found
    return None
