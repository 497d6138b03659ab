"""The way of a picture from the URL in a request to what is sent: checked, and changed only where it must be."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Literal

import pybase64

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.cache import Cache, Key, Verdict
from mosseval_proxy.images.job import Target, Unfinished, Unreadable
from mosseval_proxy.images.pool import Pool
from mosseval_proxy.images.remote import Fetched, Fetcher, NotFetched
from mosseval_proxy.images.rules import Rules
from mosseval_proxy.images.source import ImageLimits, Source, from_data_url, from_server, invalid, is_remote
from mosseval_proxy.records import ImageNote, Picture
from mosseval_proxy.settings import Settings

INLINE_BYTES = 2 * 1024 * 1024
"""Up to so many characters of base64 a picture is read on the event loop (about 1 ms): a thread would cost more."""


class _Running:
    """A decoding that somebody waits for."""

    def __init__(self, task: asyncio.Task[Verdict]) -> None:
        self.task = task
        self.waiting = 0


Work = Literal["kept", "reencoded", "cached", "refused"]
Observe = Callable[[Work, float], None]
"""Is told what was done with a picture, and how many seconds it took."""


def _unseen(_work: Work, _seconds: float) -> None:
    """Where nobody counts."""


class Pictures:
    """Prepares the pictures of requests. `fetcher` is None where remote ones are switched off."""

    def __init__(self, limits: ImageLimits, fetcher: Fetcher | None = None, observe: Observe = _unseen) -> None:
        self.limits = limits
        self._observe = observe
        self._fetcher = fetcher
        self._pool = Pool(limits.workers, limits.max_pixels)
        self._cache = Cache(limits.cache_bytes)
        self._running: dict[Key, _Running] = {}

    @property
    def waiting(self) -> int:
        """Pictures that are being decoded or wait for it."""
        return self._pool.waiting

    async def prepare(self, urls: Sequence[bytes | memoryview], rules: Rules) -> tuple[Picture, ...]:
        """The pictures of one request, as a model with these rules takes them.

        Raises GatewayError: `image_invalid` (which picture counting from 0, why), `request_too_large`, and
        `rate_limit_exceeded` where too many are being decoded.
        """
        count = len(urls)
        self._count(count, rules)
        each = rules.for_count(count)
        sources = [self._inline(url, at) or await self._elsewhere(url, at) for at, url in enumerate(urls)]
        found = await self._all(sources, each)
        total = rules.max_request_base64
        if count > 1 and total is not None and sum(len(picture.payload) for picture in found) > total:
            found = await self._all(sources, each.with_share(count))
        return tuple(found)

    async def aclose(self) -> None:
        """Ends what was started."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._pool.aclose()
        if self._fetcher is not None:
            await self._fetcher.aclose()

    def _count(self, count: int, rules: Rules) -> None:
        for most, who in ((self.limits.max_images, "the gateway"), (rules.max_count, "this model")):
            if most is not None and count > most:
                message = f"{count} pictures; {who} takes at most {most} in a request"
                raise GatewayError("request_too_large", message, param="messages")

    def _inline(self, url: bytes | memoryview, at: int) -> Source | None:
        """A picture that is short enough to be read on the event loop; None for others. One refused is counted."""
        if len(url) > INLINE_BYTES or is_remote(url):
            return None
        started = time.perf_counter()
        try:
            return from_data_url(url, at, self.limits)
        except GatewayError:
            self._observe("refused", time.perf_counter() - started)
            raise

    async def _elsewhere(self, url: bytes | memoryview, at: int) -> Source:
        """A long or remote picture, read in a thread. One that is refused is counted."""
        started = time.perf_counter()
        try:
            if not is_remote(url):
                return await asyncio.to_thread(from_data_url, url, at, self.limits)
            fetched = await self._fetched(url, at)
            return await asyncio.to_thread(from_server, fetched, at, self.limits)
        except GatewayError:
            self._observe("refused", time.perf_counter() - started)
            raise

    async def _fetched(self, url: bytes | memoryview, at: int) -> Fetched:
        if self._fetcher is None:
            raise invalid(at, "remote fetching is off; send the picture itself as data:image/...;base64,...")
        try:
            return await self._fetcher.fetch(bytes(url))
        except NotFetched as fault:
            raise invalid(at, str(fault)) from None

    async def _all(self, sources: Sequence[Source], rules: Rules) -> list[Picture]:
        return [self._kept(source, rules) or await self._made(source, rules, at) for at, source in enumerate(sources)]

    def _kept(self, source: Source, rules: Rules) -> Picture | None:
        """The picture as it came, where nobody has to look at it further."""
        started, known = time.perf_counter(), source.structure
        if rules.checked or known is None or not known.whole or not _passes(source, rules):
            return None
        self._observe("kept", time.perf_counter() - started)
        return _as_it_is(source)

    async def _made(self, source: Source, rules: Rules, at: int) -> Picture:
        """The picture as the cache or a worker has it, which may be as it is."""
        started = time.perf_counter()
        key = (source.digest, rules)
        verdict = self._cache.get(key)
        work: Work = "cached"
        if verdict is None:
            verdict = await self._shared(key, source, rules, keep=_passes(source, rules))
            work = "refused" if verdict.fault else "kept" if verdict.payload is None else "reencoded"
        self._observe(work, time.perf_counter() - started)
        if verdict.fault is not None:
            raise invalid(at, verdict.fault)
        if verdict.payload is None:
            return _as_it_is(source)
        changes = verdict.changes or ("re-encoded",)
        if verdict.kind != source.kind:
            changes = (*verdict.changes, f"{source.kind} -> {verdict.kind}")
        note = ImageNote(source.declared, verdict.kind, verdict.sha256, verdict.size, (*_wrongly(source), *changes))
        return Picture(verdict.kind, verdict.payload, note)

    async def _shared(self, key: Key, source: Source, rules: Rules, *, keep: bool) -> Verdict:
        """One decoding for all who wait for the same; it goes on when one of them leaves, and ends with the last."""
        running = self._running.get(key)
        if running is None:
            running = _Running(asyncio.create_task(self._decided(key, source, rules, keep=keep)))
            self._running[key] = running
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if not running.waiting:
                running.task.cancel()
                # Who comes now begins anew: this one is over, or about to be.
                if self._running.get(key) is running:
                    del self._running[key]

    async def _decided(self, key: Key, source: Source, rules: Rules, *, keep: bool) -> Verdict:
        try:
            made = await self._pool.make(source.content, _target(rules, self.limits), keep=keep)
        except Unfinished as fault:
            return Verdict(fault=str(fault))
        except Unreadable as fault:
            verdict = Verdict(fault=str(fault))
        else:
            verdict = (
                Verdict()
                if made.content is None
                else await asyncio.to_thread(_verdict, made.kind, made.content, made.changes)
            )
        self._cache.put(key, verdict)
        return verdict


def pictures_of(settings: Settings, observe: Observe = _unseen) -> Pictures:
    """As the settings say; `observe` is told of every piece of work."""
    limits = ImageLimits(
        settings.max_image_bytes,
        settings.max_image_pixels,
        settings.max_images,
        settings.image_workers,
        settings.image_cache_bytes,
    )
    return Pictures(limits, Fetcher(settings.max_image_bytes) if settings.remote_images else None, observe)


def _passes(source: Source, rules: Rules) -> bool:
    """Whether a picture is within the rules as far as it was read."""
    known = source.structure
    return known is not None and rules.passes(known, source.kind, len(source.payload))


def _as_it_is(source: Source) -> Picture:
    note = ImageNote(source.declared, source.kind, source.digest.hex(), len(source.content), _wrongly(source))
    return Picture(source.kind, source.payload, note)


def _wrongly(source: Source) -> tuple[str, ...]:
    """That a picture was called what it is not."""
    declared = source.declared.replace("image/jpg", "image/jpeg")
    return () if declared == source.kind else (f"declared {source.declared}, is {source.kind}",)


def _verdict(kind: str, content: bytes, changes: tuple[str, ...]) -> Verdict:
    payload = pybase64.b64encode(content)
    return Verdict(None, kind, payload, len(content), hashlib.sha256(content).hexdigest(), changes)


def _target(rules: Rules, limits: ImageLimits) -> Target:
    return Target(
        types=tuple(sorted(rules.types)),
        max_base64=rules.max_base64,
        max_side=rules.max_side,
        max_pixels=rules.max_pixels,
        min_side=rules.min_side,
        useful_side=rules.useful_side,
        max_source_pixels=limits.max_pixels,
    )
