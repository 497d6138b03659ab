"""A run in an object store: written shard by shard under leases, read as it lies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Set
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from io import BytesIO
from types import TracebackType
from typing import Any

import orjson

from mosseval.errors import UsageError
from mosseval.place import Remote
from mosseval.store.base import Lines, Run
from mosseval.store.bounds import Bounds
from mosseval.store.lines import objects_in
from mosseval.store.manifest import Manifest, mismatch
from mosseval.store.remote import description, history
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.description import Description
from mosseval.store.remote.keeper import Keeper
from mosseval.store.remote.names import JUDGEMENTS, RECORDS, Segment, digest, segment_of
from mosseval.store.remote.taking import take

AHEAD = 8
"""Segments that are fetched at a time, while earlier ones are read."""


class RemoteRun(Run):
    """A run under a prefix."""

    def __init__(self, bucket: Bucket, found: Description, bounds: Bounds) -> None:
        self.name = bucket.remote.url
        self.manifest = found.manifest
        self._bucket = bucket
        self._description = found
        self._bounds = bounds
        self._keepers: dict[int, Keeper] = {}

    @classmethod
    def found(cls, remote: Remote, *, writing: bool = False) -> RemoteRun | None:
        """Opens an existing run, None where there is none; raises UsageError where it may not be read."""
        bucket = Bucket(remote, writing=writing)
        found = description.latest(bucket)
        if found is None:
            bucket.require()
        return cls(bucket, found, Bounds()) if found else None

    @classmethod
    def read(cls, remote: Remote, *, writing: bool = False) -> RemoteRun:
        """Opens an existing run; raises UsageError where there is none, or it may not be read."""
        run = cls.found(remote, writing=writing)
        if run is None:
            raise UsageError(f"there is no run in {remote}: no run.json", hint="name the place that `run` printed")
        return run

    @classmethod
    async def open(
        cls, remote: Remote, manifest: Manifest, samples: Iterable[Mapping[str, Any]], known: Set[str], bounds: Bounds
    ) -> RemoteRun:
        """Opens a run for writing: a new one, or one to go on with; see `RunFolder.open`."""
        bucket = Bucket(remote, writing=True)
        with _given_up_if_cancelled(bucket):
            found = await asyncio.to_thread(description.opened, bucket, manifest, list(samples), known)
        return cls(bucket, found, bounds)

    @asynccontextmanager
    async def locked(self, shard: int, on_wait: Callable[[str], None] = lambda _: None) -> AsyncIterator[None]:
        """Holds the shard's lease; at the end what is open is stored and the lease given back."""
        with _given_up_if_cancelled(self._bucket):
            lease = await take(self._bucket, shard, self._bounds.lease_s, on_wait)
        keeper = Keeper(self._bucket, lease, self._bounds)
        keeper.start()
        self._keepers[shard] = keeper
        try:
            yield
        finally:
            del self._keepers[shard]
            await asyncio.to_thread(keeper.close)

    def confirm(self) -> None:
        """Raises RunMismatch where another command changed the run while this one waited for its shard."""
        found = description.latest(self._bucket)
        differences = self.manifest.config.differences(found.manifest.config) if found else ["it is gone"]
        if differences:
            raise mismatch(self.name, differences)

    def records(self, shard: int) -> Lines:
        """The records of one shard; hold its lock."""
        return KeptLines(self._keepers[shard], RECORDS)

    def judgements(self, judge: str, shard: int) -> Lines:
        """The judgements of one judge on one shard; hold its lock."""
        return KeptLines(self._keepers[shard], f"{JUDGEMENTS}{judge}")

    def written_shards(self) -> list[int]:
        """Those with a segment of records."""
        segments = (segment for name in self._bucket.names() if (segment := segment_of(name)))
        return sorted({segment.shard for segment in segments if segment.kind == RECORDS})

    def record_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """Those of the segments of records that count."""
        return self._lines(shard, lambda segment: segment.kind == RECORDS)

    def judgement_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """Those of the segments of judgements that count."""
        return self._lines(shard, lambda segment: segment.kind != RECORDS)

    def sample_lines(self) -> Iterator[dict[str, Any]]:
        """The rows of the run's questions."""
        return description.sample_lines(self._bucket, self._description)

    def _lines(self, shard: int | None, wanted: Callable[[Segment], bool]) -> Iterator[dict[str, Any]]:
        for content in _fetched(self._bucket, filter(wanted, self._segments(shard))):
            yield from objects_in(BytesIO(content))

    def _segments(self, shard: int | None) -> Iterator[Segment]:
        names = self._bucket.names() if shard is None else None
        for each in range(self.manifest.config.shards) if shard is None else (shard,):
            mine = None if names is None else [name for name in names if name.startswith(f"shard-{each}/")]
            found = history.read(self._bucket, each, mine)
            history.require_all(self._bucket, found)
            yield from found.segments


class KeptLines:
    """One kind of lines of a shard, on their way into its segments."""

    def __init__(self, keeper: Keeper, kind: str) -> None:
        self._keeper = keeper
        self._kind = kind

    def append(self, document: Any) -> None:
        """Takes one document as one line; it is safe when its segment is stored."""
        self._keeper.add(self._kind, orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))

    async def room(self) -> None:
        """Waits while as many records as may be lost are not stored."""
        await self._keeper.room()

    def __enter__(self) -> KeptLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The lock's end stores what is open."""


@contextmanager
def _given_up_if_cancelled(bucket: Bucket) -> Iterator[None]:
    """A thread that waits for a store out of reach would otherwise keep the process that was told to end."""
    try:
        yield
    except asyncio.CancelledError:
        bucket.give_up()
        raise


def _fetched(bucket: Bucket, segments: Iterator[Segment]) -> Iterator[bytes]:
    """The contents of segments, in order, a few of them ahead."""
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(AHEAD) as pool:
        try:
            for segment in segments:
                waiting.append(pool.submit(_content, bucket, segment))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()


def _content(bucket: Bucket, segment: Segment) -> bytes:
    content = bucket.get(segment.name)
    if content is None or digest(content) != segment.digest:
        state = "is gone" if content is None else "is not what was written"
        raise UsageError(
            f"{bucket.remote}/{segment.name} {state}",
            hint="remove it where it is damaged; the same `mosseval run` asks again what it held",
        )
    return content
