"""Who may write a shard: leases are objects `lease-EPOCH`, and whoever creates the next one holds the shard.

No clock is compared with another: a holder counts its `beat` up, and whoever wants the shard takes it when the beat
has stood still for `lease_s` seconds of its own. A lease says how many segments of each earlier epoch count, so that
one who was taken for dead and wakes up writes nothing that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mosseval.errors import UsageError
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.names import lease_epoch, lease_name

LATEST = 32
"""How many of its last segments a lease names: for a store whose listing lacks what was written last."""
SHORTEST_LEASE_S, LONGEST_LEASE_S = 0.1, 3600.0
MOST_SEGMENTS = 1_000_000
"""Of one epoch; what a lease says is not to be trusted, as anybody may write into a bucket."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One holder's time with a shard.

    `written` counts its segments, `latest` names the last of them; `before` says how many of each earlier epoch
    count, `lost` which of those were gone when this lease was taken (epoch and number).
    """

    shard: int
    epoch: int
    holder: str
    who: str
    lease_s: float
    beat: int = 0
    released: bool = False
    written: int = 0
    latest: tuple[str, ...] = ()
    before: Mapping[int, int] = field(default_factory=dict)
    lost: frozenset[tuple[int, int]] = frozenset()

    @property
    def name(self) -> str:
        """The lease's object under the run."""
        return lease_name(self.shard, self.epoch)

    def content(self) -> bytes:
        """The object."""
        return orjson.dumps(
            {
                "epoch": self.epoch,
                "holder": self.holder,
                "who": self.who,
                "lease_s": self.lease_s,
                "beat": self.beat,
                "released": self.released,
                "written": self.written,
                "latest": self.latest,
                "before": {str(epoch): count for epoch, count in sorted(self.before.items())},
                "lost": sorted(self.lost),
            },
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )


def current(bucket: Bucket, shard: int, names: Iterable[str]) -> Lease | None:
    """The lease that a shard is under, held or released; `names` may lack the last one. None where it never was."""
    epoch = max((found for name in names if (found := lease_epoch(name, shard)) is not None), default=0)
    content = bucket.get(lease_name(shard, epoch)) if epoch else None
    while (later := bucket.get(lease_name(shard, epoch + 1))) is not None:
        epoch, content = epoch + 1, later
    return _parsed(bucket, shard, epoch, content) if content is not None else None


def earlier(bucket: Bucket, shard: int, epoch: int) -> Lease | None:
    """One of the leases that a shard was under."""
    content = bucket.get(lease_name(shard, epoch))
    return _parsed(bucket, shard, epoch, content) if content is not None else None


def _parsed(bucket: Bucket, shard: int, epoch: int, content: bytes) -> Lease:
    try:
        return _lease(shard, epoch, orjson.loads(content))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{bucket.remote}/{lease_name(shard, epoch)} is no lease that mosseval wrote",
            hint="remove it if it is foreign; it decides which records of the shard count",
        ) from error


def _lease(shard: int, epoch: int, document: Mapping[str, Any]) -> Lease:
    lease_s = float(document["lease_s"])
    if document["epoch"] != epoch or not SHORTEST_LEASE_S <= lease_s <= LONGEST_LEASE_S:
        raise ValueError("epoch or length")
    return Lease(
        shard=shard,
        epoch=epoch,
        holder=str(document["holder"]),
        who=str(document["who"]),
        lease_s=lease_s,
        beat=int(document["beat"]),
        released=document["released"] is True,
        written=_count(document["written"]),
        latest=tuple(str(name) for name in document["latest"])[-LATEST:],
        before={int(epoch): _count(count) for epoch, count in document["before"].items()},
        lost=frozenset((int(each[0]), int(each[1])) for each in document["lost"]),
    )


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_SEGMENTS:
        raise ValueError("segments")
    return value
