"""Which segments of a shard count: those that the present lease vouches for, in the order of epoch and number."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mosseval.errors import UsageError
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.lease import Lease, current, earlier
from mosseval.store.remote.names import Segment, segment_of

UNTOLD = 64
"""How many segments a holder may have stored before its lease says so: one for each kind of lines, and to spare."""
PAUSES_S = (0.3, 1.0, 2.0)
"""How long a store is given to list what it is known to hold."""


@dataclass(frozen=True, slots=True)
class History:
    """What counts of a shard, in order, and which places (epoch, number) are vouched for and not there."""

    lease: Lease | None
    segments: tuple[Segment, ...]
    missing: frozenset[tuple[int, int]] = frozenset()

    @property
    def counted(self) -> dict[int, int]:
        """How many segments of each epoch count: what the next lease says of them."""
        if self.lease is None:
            return {}
        last = max((each.number for each in self.segments if each.epoch == self.lease.epoch), default=0)
        return {**self.lease.before, self.lease.epoch: max(last, self.lease.written)}


def read(bucket: Bucket, shard: int, names: Iterable[str] | None = None) -> History:
    """The history of a shard; `names`, where they were listed already, are listed again if something is missing."""
    found = _read(bucket, shard, bucket.names(f"shard-{shard}/") if names is None else names)
    for pause in PAUSES_S:
        if not found.missing:
            break
        time.sleep(pause)
        found = _read(bucket, shard, bucket.names(f"shard-{shard}/"))
    return found


def require_all(bucket: Bucket, history: History) -> None:
    """Raises UsageError where segments that count are not there."""
    if history.missing and history.lease is not None:
        epoch, number = min(history.missing)
        raise UsageError(
            f"{bucket.remote} lacks {len(history.missing)} segments that were written to shard {history.lease.shard} "
            f"(the first: epoch {epoch}, number {number})",
            hint="try again, the store may list late; if they were deleted, the same `mosseval run` asks again "
            "what they held",
        )


def _read(bucket: Bucket, shard: int, names: Iterable[str]) -> History:
    listed = list(names)
    lease = current(bucket, shard, listed)
    if lease is None:
        return History(None, ())
    there: dict[tuple[int, int], Segment] = {}
    for segment in map(segment_of, listed):
        if segment is not None and segment.shard == shard and _counts(segment, lease):
            there.setdefault(segment.place, segment)
    last = max((number for epoch, number in there if epoch == lease.epoch), default=0)
    vouched = {**lease.before, lease.epoch: max(last, lease.written)}
    missing = {place for place in _places(vouched) if place not in there} - lease.lost
    for segment in _named(bucket, lease, missing):
        there[segment.place] = segment
        missing.discard(segment.place)
    return History(lease, tuple(there[place] for place in sorted(there)), frozenset(missing))


def _counts(segment: Segment, lease: Lease) -> bool:
    """Whether a listed segment counts: of an earlier epoch only what the lease found when it was taken."""
    if segment.place in lease.lost:
        return False
    told = lease.written + UNTOLD if segment.epoch == lease.epoch else lease.before.get(segment.epoch, 0)
    return segment.number <= told


def _places(vouched: dict[int, int]) -> Iterator[tuple[int, int]]:
    return ((epoch, number) for epoch, count in vouched.items() for number in range(1, count + 1))


def _named(bucket: Bucket, lease: Lease, missing: set[tuple[int, int]]) -> Iterator[Segment]:
    """The missing segments that are there although no listing has them: the leases of their epochs name the last."""
    for epoch in sorted({epoch for epoch, _ in missing}):
        holder = lease if epoch == lease.epoch else earlier(bucket, lease.shard, epoch)
        for segment in map(segment_of, holder.latest if holder else ()):
            if segment is None or segment.shard != lease.shard or segment.place not in missing:
                continue
            if bucket.get(segment.name) is not None:
                yield segment
