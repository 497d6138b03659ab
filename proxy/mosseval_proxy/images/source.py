"""A picture as it came in a request: its bytes, their hash, what they really are and how they are built."""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass

import pybase64

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.images.remote import Fetched
from mosseval_proxy.images.sniff import refusal, sniff
from mosseval_proxy.images.structure import Structure, read

DATA_URL = re.compile(rb"data:([A-Za-z0-9.+/-]{0,64})((?:;[A-Za-z0-9=._-]{1,64}){0,4}),")
LONGEST_HEAD = 400
"""Bytes that the part of a `data:` URL before its payload can have."""
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
class Source:
    """A picture as it came; `declared` is what its URL or its server calls it, the rest is what it really is."""

    declared: str
    payload: bytes | memoryview
    """Base64."""
    content: bytes
    digest: bytes
    kind: str
    structure: Structure | None


def is_remote(url: bytes | memoryview) -> bool:
    """Whether a picture has to be fetched."""
    return bytes(url[:8]).lower().startswith(REMOTE)


def from_data_url(url: bytes | memoryview, at: int, limits: ImageLimits) -> Source:
    """The picture of a `data:` URL, the one with number `at` of its request. Raises GatewayError."""
    declared, payload = _split(url, at)
    if len(payload) * 3 // 4 > limits.max_bytes + 3:
        raise _too_large(at, limits)
    try:
        content = pybase64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(at, "its base64 cannot be read") from None
    return _source(declared, payload, content, at, limits)


def from_server(fetched: Fetched, at: int, limits: ImageLimits) -> Source:
    """A picture that was fetched. Raises GatewayError."""
    return _source(fetched.declared, pybase64.b64encode(fetched.content), fetched.content, at, limits)


def _source(declared: str, payload: bytes | memoryview, content: bytes, at: int, limits: ImageLimits) -> Source:
    if not content:
        raise invalid(at, "it is empty")
    if len(content) > limits.max_bytes:
        raise _too_large(at, limits)
    kind = sniff(content)
    if kind is None:
        raise invalid(at, refusal(content))
    structure = read(content, kind)
    if structure is not None and structure.width * structure.height > limits.max_pixels:
        size = f"{structure.width} x {structure.height} pixels"
        raise invalid(at, f"{size}; at most {limits.max_pixels} are taken: send it smaller")
    return Source(declared, payload, content, hashlib.sha256(content).digest(), kind, structure)


def _split(url: bytes | memoryview, at: int) -> tuple[str, memoryview]:
    """Declared media type and base64 payload of a `data:` URL."""
    start = bytes(url[:LONGEST_HEAD])
    if not start.startswith(b"data:"):
        raise invalid(at, "it is no data: URL; send the picture itself as data:image/...;base64,...")
    head = DATA_URL.match(start)
    if head is None or not head[2].endswith(b";base64"):
        raise invalid(at, "its data: URL is not in base64 form (data:image/...;base64,...)")
    return head[1].decode().lower() or "text/plain", memoryview(url)[head.end() :]


def invalid(at: int, why: str) -> GatewayError:
    """What a client is told of a picture that cannot be used."""
    return GatewayError("image_invalid", f"image {at}: {why}", param="messages")


def _too_large(at: int, limits: ImageLimits) -> GatewayError:
    return GatewayError("request_too_large", f"image {at} is over {limits.max_bytes} bytes", param="messages")
