"""Pictures in requests: `data:` URLs only, the real type read from the bytes, everything bounded."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.records import ImageNote, Picture

FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
"""What is passed on, by Pillow's name: the four types that the providers take."""
DATA_URL = re.compile(rb"data:([A-Za-z0-9.+/-]{0,64})((?:;[A-Za-z0-9=._-]{1,64}){0,4}),")
LONGEST_HEAD = 400
"""Bytes that the part of a `data:` URL before its payload can have."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """Bytes of the decoded file, pixels of one frame, pictures a request."""

    max_bytes: int
    max_pixels: int
    max_images: int


def check_image(url: bytes | memoryview, index: int, limits: ImageLimits) -> Picture:
    """Decodes and checks one picture; `index` counts from 0 within the request and stands in messages.

    Raises GatewayError `image_invalid` (which picture, why) or `request_too_large`.
    """
    where = f"image {index}"
    declared, payload = _split(url, where)
    if len(payload) * 3 // 4 > limits.max_bytes + 3:
        raise GatewayError("request_too_large", f"{where} is over {limits.max_bytes} bytes", param="messages")
    try:
        content = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(where, "its base64 cannot be read") from None
    real = _real_type(content, where, limits.max_pixels)
    return Picture(real, payload, ImageNote(declared, real, hashlib.sha256(content).hexdigest()))


def _split(url: bytes | memoryview, where: str) -> tuple[str, memoryview]:
    """Declared media type and base64 payload of a `data:` URL."""
    start = bytes(url[:LONGEST_HEAD])
    if not start.startswith(b"data:"):
        what = "remote fetching is off" if start.startswith((b"http://", b"https://")) else "it is no data: URL"
        raise _invalid(where, f"{what}; send the picture itself as data:image/...;base64,...")
    head = DATA_URL.match(start)
    if head is None or not head[2].endswith(b";base64"):
        raise _invalid(where, "its data: URL is not in base64 form (data:image/...;base64,...)")
    return head[1].decode().lower() or "text/plain", memoryview(url)[head.end() :]


def _real_type(content: bytes, where: str, max_pixels: int) -> str:
    """The media type by the bytes themselves; decodes the picture whole (of an animation, its first frame)."""
    if not content:
        raise _invalid(where, "it is empty")
    try:
        with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise _invalid(where, f"{width} x {height} pixels; at most {max_pixels} are taken")
            image.load()
            return FORMATS[image.format or ""]
    except GatewayError:
        raise
    except UnidentifiedImageError:
        raise _invalid(where, "its bytes are no JPEG, PNG, GIF or WebP picture") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _invalid(where, f"too many pixels; at most {max_pixels} are taken") from None
    except (OSError, ValueError, SyntaxError, ArithmeticError, KeyError, IndexError, EOFError) as error:
        raise _invalid(where, f"it cannot be decoded: {str(error)[:200] or type(error).__name__}") from None


def _invalid(where: str, why: str) -> GatewayError:
    return GatewayError("image_invalid", f"{where}: {why}", param="messages")
