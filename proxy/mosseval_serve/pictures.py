"""Pictures: `data:` URLs alone, the type read from the bytes, bounds checked before a pixel is decoded."""

from __future__ import annotations

import base64
import binascii
import io
import struct
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, PngImagePlugin

from mosseval_serve.errors import ServeError

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
# Pillow's own bound of 1 MiB would lose pictures over their notes; that on all of them stays.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY
MOST_SCANS = 500
"""Passes over a JPEG's pixels: an honest one has ten or so, and each of a hostile one's thousands takes a while."""
FAULTS = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)  # fmt: skip
"""What Pillow raises over a broken file."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Bounds of a request's pictures."""

    count: int = 16
    bytes: int = 20 * 1024 * 1024
    pixels: int = 50_000_000
    request_pixels: int = 200_000_000
    """Of all of them: they are decoded together, 3 bytes a pixel."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's file, its head already read; `where` names it in the request."""

    data: bytes
    where: str
    pixels: int

    def decode(self) -> Image.Image:
        """The pixels, upright, as RGB on white (the first frame of several). Raises ServeError `image_invalid`."""
        try:
            with _open(self.data) as opened:
                upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith("I"):
                return _eight_bit(upright).convert("RGB")
            if not upright.has_transparency_data:
                return upright.convert("RGB")
            layer = upright.convert("RGBA")
            return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
        except FAULTS as error:
            raise _invalid(self.where, f"it cannot be decoded ({type(error).__name__})") from None


def _eight_bit(image: Image.Image) -> Image.Image:
    """A PNG's grey of 16 bits, scaled: Pillow's own conversion would clip nearly all of it to white."""
    grey = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    grey.info.pop("transparency", None)
    return grey


def read_picture(url: str, where: str, limits: PictureLimits) -> Picture:
    """The picture of a `data:` URL, its head read. Raises ServeError `image_invalid` naming `where`."""
    head, comma, payload = url.partition(",")
    if not (head[:5].lower() == "data:" and comma):
        raise _invalid(where, "send it as a data: URL; this server fetches nothing")
    if not head.lower().endswith(";base64"):
        raise _invalid(where, "its data: URL is not base64")
    if len(payload) > limits.bytes // 3 * 4 + 4:
        raise _invalid(where, f"it has more than {limits.bytes} bytes")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(where, "its base64 is broken") from None
    try:
        with _open(data) as opened:
            width, height = opened.size
    except FAULTS:
        raise _invalid(where, f"it is none of {', '.join(FORMATS)}, or broken") from None
    if width * height > limits.pixels:
        raise _invalid(where, f"{width}x{height} is more than {limits.pixels} pixels")
    # In coded data these two bytes are nothing else; in notes and profiles they are rare.
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MOST_SCANS:
        raise _invalid(where, f"it is a JPEG of more than {MOST_SCANS} scans")
    return Picture(data, where, width * height)


def _open(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Our own bound on pixels stands above Pillow's warning.
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(data), formats=FORMATS)


def _invalid(where: str, why: str) -> ServeError:
    return ServeError("image_invalid", f"{where}: {why}", param=where)
