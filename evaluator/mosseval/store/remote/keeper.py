"""Holds one shard: closes its segments, renews its lease, and stops the moment that another has taken it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from mosseval.errors import MossevalError, RunBusy, StorageFailed
from mosseval.store.bounds import Bounds
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.lease import LATEST, Lease
from mosseval.store.remote.names import RECORDS, Segment, digest, lease_name

SEGMENT_BYTES = 8 * 1024 * 1024
CLOSING_PATIENCE_S = 15.0
"""How long a process that ends tries to store what is open: within a pod's grace."""
RENEWALS = 3
"""How often a lease is renewed in the time that it lasts."""


class Keeper:
    """One thread that does all the writing of one shard; lines come from the event loop that made it."""

    def __init__(self, bucket: Bucket, lease: Lease, bounds: Bounds) -> None:
        self._bucket = bucket
        self._lease = lease
        self._bounds = bounds
        self._changed = threading.Condition()
        self._open: dict[str, bytearray] = {}
        self._records = 0
        self._opened_at = 0.0
        self._unsafe = 0
        self._closing = False
        self._failure: MossevalError | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._loop = asyncio.get_running_loop()
        self._beaten_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"shard-{lease.shard}", daemon=True)

    def start(self) -> None:
        """Starts holding the lease."""
        self._thread.start()

    def add(self, kind: str, line: bytes) -> None:
        """Takes a line; it is safe when its segment is stored. Raises what went wrong with an earlier one."""
        with self._changed:
            if self._failure:
                raise self._failure
            if not self._open:
                self._opened_at = time.monotonic()
            self._open.setdefault(kind, bytearray()).extend(line)
            if kind == RECORDS:
                self._records += 1
                self._unsafe += 1
            if self._unsafe >= self._bounds.records:
                self._room.clear()
            if len(self._open) == 1 or self._is_full():
                self._changed.notify()

    async def room(self) -> None:
        """Waits while as many records as may be lost are not stored. Raises what went wrong with storing."""
        if not self._room.is_set():
            await self._room.wait()
        if self._failure:
            raise self._failure

    def close(self) -> None:
        """Stores what is open and gives the lease back; blocks. Raises what went wrong."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._finished():
                lines, records = self._due()
                if lines:
                    self._store(lines)
                    self._stored(records)
                elif not self._closing:
                    self._require_lease()
                    self._renew()
            self._renew(released=True)
        except MossevalError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - a thread's end must reach the run, whatever it was
            self._fail(StorageFailed(f"cannot write {self._bucket.remote}: {error!r}"))

    def _finished(self) -> bool:
        with self._changed:
            return self._closing and not self._open

    def _due(self) -> tuple[Mapping[str, bytearray], int]:
        """Waits until a segment is to be closed (its lines, and how many records are among them) or the lease is to
        be renewed (none)."""
        with self._changed:
            while not self._closing and not self._is_full():
                now = time.monotonic()
                if self._open and now >= self._opened_at + self._bounds.seconds:
                    break
                beat_in = self._beaten_at + self._bounds.lease_s / RENEWALS - now
                if beat_in <= 0:
                    return {}, 0
                age_in = self._opened_at + self._bounds.seconds - now if self._open else beat_in
                self._changed.wait(min(beat_in, age_in))
            due = self._open, self._records
            self._open, self._records = {}, 0
            return due

    def _is_full(self) -> bool:
        half = max(1, self._bounds.records // 2)
        return self._records >= half or sum(map(len, self._open.values())) >= SEGMENT_BYTES

    def _store(self, lines: Mapping[str, bytearray]) -> None:
        self._require_lease()
        lease = self._lease
        for kind, each in lines.items():
            content = bytes(each)
            segment = Segment(kind, lease.shard, lease.epoch, lease.written + 1, digest(content))
            self._put(segment.name, content)
            lease = replace(lease, written=segment.number, latest=(*lease.latest, segment.name)[-LATEST:])
        self._lease = lease
        self._renew()

    def _stored(self, records: int) -> None:
        with self._changed:
            self._unsafe -= records
        self._tell(self._let_in)

    def _renew(self, *, released: bool = False) -> None:
        self._lease = replace(self._lease, beat=self._lease.beat + 1, released=released)
        self._put(self._lease.name, self._lease.content())
        self._beaten_at = time.monotonic()

    def _put(self, name: str, content: bytes) -> None:
        if self._closing:
            self._bucket.put(name, content, patience_s=CLOSING_PATIENCE_S)
        else:
            self._bucket.put(name, content)

    def _require_lease(self) -> None:
        """Raises RunBusy where another process has taken the shard; what it did not find then does not count."""
        if self._bucket.get(lease_name(self._lease.shard, self._lease.epoch + 1)) is not None:
            raise RunBusy(
                f"another process has taken over shard {self._lease.shard} of {self._bucket.remote}, as this one was "
                f"not heard of for {self._lease.lease_s:g} s",
                hint="what was stored before counts; the other process asks the rest",
            )

    def _fail(self, error: MossevalError) -> None:
        """Whatever it was: in mid-run it ends the run early, and the same command goes on."""
        stopped = error if error.exit_code == StorageFailed.exit_code else StorageFailed(str(error), hint=error.hint)
        with self._changed:
            self._failure = stopped
        self._tell(self._let_in)

    def _let_in(self) -> None:
        with self._changed:
            if self._failure or self._unsafe < self._bounds.records:
                self._room.set()

    def _tell(self, what: Callable[[], None]) -> None:
        """Lets the event loop do something, where it still runs."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what)
