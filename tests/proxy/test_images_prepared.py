"""Preparing: what is decoded and what is not, once for all who ask, within the bounds, whatever a decoder does."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pictures import bomb, encoded, many_scans, noise, turned

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images import pool
from mosseval_proxy.images.job import Target, Unfinished, Unreadable
from mosseval_proxy.images.pool import Pool
from mosseval_proxy.images.prepare import Pictures, Work
from mosseval_proxy.images.rules import CAREFUL, CLAUDE, SIMULATED, Rules
from mosseval_proxy.images.source import ImageLimits

LIMITS = ImageLimits(max_bytes=20_000_000, max_pixels=50_000_000, max_images=4, workers=1, cache_bytes=1_000_000)
TARGET = Target(("image/jpeg", "image/png"), None, None, None, 1, None, 50_000_000)
STRUCTURE_ONLY = replace(CLAUDE, checked=False)
SLOW = Target(("image/png",), None, None, None, 1, None, 50_000_000)
"""Makes a large picture take seconds."""


ONLY_PNG = Rules(frozenset({"image/png"}))
"""The same as a model's rules."""


class Watched(Pictures):
    """Remembers what was done."""

    def __init__(self, limits: ImageLimits = LIMITS) -> None:
        self.work: list[Work] = []
        super().__init__(limits, observe=lambda work, _seconds: self.work.append(work))


@pytest.fixture
async def pictures() -> AsyncIterator[Watched]:
    made = Watched()
    yield made
    await made.aclose()


@pytest.fixture
async def workers() -> AsyncIterator[Pool]:
    made = Pool(1, 50_000_000)
    yield made
    await made.aclose()


def url(content: bytes, declared: str = "image/png") -> bytes:
    return f"data:{declared};base64,".encode() + base64.b64encode(content)


def processes() -> list[psutil.Process]:
    """The decoding processes of this one."""
    return [each for each in psutil.Process().children() if "mosseval_proxy.images.worker" in each.cmdline()]


async def test_a_sound_picture_is_sent_as_it_came(pictures: Watched) -> None:
    content = encoded(noise((50, 40)), "JPEG")
    for rules in (CLAUDE, STRUCTURE_ONLY, SIMULATED):
        (picture,) = await pictures.prepare([url(content, "image/jpeg")], rules)
        assert base64.b64decode(picture.payload) == content
        assert picture.note.changes == ()
    assert pictures.work == ["kept", "kept", "kept"]


async def test_structure_alone_needs_no_process(pictures: Watched) -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        await pictures.prepare([url(encoded(noise((50, 40)), kind))], STRUCTURE_ONLY)
    assert processes() == []


async def test_pixels_are_decoded_once_for_the_same_content(pictures: Watched) -> None:
    sound, odd = url(encoded(noise((50, 40)), "PNG")), url(turned(6))
    first = await pictures.prepare([sound, odd], CLAUDE)
    assert await pictures.prepare([sound, odd], CLAUDE) == first
    with pytest.raises(GatewayError):
        await pictures.prepare([url(encoded(noise((9, 9)), "PNG")[:100])], CLAUDE)
    with pytest.raises(GatewayError, match="image 0"):
        await pictures.prepare([url(encoded(noise((9, 9)), "PNG")[:100])], CLAUDE)
    assert pictures.work == ["kept", "reencoded", "cached", "cached", "refused", "cached"]


async def test_those_who_ask_for_the_same_at_once_share_the_work(pictures: Watched) -> None:
    odd = url(encoded(noise((900, 700)), "BMP"))
    found = await asyncio.gather(*(pictures.prepare([odd], CLAUDE) for _ in range(8)))
    assert len({id(picture.payload) for (picture,) in found}) == 1
    assert pictures.waiting == 0


async def test_other_rules_are_another_question(pictures: Watched) -> None:
    content = url(encoded(noise((300, 200)), "PNG"))
    (wide,) = await pictures.prepare([content], CLAUDE)
    (narrow,) = await pictures.prepare([content], replace(CLAUDE, max_side=100))
    assert wide.note.changes == ()
    assert narrow.note.changes == ("scaled 300x200 -> 100x66",)


async def test_the_cache_is_bounded() -> None:
    made = Watched(replace(LIMITS, cache_bytes=200_000))
    try:
        for size in range(100, 110):
            await made.prepare([url(encoded(noise((size, 200)), "BMP"))], CLAUDE)
        assert 0 < made._cache.bytes <= 200_000
    finally:
        await made.aclose()


async def test_pictures_share_the_bound_of_a_request(pictures: Watched) -> None:
    rules = replace(CLAUDE, max_request_base64=300_000)
    each = url(encoded(noise((260, 250)), "PNG"))
    (alone,) = await pictures.prepare([each], rules)
    assert alone.note.changes == ()
    together = await pictures.prepare([each] * 3, rules)
    assert sum(len(picture.payload) for picture in together) <= 300_000


@pytest.mark.parametrize(("rules", "who"), [(CLAUDE, "the gateway"), (replace(CLAUDE, max_count=2), "this model")])
async def test_too_many_pictures(pictures: Watched, rules: Rules, who: str) -> None:
    most = min(rules.max_count or 4, 4)
    with pytest.raises(GatewayError, match=f"{who} takes at most {most}") as caught:
        await pictures.prepare([url(encoded(noise((9, 9)), "PNG"))] * (most + 1), rules)
    assert caught.value.code == "request_too_large"


async def test_above_so_many_pictures_each_may_be_only_so_long(pictures: Watched) -> None:
    found = await pictures.prepare([url(encoded(noise((300, 20)), "PNG"))] * 3, replace(CLAUDE, many=(2, 150)))
    assert {picture.note.changes for picture in found} == {("scaled 300x20 -> 150x10",)}


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (b"https://example.org/a.png", "image_invalid", "image 0: remote fetching is off"),
        (b"ftp://example.org/a.png", "image_invalid", "no data: URL"),
        (b"data:image/png,abc", "image_invalid", "not in base64 form"),
        (b"data:image/png;base64,####", "image_invalid", "base64 cannot be read"),
        (url(b""), "image_invalid", "empty"),
        (url(bomb(60_000, 60_000)), "image_invalid", "at most 50000000"),
        (url(bytes(20_000_001)), "request_too_large", "over 20000000 bytes"),
    ],
)
async def test_what_is_no_picture_is_refused_without_decoding(
    pictures: Watched, sent: bytes, code: str, words: str
) -> None:
    with pytest.raises(GatewayError) as caught:
        await pictures.prepare([sent], CAREFUL)
    assert caught.value.code == code
    assert words in caught.value.message
    assert processes() == []


async def test_a_process_that_died_meanwhile_costs_nobody_a_picture(workers: Pool) -> None:
    content = encoded(noise((50, 40)), "BMP")
    first = await workers.make(content, TARGET, keep=False)
    (process,) = processes()
    process.kill()
    assert await workers.make(content, TARGET, keep=False) == first


async def test_a_picture_that_kills_its_decoder_is_refused_and_the_next_one_is_not(workers: Pool) -> None:
    """The signal stands for a fault in a decoder, which no test can count on."""
    wide = asyncio.create_task(workers.make(encoded(noise((3000, 2500)), "BMP"), SLOW, keep=False))
    await _until_busy()
    for process in processes():
        process.send_signal(signal.SIGSEGV)
    with pytest.raises(Unreadable, match="broke down"):
        await wide
    assert (await workers.make(encoded(noise((50, 40)), "BMP"), TARGET, keep=False)).kind == "image/png"


async def test_a_picture_that_takes_too_long_is_refused_and_its_process_ended() -> None:
    made = Pool(1, 50_000_000, timeout_s=0.01)
    try:
        with pytest.raises(Unreadable, match=r"more than 0\.01 s"):
            await made.make(encoded(noise((3000, 2500)), "BMP"), SLOW, keep=False)
        assert processes() == []
    finally:
        await made.aclose()


async def test_a_picture_that_takes_too_much_of_the_processor_is_refused_by_a_used_process_too() -> None:
    """The clock on the wall says little on a machine that is busy."""
    made = Pool(1, 50_000_000, cpu_s=0.3)
    try:
        await made.make(encoded(noise((50, 40)), "BMP"), TARGET, keep=False)
        for _ in range(2):
            with pytest.raises(Unreadable, match=r"more than 0\.3 s of a processor") as caught:
                await made.make(many_scans(400), TARGET, keep=False)
            assert not isinstance(caught.value, Unfinished)
            assert processes() == []
        assert (await made.make(encoded(noise((50, 40)), "BMP"), TARGET, keep=False)).kind == "image/png"
    finally:
        await made.aclose()


async def test_what_may_be_the_machines_fault_is_not_held_against_a_picture(pictures: Watched) -> None:
    content = url(encoded(noise((2700, 2400)), "BMP"))
    asked = asyncio.create_task(pictures.prepare([content], ONLY_PNG))
    await _until_busy()
    for process in processes():
        process.kill()
    with pytest.raises(GatewayError, match="broke down"):
        await asked
    (picture,) = await pictures.prepare([content], ONLY_PNG)
    assert picture.media_type == "image/png"


async def test_the_last_one_who_leaves_ends_the_work(pictures: Watched) -> None:
    content = url(encoded(noise((2700, 2400)), "BMP"))
    first, second, third = (asyncio.create_task(pictures.prepare([content], ONLY_PNG)) for _ in range(3))
    await _until_busy()
    (process,) = processes()
    first.cancel()
    second.cancel()
    await asyncio.wait((first, second))
    assert (await third)[0].media_type == "image/png"
    assert process.is_running()
    odd = url(encoded(noise((2700, 2401)), "BMP"))
    alone = asyncio.create_task(pictures.prepare([odd], ONLY_PNG))
    while not pictures.waiting:
        await asyncio.sleep(0)
    alone.cancel()
    again = asyncio.create_task(pictures.prepare([odd], ONLY_PNG))
    with pytest.raises(asyncio.CancelledError):
        await alone
    assert (await again)[0].media_type == "image/png"
    assert pictures.waiting == 0


async def test_what_is_made_anew_in_its_own_type_is_told(pictures: Watched) -> None:
    broken = bytearray(encoded(noise((50, 40)), "PNG"))
    broken[-16] ^= 0xFF
    (picture,) = await pictures.prepare([url(bytes(broken))], CLAUDE)
    assert picture.note.changes == ("re-encoded",)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for it")
async def test_a_decoder_ends_with_a_gateway_that_is_killed(tmp_path: Path) -> None:
    picture = tmp_path / "picture"
    picture.write_bytes(many_scans(2000))
    script = f"""
import asyncio
from pathlib import Path
from mosseval_proxy.images.job import Target
from mosseval_proxy.images.pool import Pool
asyncio.run(Pool(1, 50_000_000).make(Path({str(picture)!r}).read_bytes(), {TARGET!r}, keep=False))
"""
    killed = psutil.Popen([sys.executable, "-c", script], stdin=subprocess.DEVNULL)
    try:
        while not (children := killed.children()) or children[0].cpu_times().user < 1:
            assert killed.is_running()
            await asyncio.sleep(0.02)
        assert Path(f"/proc/{children[0].pid}/oom_score_adj").read_text().strip() == "1000"
    finally:
        killed.kill()
        killed.wait()
    await asyncio.to_thread(psutil.wait_procs, children, 10)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


async def test_one_who_leaves_ends_the_process_that_worked_for_him(workers: Pool) -> None:
    task = asyncio.create_task(workers.make(encoded(noise((3000, 2500)), "BMP"), SLOW, keep=False))
    await _until_busy()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert processes() == []
    assert (await workers.make(encoded(noise((50, 40)), "BMP"), TARGET, keep=False)).kind == "image/png"


async def test_at_the_bound_it_is_told_to_come_again(workers: Pool) -> None:
    content = encoded(noise((300, 200)), "BMP")
    tasks = [asyncio.create_task(workers.make(content, TARGET, keep=False)) for _ in range(pool.MOST_WAITING)]
    while workers.waiting < pool.MOST_WAITING:
        await asyncio.sleep(0)
    with pytest.raises(GatewayError) as caught:
        await workers.make(content, TARGET, keep=False)
    assert (caught.value.code, caught.value.retry_after_s) == ("rate_limit_exceeded", pool.RETRY_AFTER_S)
    assert len({made.content for made in await asyncio.gather(*tasks)}) == 1
    assert len(processes()) == 1


async def test_a_decoder_sees_no_key_and_gives_way_to_the_gateway(
    workers: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-planted")
    await workers.make(encoded(noise((50, 40)), "BMP"), TARGET, keep=False)
    (process,) = processes()
    assert "sk-planted" not in Path(f"/proc/{process.pid}/environ").read_text()
    assert process.nice() > os.getpriority(os.PRIO_PROCESS, 0)


async def _until_busy() -> None:
    """Until a process works on a picture: it has read more than its own start takes."""
    async with asyncio.timeout(60):
        while not any(process.memory_info().rss > 60_000_000 for process in processes()):
            await asyncio.sleep(0.005)
