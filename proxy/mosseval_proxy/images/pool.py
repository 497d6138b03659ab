"""The processes that decode pictures: few, started when first needed, never more work waiting than is bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.job import LENGTHS, Target, Unfinished, Unreadable, pack

TIMEOUT_S = 120.0
"""How long one picture may take, also where the machine has much else to do."""
CPU_S = 30.0
"""What one picture may take of a processor; the slowest honest ones (50 megapixels) take a few seconds."""
MOST_WAITING = 64
MOST_WAITING_BYTES = 256 * 1024 * 1024
RETRY_AFTER_S = 2.0
PASSED_ON = frozenset({"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TZ"})
"""Of the environment what a worker gets: the providers' keys are in it, and hostile bytes are decoded there."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker says of a picture: `content` is None where it may go as it is."""

    kind: str = ""
    content: bytes | None = None
    changes: tuple[str, ...] = ()


class Pool:
    """Decodes with at most `workers` processes; at the bound of what may wait it refuses instead of growing."""

    def __init__(self, workers: int, max_pixels: int, timeout_s: float = TIMEOUT_S, cpu_s: float = CPU_S) -> None:
        self._max_pixels = max_pixels
        self._timeout_s = timeout_s
        self._cpu_s = cpu_s
        self._free = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []
        self.waiting = 0
        """Pictures that wait for a worker or are with one."""
        self._waiting_bytes = 0

    async def make(self, content: bytes, target: Target, *, keep: bool) -> Made:
        """Has a picture checked (`keep`) or made anew.

        Raises Unreadable (Unfinished where that may change), or GatewayError `rate_limit_exceeded` where too much is
        waiting already.
        """
        if self.waiting >= MOST_WAITING or (self.waiting and self._waiting_bytes + len(content) > MOST_WAITING_BYTES):
            raise GatewayError(
                "rate_limit_exceeded",
                f"{self.waiting} pictures are waiting to be decoded: try again soon",
                retry_after_s=RETRY_AFTER_S,
            )
        self.waiting += 1
        self._waiting_bytes += len(content)
        try:
            async with self._free:
                return await self._with_a_worker(content, target, keep=keep)
        finally:
            self.waiting -= 1
            self._waiting_bytes -= len(content)

    async def aclose(self) -> None:
        """Ends the processes."""
        while self._idle:
            await self._idle.pop().end()

    async def _with_a_worker(self, content: bytes, target: Target, *, keep: bool) -> Made:
        # An idle worker may have died meanwhile, from want of memory: a fresh one tells whose fault it is.
        while self._idle:
            with contextlib.suppress(_Died):
                return await self._asked(self._idle.pop(), content, target, keep=keep)
        try:
            worker = await _Worker.started(self._max_pixels, self._cpu_s)
            return await self._asked(worker, content, target, keep=keep)
        except _Died:
            raise Unfinished("it cannot be decoded: the decoder broke down over it") from None

    async def _asked(self, worker: _Worker, content: bytes, target: Target, *, keep: bool) -> Made:
        try:
            async with asyncio.timeout(self._timeout_s):
                made = await worker.ask(content, target, keep=keep)
        except TimeoutError:
            await worker.end()
            raise Unfinished(f"decoding it takes more than {self._timeout_s:g} s") from None
        except _Spent:
            raise Unreadable(f"decoding it takes more than {self._cpu_s:g} s of a processor") from None
        except Unreadable:
            self._idle.append(worker)
            raise
        except BaseException:
            # Its reply is still to come: it would be taken for the next picture's.
            await worker.end()
            raise
        self._idle.append(worker)
        return made


class _Died(Exception):
    """A worker ended before it replied."""


class _Spent(Exception):
    """A worker ended because a picture took too much of the processor."""


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def started(cls, max_pixels: int, cpu_s: float) -> _Worker:
        """Starts one; it is ready after some 0.2 s, and takes its first job at once."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "mosseval_proxy.images.worker",
                str(max_pixels),
                str(cpu_s),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if name in PASSED_ON},
                start_new_session=True,  # an interrupt from the keyboard is for the gateway, which ends it in order
            )
        )

    async def ask(self, content: bytes, target: Target, *, keep: bool) -> Made:
        """Puts one job. Raises Unreadable, _Died, or _Spent."""
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None
        assert told is not None
        try:
            asked.writelines(pack({"keep": keep, "target": asdict(target)}, content))
            await asked.drain()
            head_length, length = LENGTHS.unpack(await told.readexactly(LENGTHS.size))
            head = json.loads(await told.readexactly(head_length))
            made = await told.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            ended = await self._process.wait()
            raise (_Spent if ended == -signal.SIGPROF else _Died) from None
        if "fault" in head:
            raise Unreadable(head["fault"])
        return Made() if "kept" in head else Made(head["kind"], made, tuple(head["changes"]))

    async def end(self) -> None:
        """Ends the process, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
