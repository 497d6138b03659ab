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

    def _inline(self, url: bytes | memoryview, at: int) -> _Source | None:
        """A picture that is short enough to be read on the event loop; None for others. One refused is counted."""
        if len(url) > INLINE_BYTES or _is_remote(url):
            return None
        started = time.perf_counter()
        try:
            return _from_data_url(url, at, self.limits)
        except GatewayError:
            self._observe("refused", time.perf_counter() - started)
            raise

    async def _elsewhere(self, url: bytes | memoryview, at: int) -> _Source:
        """A long or remote picture, read in a thread. One that is refused is counted."""
        started = time.perf_counter()
        try:
            if not _is_remote(url):
                return await asyncio.to_thread(_from_data_url, url, at, self.limits)
            fetched = await self._fetched(url, at)
            return await asyncio.to_thread(_from_server, fetched, at, self.limits)
        except GatewayError:
            self._observe("refused", time.perf_counter() - started)
            raise

    async def _fetched(self, url: bytes | memoryview, at: int) -> Fetched:
        if self._fetcher is None:
            raise _invalid(at, "remote fetching is off; send the picture itself as data:image/...;base64,...")
        try:
            return await self._fetcher.fetch(bytes(url))
        except NotFetched as fault:
            raise _invalid(at, str(fault)) from None

    async def _all(self, sources: Sequence[_Source], rules: Rules) -> list[Picture]:
        return [self._kept(source, rules) or await self._made(source, rules, at) for at, source in enumerate(sources)]

    def _kept(self, source: _Source, rules: Rules) -> Picture | None:
        """The picture as it came, where nobody has to look at it further."""
        started, known = time.perf_counter(), source.structure
        if rules.checked or known is None or not known.whole or not _passes(source, rules):
            return None
        self._observe("kept", time.perf_counter() - started)
        return _as_it_is(source)

    async def _made(self, source: _Source, rules: Rules, at: int) -> Picture:
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
            raise _invalid(at, verdict.fault)
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


def _is_remote(url: bytes | memoryview) -> bool:
    return bytes(url[:8]).lower().startswith(REMOTE)


def _passes(source: _Source, rules: Rules) -> bool:
    """Whether a picture is within the rules as far as it was read."""
    known = source.structure
    return known is not None and rules.passes(known, source.kind, len(source.payload))


def _from_data_url(url: bytes | memoryview, at: int, limits: ImageLimits) -> _Source:
    declared, payload = _split(url, at)
    if len(payload) * 3 // 4 > limits.max_bytes + 3:
        raise _too_large(at, limits)
    try:
        content = pybase64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(at, "its base64 cannot be read") from None
    return _source(declared, payload, content, at, limits)


def _from_server(fetched: Fetched, at: int, limits: ImageLimits) -> _Source:
    return _source(fetched.declared, pybase64.b64encode(fetched.content), fetched.content, at, limits)


def _source(declared: str, payload: bytes | memoryview, content: bytes, at: int, limits: ImageLimits) -> _Source:
    if not content:
        raise _invalid(at, "it is empty")
    if len(content) > limits.max_bytes:
        raise _too_large(at, limits)
    kind = sniff(content)
    if kind is None:
        raise _invalid(at, refusal(content))
    structure = read(content, kind)
    if structure is not None and structure.width * structure.height > limits.max_pixels:
        size = f"{structure.width} x {structure.height} pixels"
        raise _invalid(at, f"{size}; at most {limits.max_pixels} are taken: send it smaller")
    return _Source(declared, payload, content, hashlib.sha256(content).digest(), kind, structure)


def _split(url: bytes | memoryview, at: int) -> tuple[str, memoryview]:
    """Declared media type and base64 payload of a `data:` URL."""
    start = bytes(url[:LONGEST_HEAD])
    if not start.startswith(b"data:"):
        raise _invalid(at, "it is no data: URL; send the picture itself as data:image/...;base64,...")
    head = DATA_URL.match(start)
    if head is None or not head[2].endswith(b";base64"):
        raise _invalid(at, "its data: URL is not in base64 form (data:image/...;base64,...)")
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


def _invalid(at: int, why: str) -> GatewayError:
    return GatewayError("image_invalid", f"image {at}: {why}", param="messages")


def _too_large(at: int, limits: ImageLimits) -> GatewayError:
    return GatewayError("request_too_large", f"image {at} is over {limits.max_bytes} bytes", param="messages")
