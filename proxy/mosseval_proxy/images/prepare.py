"""The way of a picture from the URL in a request to what is sent: checked, and changed only where it must be."""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pybase64

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.cache import Cache, Key, Verdict
from mosseval_proxy.images.job import Target, Unfinished, Unreadable
from mosseval_proxy.images.pool import Pool
from mosseval_proxy.images.remote import Fetched, Fetcher, NotFetched
from mosseval_proxy.images.rules import Rules
from mosseval_proxy.images.sniff import refusal, sniff
from mosseval_proxy.images.structure import Structure, read
from mosseval_proxy.records import ImageNote, Picture
from mosseval_proxy.settings import Settings

DATA_URL = re.compile(rb"data:([A-Za-z0-9.+/-]{0,64})((?:;[A-Za-z0-9=._-]{1,64}){0,4}),")
LONGEST_HEAD = 400
"""Bytes that the part of a `data:` URL before its payload can have."""
INLINE_BYTES = 2 * 1024 * 1024
"""Up to so many characters of base64 a picture is read on the event loop (about 1 ms): a thread would cost more."""
REMOTE = (b"http://", b"https://")


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The gateway's own bounds: bytes of a file, pixels of one frame, pictures a request, bytes of the cache."""

    max_bytes: int
    max_pixels: int
    max_images: int
    workers: int
    cache_bytes: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A picture as it came; `declared` is what its URL or its server calls it, the rest is what it really is."""

    declared: str
    payload: bytes | memoryview
    """Base64."""
    content: bytes
    digest: bytes
    kind: str
    structure: Structure | None


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
        sources = [await self._source(url, f"image {at}") for at, url in enumerate(urls)]
        found = [await self._prepared(source, each, f"image {at}") for at, source in enumerate(sources)]
        total = rules.max_request_base64
        if count > 1 and total is not None and sum(len(picture.payload) for picture in found) > total:
            less = each.with_share(count)
            found = [await self._prepared(source, less, f"image {at}") for at, source in enumerate(sources)]
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

    async def _source(self, url: bytes | memoryview, where: str) -> _Source:
        """As `_read`; one that is refused is counted."""
        started = time.perf_counter()
        try:
            return await self._read(url, where)
        except GatewayError:
            self._observe("refused", time.perf_counter() - started)
            raise

    async def _read(self, url: bytes | memoryview, where: str) -> _Source:
        """A picture's bytes, type and structure."""
        if bytes(url[:8]).lower().startswith(REMOTE):
            fetched = await self._fetched(url, where)
            payload = await asyncio.to_thread(pybase64.b64encode, fetched.content)
            return await asyncio.to_thread(_source, fetched.declared, payload, fetched.content, where, self.limits)
        if len(url) <= INLINE_BYTES:
            return _from_data_url(url, where, self.limits)
        return await asyncio.to_thread(_from_data_url, url, where, self.limits)

    async def _fetched(self, url: bytes | memoryview, where: str) -> Fetched:
        if self._fetcher is None:
            raise _invalid(where, "remote fetching is off; send the picture itself as data:image/...;base64,...")
        try:
            return await self._fetcher.fetch(bytes(url))
        except NotFetched as fault:
            raise _invalid(where, str(fault)) from None

    async def _prepared(self, source: _Source, rules: Rules, where: str) -> Picture:
        """The picture as it is, or as the cache or a worker has it."""
        started = time.perf_counter()
        known = source.structure
        keep = known is not None and rules.passes(known, source.kind, len(source.payload))
        if known is not None and known.whole and keep and not rules.checked:
            self._observe("kept", time.perf_counter() - started)
            return _as_it_is(source)
        key = (source.digest, rules)
        verdict = self._cache.get(key)
        work: Work = "cached"
        if verdict is None:
            verdict = await self._shared(key, source, rules, keep=keep)
            work = "refused" if verdict.fault else "kept" if verdict.payload is None else "reencoded"
        self._observe(work, time.perf_counter() - started)
        if verdict.fault is not None:
            raise _invalid(where, verdict.fault)
        if verdict.payload is None:
            return _as_it_is(source)
        changes = verdict.changes or ("re-encoded",)
        if verdict.kind != source.kind:
            changes = (*verdict.changes, f"{source.kind} -> {verdict.kind}")
        note = ImageNote(source.declared, verdict.kind, verdict.sha256, verdict.size, (*_wrongly(source), *changes))
        return Picture(verdict.kind, verdict.payload, note)

    async def _shared(self, key: Key, source: _Source, rules: Rules, *, keep: bool) -> Verdict:
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

    async def _decided(self, key: Key, source: _Source, rules: Rules, *, keep: bool) -> Verdict:
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


def _from_data_url(url: bytes | memoryview, where: str, limits: ImageLimits) -> _Source:
    declared, payload = _split(url, where)
    if len(payload) * 3 // 4 > limits.max_bytes + 3:
        raise _too_large(where, limits)
    try:
        content = pybase64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(where, "its base64 cannot be read") from None
    return _source(declared, payload, content, where, limits)


def _source(declared: str, payload: bytes | memoryview, content: bytes, where: str, limits: ImageLimits) -> _Source:
    if not content:
        raise _invalid(where, "it is empty")
    if len(content) > limits.max_bytes:
        raise _too_large(where, limits)
    kind = sniff(content)
    if kind is None:
        raise _invalid(where, refusal(content))
    structure = read(content, kind)
    if structure is not None and structure.width * structure.height > limits.max_pixels:
        size = f"{structure.width} x {structure.height} pixels"
        raise _invalid(where, f"{size}; at most {limits.max_pixels} are taken: send it smaller")
    return _Source(declared, payload, content, hashlib.sha256(content).digest(), kind, structure)


def _split(url: bytes | memoryview, where: str) -> tuple[str, memoryview]:
    """Declared media type and base64 payload of a `data:` URL."""
    start = bytes(url[:LONGEST_HEAD])
    if not start.startswith(b"data:"):
        raise _invalid(where, "it is no data: URL; send the picture itself as data:image/...;base64,...")
    head = DATA_URL.match(start)
    if head is None or not head[2].endswith(b";base64"):
        raise _invalid(where, "its data: URL is not in base64 form (data:image/...;base64,...)")
    return head[1].decode().lower() or "text/plain", memoryview(url)[head.end() :]


def _as_it_is(source: _Source) -> Picture:
    note = ImageNote(source.declared, source.kind, source.digest.hex(), len(source.content), _wrongly(source))
    return Picture(source.kind, source.payload, note)


def _wrongly(source: _Source) -> tuple[str, ...]:
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


def _invalid(where: str, why: str) -> GatewayError:
    return GatewayError("image_invalid", f"{where}: {why}", param="messages")


def _too_large(where: str, limits: ImageLimits) -> GatewayError:
    return GatewayError("request_too_large", f"{where} is over {limits.max_bytes} bytes", param="messages")
