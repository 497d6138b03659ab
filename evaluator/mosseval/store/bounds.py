"""What an object store may lose with a process, and how long a silent process keeps its shard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """At most `records` are not stored yet. A segment is closed at half of them, or when its first line is `seconds`
    old. `lease_s` is how long nobody takes the shard of a process that fell silent."""

    records: int = 500
    seconds: float = 30.0
    lease_s: float = 30.0
