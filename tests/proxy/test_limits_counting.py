"""Counting limits: in memory and in a real Redis by the same rules, and never more in any minute than is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis_server import PASSWORD, RedisServer, redis_server

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.limits.leases import Store, Taken
from mosseval_proxy.limits.memory import MemoryStore
from mosseval_proxy.limits.rules import Check, Kind, Refusal
from mosseval_proxy.limits.shared import SharedStore, check_redis
from mosseval_proxy.metrics import Metrics


class Clock:
    """Seconds that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.tuples(st.floats(0, 40), st.integers(1, 5)), min_size=1, max_size=60),
    st.integers(5, 20),
)
def test_no_minute_holds_more_than_the_limit(steps: list[tuple[float, int]], limit: int) -> None:
    clock = Clock()
    store = MemoryStore(clock)
    passed: list[tuple[float, int]] = []

    async def ask(amount: int) -> Refusal | None:
        outcome = await store.take((Check("model m", "tokens", limit, amount),), "x")
        return outcome if isinstance(outcome, Refusal) else None

    for pause, amount in steps:
        clock.now += pause
        refused = asyncio.run(ask(amount))
        if refused is None:
            passed.append((clock.now, amount))
            continue
        assert refused.wait_s is not None
        assert 0 < refused.wait_s <= 61
        clock.now += refused.wait_s
        assert asyncio.run(ask(amount)) is None, "what was told to wait passes after that time"
        passed.append((clock.now, amount))
    for start, _ in passed:
        assert sum(amount for at, amount in passed if start <= at < start + 60) <= limit


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(params=["memory", "redis"])
def kind_of_store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def store(kind_of_store: str, request: pytest.FixtureRequest) -> Store:
    if kind_of_store == "memory":
        return MemoryStore()
    running: RedisServer = request.getfixturevalue("server")
    with redis.Redis.from_url(running.url) as client:
        client.flushall()
    return SharedStore(running.url, Metrics())


async def taken(store: Store, *wanted: Check, lease: str = "a") -> Taken:
    outcome = await store.take(wanted, lease)
    assert isinstance(outcome, Taken), outcome
    return outcome


async def refused(store: Store, *wanted: Check) -> Refusal:
    outcome = await store.take(wanted, "b")
    assert isinstance(outcome, Refusal), outcome
    return outcome


def check(kind: Kind, limit: float, amount: int = 1, subject: str = "key k") -> Check:
    return Check(subject, kind, limit, amount)


async def test_requests_of_a_minute_are_counted(store: Store) -> None:
    for _ in range(3):
        await taken(store, check("requests", 3))
    refusal = await refused(store, check("requests", 3))
    assert refusal.wait_s is not None
    assert 50 < refusal.wait_s <= 61
    assert refusal.error().code == "rate_limit_exceeded"
    assert refusal.error().body()["error"]["limit"] == "key requests"
    await store.aclose()


async def test_all_checks_are_taken_or_none(store: Store) -> None:
    both = check("requests", 5), check("requests", 1, subject="model m")
    await taken(store, *both)
    for _ in range(8):
        assert (await refused(store, *both)).check == both[1]
    for _ in range(4):
        await taken(store, both[0])
    await refused(store, both[0])
    await store.aclose()


async def test_a_guess_of_tokens_is_put_right(store: Store) -> None:
    first = await taken(store, check("tokens", 100, 80))
    await refused(store, check("tokens", 100, 30))
    await store.settle(first, 10, 0.0)
    second = await taken(store, check("tokens", 100, 80))
    await store.settle(second, 95, 0.0)
    await refused(store, check("tokens", 100, 1))
    await store.aclose()


async def test_a_guess_stands_where_nobody_counted(store: Store) -> None:
    await store.settle(await taken(store, check("tokens", 100, 80)), None, 0.0)
    await refused(store, check("tokens", 100, 30))
    await store.aclose()


async def test_requests_at_once_are_given_back(store: Store) -> None:
    one = check("in_flight", 2)
    first, second = await taken(store, one, lease="1"), await taken(store, one, lease="2")
    assert (await refused(store, one)).wait_s == 1.0
    await store.settle(first, None, 0.0)
    await taken(store, one, lease="3")
    await refused(store, one)
    await store.settle(second, None, 0.0)
    await store.aclose()


async def test_a_spent_budget_opens_nothing_more(store: Store) -> None:
    budget = check("budget", 0.3)
    for _ in range(3):
        await store.settle(await taken(store, budget), 5, 0.1 + 1e-12)
    refusal = await refused(store, budget)
    assert refusal.wait_s is None
    assert refusal.error().code == "insufficient_quota"
    await store.aclose()


async def test_two_processes_share_what_redis_holds(server: RedisServer) -> None:
    stores = [SharedStore(server.url, Metrics()) for _ in range(2)]
    wanted = check("requests", 40, subject="key shared")
    outcomes = await asyncio.gather(*(stores[n % 2].take((wanted,), str(n)) for n in range(200)))
    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 40
    for store in stores:
        await store.aclose()


async def test_a_lease_of_a_dead_process_runs_out(server: RedisServer) -> None:
    store = SharedStore(server.url, Metrics())
    one = check("in_flight", 1, subject="key dead")
    await taken(store, one, lease="gone")
    with redis.Redis.from_url(server.url) as client:
        name = "{mosseval}:key dead:in_flight"
        (member, expires), *_ = client.zrange(name, 0, -1, withscores=True)
        seconds, _ = client.time()
        assert 20 < expires - seconds <= 31
        client.zadd(name, {member: seconds - 1})
    await taken(store, one, lease="next")
    await store.aclose()


async def test_without_redis_each_process_goes_on_with_what_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    budget, requests = check("budget", 1.0), check("requests", 2)
    with redis_server() as server:
        metrics = Metrics()
        store = SharedStore(server.url, metrics)
        await store.settle(await taken(store, budget, requests), 1, 0.6)
        await store.settle(await taken(store, budget), 1, 0.0)
        server.stop()
        second = await taken(store, budget, requests)
        assert b"mosseval_limits_redis_up 0.0" in metrics.page()
        await store.settle(second, 1, 0.5)
        await refused(store, budget)
        server.start()
        await asyncio.sleep(1.1)
        await taken(store, requests)
        with redis.Redis.from_url(server.url) as client:
            assert client.get("{mosseval}:key k:budget") == b"0.5", "what was spent meanwhile is booked"
        assert b"mosseval_limits_redis_up 1.0" in metrics.page()
        await store.aclose()
    words = capsys.readouterr()
    assert PASSWORD not in words.out + words.err


async def test_only_one_request_waits_to_see_whether_redis_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosseval_proxy.limits.shared.TIMEOUT_S", 1.0)
    monkeypatch.setattr("mosseval_proxy.limits.shared.TRY_AGAIN_S", 0.3)

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        store = SharedStore(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", Metrics())
        await taken(store, check("requests", 100))
        await asyncio.sleep(0.4)
        trying = asyncio.create_task(taken(store, check("requests", 100)))
        await asyncio.sleep(0)
        others = asyncio.gather(*(taken(store, check("requests", 100)) for _ in range(5)))
        await others
        assert not trying.done()
        await trying
        await store.aclose()


@pytest.mark.parametrize(
    "url", ["redis://:planted-word@127.0.0.1:9/0", "nonsense://planted-word", "unix:///planted-word"]
)
def test_a_redis_that_cannot_be_used_is_said_without_its_url(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^REDIS_URL: ") as caught:
        check_redis(url)
    assert "planted" not in str(caught.value)
