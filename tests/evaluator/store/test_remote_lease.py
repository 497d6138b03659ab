"""Who may write a shard of a run in an object store, shown on a shared disk: without clocks, and fenced."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from made_runs import manifest

from mosseval.errors import RunBusy, UsageError
from mosseval.place import Remote
from mosseval.store import Bounds
from mosseval.store.remote import history, taking
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.keeper import Keeper
from mosseval.store.remote.lease import current
from mosseval.store.remote.names import RECORDS, Segment, digest, segment_of
from mosseval.store.remote.run import RemoteRun
from mosseval.store.remote.taking import take

BOUNDS = Bounds(records=4, seconds=60, lease_s=0.6)


def bucket_at(path: Path) -> Bucket:
    return Bucket(Remote(f"file://{path}"), writing=True)


async def taken(bucket: Bucket, told: list[str] | None = None) -> Keeper:
    """A shard under a new lease that is renewed."""
    keeper = Keeper(bucket, await take(bucket, 0, BOUNDS.lease_s, (told if told is not None else []).append), BOUNDS)
    keeper.start()
    return keeper


def lines(bucket: Bucket) -> list[dict[str, Any]]:
    """What counts of shard 0, in order."""
    found = history.read(bucket, 0)
    contents = [bucket.get(segment.name) or b"" for segment in found.segments]
    return [json.loads(line) for content in contents for line in content.splitlines()]


def line(value: int) -> bytes:
    return json.dumps({"n": value}).encode() + b"\n"


async def test_shard_that_was_given_back_is_taken_at_once(tmp_path: Path) -> None:
    bucket, told = bucket_at(tmp_path), list[str]()
    for epoch in (1, 2, 3):
        keeper = await taken(bucket, told)
        keeper.add(RECORDS, line(epoch))
        await asyncio.to_thread(keeper.close)
        assert current(bucket, 0, bucket.names()) is not None
        assert bucket.get(f"shard-0/lease-{epoch:06d}.json") is not None
    assert [each["n"] for each in lines(bucket)] == [1, 2, 3]
    assert told == []


async def test_shard_whose_holder_goes_on_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "PATIENCE_S", 1.0)
    bucket, told = bucket_at(tmp_path), list[str]()
    keeper = await taken(bucket)
    with pytest.raises(RunBusy, match=r"shard 0 of file://.* is being written by process") as busy:
        await take(bucket, 0, 5, told.append)
    assert busy.value.exit_code == 3
    assert len(told) == 1
    await asyncio.to_thread(keeper.close)


async def test_shard_whose_holder_fell_silent_is_taken_when_its_own_lease_has_run_out(tmp_path: Path) -> None:
    bucket = bucket_at(tmp_path)
    await take(bucket, 0, BOUNDS.lease_s, print)
    started = time.monotonic()
    second = await taken(bucket)
    assert 0.5 < time.monotonic() - started < 3
    await asyncio.to_thread(second.close)


async def test_of_many_that_take_one_shard_one_has_it(tmp_path: Path) -> None:
    bucket = bucket_at(tmp_path)
    holding = most = 0

    async def hold() -> None:
        nonlocal holding, most
        keeper = await taken(bucket)
        holding += 1
        most = max(most, holding)
        await asyncio.sleep(0.05)
        holding -= 1
        await asyncio.to_thread(keeper.close)

    await asyncio.gather(*(hold() for _ in range(6)))
    assert most == 1
    assert len([name for name in bucket.names() if "lease" in name]) == 6


async def test_what_a_sleeper_writes_after_its_shard_was_taken_does_not_count(tmp_path: Path) -> None:
    bucket = bucket_at(tmp_path)
    sleeper = await take(bucket, 0, BOUNDS.lease_s, print)
    _put(bucket, Segment(RECORDS, 0, 1, 1, ""), line(1))
    _put(bucket, Segment(RECORDS, 0, 1, 2, ""), line(2))
    second = await take(bucket, 0, BOUNDS.lease_s, print)
    assert second.before == {1: 2}
    _put(bucket, Segment(RECORDS, 0, 1, 3, ""), line(3))
    assert [each["n"] for each in lines(bucket)] == [1, 2]
    woken = Keeper(bucket, sleeper, BOUNDS)
    woken.start()
    woken.add(RECORDS, line(4))
    with pytest.raises(RunBusy, match="has taken over shard 0"):
        await asyncio.to_thread(woken.close)
    with pytest.raises(RunBusy):
        await woken.room()
    assert [each["n"] for each in lines(bucket)] == [1, 2]


async def test_segment_that_is_gone_stops_readers_and_is_owed_to_the_next_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAUSES_S", (0.01,))
    bucket, told = bucket_at(tmp_path), list[str]()
    keeper = await taken(bucket)
    for value in (1, 2, 3, 4):
        keeper.add(RECORDS, line(value))
    await asyncio.to_thread(keeper.close)
    [first, *_] = [name for name in bucket.names() if "records" in name]
    (tmp_path / first).unlink()
    found = history.read(bucket, 0)
    assert found.missing == {(1, 1)}
    with pytest.raises(UsageError, match=r"lacks 1 segments .*epoch 1, number 1"):
        history.require_all(bucket, found)
    keeper = await taken(bucket, told)
    assert "1 segments of shard 0 are gone" in told[0]
    await asyncio.to_thread(keeper.close)
    assert history.read(bucket, 0).missing == frozenset()
    keeper = await taken(bucket)
    await asyncio.to_thread(keeper.close)
    assert history.read(bucket, 0).missing == frozenset()


async def test_segment_whose_predecessor_never_came_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAUSES_S", (0.01,))
    bucket = bucket_at(tmp_path)
    await take(bucket, 0, BOUNDS.lease_s, print)
    _put(bucket, Segment(RECORDS, 0, 1, 2, ""), line(2))
    _put(bucket, Segment(RECORDS, 0, 1, 10**8, ""), line(3))
    assert history.read(bucket, 0).missing == {(1, 1)}
    keeper = await taken(bucket)
    await asyncio.to_thread(keeper.close)
    _put(bucket, Segment(RECORDS, 0, 1, 1, ""), line(1))
    assert lines(bucket) == [{"n": 2}]


async def test_segment_that_is_damaged_is_refused(tmp_path: Path) -> None:
    run = await RemoteRun.open(Remote(f"file://{tmp_path}/run"), manifest(1), [], {"0"}, BOUNDS)
    async with run.locked(0):
        run.records(0).append({"key": "b/0/0"})
    [name] = [name for name in (tmp_path / "run" / "shard-0").iterdir() if name.name.startswith("records")]
    name.write_bytes(b'{"key": "b/0/0", "status": "answered"}\n')
    with pytest.raises(UsageError, match="is not what was written"):
        list(run.record_lines())


@pytest.mark.parametrize(
    "changed",
    [
        {"epoch": 7},
        {"lease_s": float("nan")},
        {"lease_s": 1e12},
        {"written": 10**12},
        {"before": {"1": 10**12}},
        {"before": []},
        {"lost": [[1]]},
        {"latest": 3},
    ],
)
async def test_lease_that_nobody_of_ours_wrote_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    bucket = bucket_at(tmp_path)
    lease = await take(bucket, 0, 1.0, print)
    document = {**json.loads(lease.content()), **changed}
    bucket.put(lease.name, json.dumps(document).encode())
    with pytest.raises(UsageError, match="is no lease that mosseval wrote"):
        history.read(bucket, 0)


async def test_room_waits_for_the_store(tmp_path: Path) -> None:
    bucket = bucket_at(tmp_path)
    keeper = Keeper(bucket, await take(bucket, 0, 60, print), BOUNDS)
    for value in range(BOUNDS.records):
        await asyncio.wait_for(keeper.room(), 1)
        keeper.add(RECORDS, line(value))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(keeper.room(), 0.2)
    keeper.start()
    await asyncio.wait_for(keeper.room(), 2)
    await asyncio.to_thread(keeper.close)
    assert len(lines(bucket)) == BOUNDS.records


async def test_segment_is_closed_when_it_is_old(tmp_path: Path) -> None:
    bucket = bucket_at(tmp_path)
    bounds = Bounds(records=1000, seconds=0.3, lease_s=60)
    keeper = Keeper(bucket, await take(bucket, 0, 60, print), bounds)
    keeper.start()
    keeper.add(RECORDS, line(1))
    keeper.add("judgements-rules", line(2))
    await asyncio.sleep(0.15)
    assert lines(bucket) == []
    await asyncio.sleep(0.5)
    assert lines(bucket) == [{"n": 1}, {"n": 2}]
    await asyncio.to_thread(keeper.close)


class LateListing:
    """Objects whose listing lacks the last segments that were written."""

    def __init__(self, objects: Any, lag: int) -> None:
        self._objects, self._lag = objects, lag
        self.get, self.put, self.create = objects.get, objects.put, objects.create

    def names(self, under: str) -> list[str]:
        found = sorted(self._objects.names(under), key=lambda name: (segment_of(name) or LAST).place)
        return found[: len(found) - self._lag]


LAST = Segment("", 0, 10**6, 0, "")


@pytest.mark.parametrize("lag", [1, 2, 5])
async def test_late_listing_loses_nothing_that_was_acknowledged(tmp_path: Path, lag: int) -> None:
    plain = bucket_at(tmp_path)
    late = Bucket(plain.remote, writing=True, objects=LateListing(plain._objects, lag))
    for start in (0, 10):
        keeper = await taken(late)
        for value in range(start, start + 10):
            await keeper.room()
            keeper.add(RECORDS, line(value))
        await asyncio.to_thread(keeper.close)
    assert [each["n"] for each in lines(late)] == list(range(20))


@pytest.mark.parametrize(
    "name",
    [
        "shard-0/records-1-000001-000001-{}.jsonl",
        "shard-0/records-0-1-000001-{}.jsonl",
        "shard-00/records-0-000001-000001-{}.jsonl",
        "shard-0/records-0-000001-000001-{}.jsonl/x",
        "shard-0/judgements-a/b-0-000001-000001-{}.jsonl",
        "shard-0/records-0-000001-000001-abc.jsonl",
        "records-0-000001-000001-{}.jsonl",
    ],
)
def test_other_names_are_no_segments(name: str) -> None:
    assert segment_of(name.format("0" * 32)) is None


def test_segment_comes_back_from_its_name() -> None:
    for kind in ("records", "judgements-rules", "judgements-panel-1-2"):
        segment = Segment(kind, 3, 12, 4567, digest(b"x"))
        assert segment_of(segment.name) == segment


def _put(bucket: Bucket, segment: Segment, content: bytes) -> None:
    named = Segment(segment.kind, segment.shard, segment.epoch, segment.number, digest(content))
    bucket.put(named.name, content)
