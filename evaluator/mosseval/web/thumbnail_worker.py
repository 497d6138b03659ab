"""The process that decodes pictures for pages: bounded in memory, processor time and pixels, without keys.

Reads jobs from standard input and answers on standard output, one at a time: HEAD (edge, most bytes, length), then
the bytes; an answer of length 0 says that the picture cannot be decoded. Imports Pillow and nothing of ours.
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
import warnings

from PIL import Image, ImageOps

HEAD = struct.Struct("!III")
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_PIXELS = 50_000_000
ROOM_BYTES = 1536 * 1024**2
CPU_S = 120
QUALITIES = (75, 60, 45, 30, 18)
SMALLEST_EDGE = 48


def main() -> None:
    """Works until standard input ends."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM_BYTES, ROOM_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        edge, most, length = HEAD.unpack(head)
        made = _made(asked.read(length), edge, most)
        told.write(HEAD.pack(0, 0, len(made)) + made)
        told.flush()


def _made(content: bytes, edge: int, most: int) -> bytes:
    try:
        return _small(content, edge, most)
    # Decoders meet broken bytes with errors of every kind; to the page all of them mean the same.
    except Exception:  # noqa: BLE001
        return b""


def _small(content: bytes, edge: int, most: int) -> bytes:
    """The picture as WebP within the bounds, upright, on white where it is transparent; b'' where that cannot be."""
    picture: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    if picture.width * picture.height > MAX_PIXELS:
        return b""
    picture.draft("RGB", (edge * 2, edge * 2))
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        layer.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        picture = Image.new("RGB", layer.size, "white")
        picture.paste(layer, mask=layer.getchannel("A"))
    else:
        picture = picture.convert("RGB")
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    while max(picture.size) >= SMALLEST_EDGE:
        least = _saved(picture, QUALITIES[-1])
        if len(least) <= most:
            better = (made for quality in QUALITIES[:-1] if len(made := _saved(picture, quality)) <= most)
            return next(better, least)
        share = max(0.3, 0.95 * (most / len(least)) ** 0.5)
        picture = picture.resize((int(picture.width * share) or 1, int(picture.height * share) or 1))
    last = _saved(picture, QUALITIES[-1])
    return last if len(last) <= most else b""


def _saved(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=quality, method=2)
    return target.getvalue()


if __name__ == "__main__":
    main()
