"""What the objects of a run are called: their names alone say what counts, and in which order."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

RECORDS = "records"
JUDGEMENTS = "judgements-"
_SEGMENT = re.compile(
    r"shard-(?P<shard>\d{1,9})/(?P<kind>records|judgements-[^/]{1,200})"
    r"-(?P=shard)-(?P<epoch>\d{1,9})-(?P<number>\d{1,9})-(?P<digest>[0-9a-f]{32})\.jsonl"
)
_LEASE = re.compile(r"shard-(?P<shard>\d{1,9})/lease-(?P<epoch>\d{1,9})\.json")


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed segment: lines of one kind (`records` or `judgements-JUDGE`) of one shard.

    Later means a higher epoch, then a higher number (from 1, one count for all kinds); never a clock.
    """

    kind: str
    shard: int
    epoch: int
    number: int
    digest: str

    @property
    def name(self) -> str:
        """The object's name under the run."""
        return f"shard-{self.shard}/{self.kind}-{self.shard}-{self.epoch:06d}-{self.number:06d}-{self.digest}.jsonl"

    @property
    def place(self) -> tuple[int, int]:
        """Epoch and number."""
        return self.epoch, self.number


def digest(content: bytes) -> str:
    """What a segment is named by: 128 bits of its content's SHA-256."""
    return hashlib.sha256(content).hexdigest()[:32]


def segment_of(name: str) -> Segment | None:
    """A segment from its name, None where the object is none."""
    found = _SEGMENT.fullmatch(name)
    if found is None:
        return None
    shard, epoch, number = (int(found[each]) for each in ("shard", "epoch", "number"))
    segment = Segment(found["kind"], shard, epoch, number, found["digest"])
    return segment if segment.name == name else None


def lease_name(shard: int, epoch: int) -> str:
    """The object that whoever writes it first holds the shard by."""
    return f"shard-{shard}/lease-{epoch:06d}.json"


def lease_epoch(name: str, shard: int) -> int | None:
    """The epoch of one of the shard's leases, None where the object is none."""
    found = _LEASE.fullmatch(name)
    return int(found["epoch"]) if found and name == lease_name(shard, int(found["epoch"])) else None
