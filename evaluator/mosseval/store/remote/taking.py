"""Taking a shard: at once where nobody holds it, after its lease ran out where its holder fell silent."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Callable

from mosseval.errors import RunBusy
from mosseval.store.lock import PATIENCE_S
from mosseval.store.remote import history
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.history import History
from mosseval.store.remote.lease import Lease, current, earlier
from mosseval.terminal import one_line

POLLS = 6
"""How often a lease is looked at while it is waited for."""


async def take(bucket: Bucket, shard: int, lease_s: float, tell: Callable[[str], None]) -> Lease:
    """Takes the shard's next lease. Raises RunBusy where another process goes on holding it."""
    holder = uuid.uuid4().hex
    while True:
        over = await _over(bucket, shard, tell)
        found = await asyncio.to_thread(history.read, bucket, shard)
        if (found.lease.epoch if found.lease else 0) != over:
            continue
        mine = _next(shard, found, holder, lease_s)
        if await asyncio.to_thread(_created, bucket, mine):
            break
    if found.missing:
        tell(f"{bucket.remote}: {len(found.missing)} segments of shard {shard} are gone; what they held is asked again")
    if await asyncio.to_thread(bucket.create, mine.name, mine.content()):
        tell(
            f"{bucket.remote}: this store has no conditional put, so nothing keeps a second process off shard {shard}; "
            "let only one run at a time"
        )
    return mine


async def _over(bucket: Bucket, shard: int, tell: Callable[[str], None]) -> int:
    """The epoch that is over, 0 before the first: its lease was given back, or its beat stood still for as long as it
    lasts. Only the epoch after this one may be taken: a later one may be held already.

    Raises RunBusy where the beat goes on.
    """
    started = since = time.monotonic()
    seen: tuple[int, int] | None = None
    while True:
        lease = await asyncio.to_thread(_present, bucket, shard)
        if lease is None or lease.released:
            return lease.epoch if lease else 0
        now = time.monotonic()
        if seen != (lease.epoch, lease.beat):
            if seen is None:
                tell(f"waiting for {_named(lease)}, which holds shard {shard} of {bucket.remote}")
            elif now - started >= PATIENCE_S:
                raise RunBusy(
                    f"shard {shard} of {bucket.remote} is being written by {_named(lease)}",
                    hint="wait for it to end, or name another place with --out",
                )
            seen, since = (lease.epoch, lease.beat), now
        elif now - since >= lease.lease_s:
            return lease.epoch
        await asyncio.sleep(lease.lease_s / POLLS)


def _present(bucket: Bucket, shard: int) -> Lease | None:
    return current(bucket, shard, bucket.names(f"shard-{shard}/"))


def _next(shard: int, found: History, holder: str, lease_s: float) -> Lease:
    lost = found.lease.lost if found.lease else frozenset()
    return Lease(
        shard=shard,
        epoch=found.lease.epoch + 1 if found.lease else 1,
        holder=holder,
        who=f"process {os.getpid()} on {socket.gethostname()}",
        lease_s=lease_s,
        before=found.counted,
        lost=lost | found.missing,
    )


def _created(bucket: Bucket, mine: Lease) -> bool:
    """Whether the lease is ours: created now, or by an attempt whose answer was lost."""
    if bucket.create(mine.name, mine.content()):
        return True
    there = earlier(bucket, mine.shard, mine.epoch)
    return there is not None and there.holder == mine.holder


def _named(lease: Lease) -> str:
    return one_line(lease.who, 80)
