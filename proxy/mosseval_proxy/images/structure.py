"""What a picture is by its own structure: type, size, frames, orientation, completeness; no pixel is decoded.

Sources: JPEG (ITU-T T.81, annex B), PNG 3 (W3C, section 5), GIF89a, the WebP container (RFC 9649), EXIF 2.32 (4.6).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mosseval_proxy.images.sniff import GIF, JPEG, PNG, WEBP

ORIENTATION = 0x0112
MOST_PARTS = 10_000
"""Segments, chunks or blocks that are walked (some 5 ms): files of more are left to a decoder."""
MOST_GIF_BLOCKS = 100_000
"""The same of GIF's blocks, which have 255 bytes at most."""
MOST_TAGS = 512
"""Entries of an EXIF directory that are looked at."""
LENGTH, FRAME = struct.Struct(">H"), struct.Struct(">BHHB")
USUAL_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""JPEG's frame headers of baseline, extended and progressive Huffman coding: what every decoder takes."""


@dataclass(frozen=True, slots=True)
class Structure:
    """`width` and `height` in pixels as stored, before `orientation` (EXIF, 1 to 8) turns them."""

    width: int
    height: int
    whole: bool
    """Whether every part is where it should be, as far as was looked; without that it may still be decodable."""
    animated: bool = False
    orientation: int = 1
    plain: bool = True
    """8 bits a channel at most, grey or RGB: what every decoder shows alike."""


def read(content: bytes, kind: str | None) -> Structure | None:
    """The structure of a JPEG, PNG, GIF or WebP; None for other types, and where not even the size can be read."""
    reader = READERS.get(kind or "")
    if reader is None:
        return None
    try:
        found = reader(content)
    except (struct.error, IndexError):  # a part announces more bytes than the file has
        return None
    return found if found is not None and found.width > 0 and found.height > 0 else None


def orientation(exif: bytes) -> int:
    """The orientation that an EXIF block (a TIFF header and what follows) tells; 1 where it tells none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (offset,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, offset)
        for at in range(offset + 2, offset + 2 + 12 * min(count, MOST_TAGS), 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, at)
            if tag == ORIENTATION and kind == 3:
                (value,) = struct.unpack_from(f"{order}H", exif, at + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _jpeg(content: bytes) -> Structure | None:
    offset, turned, frame = 2, 1, None
    for _ in range(MOST_PARTS):
        if content[offset] != 0xFF:
            return None
        marker = content[offset + 1]
        if marker == 0xFF:  # a fill byte
            offset += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            return None
        (length,) = LENGTH.unpack_from(content, offset + 2)
        body = offset + 4
        if marker == 0xE1 and content[body : body + 6] == b"Exif\0\0":
            turned = orientation(content[body + 6 : offset + 2 + length])
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = (marker, *FRAME.unpack_from(content, body))
        elif marker == 0xDA:
            break
        offset += 2 + max(length, 2)
    else:
        return None
    if frame is None:
        return None
    coding, precision, height, width, channels = frame
    plain = coding in USUAL_FRAMES and precision == 8 and channels in (1, 3)
    # In coded data 0xFF is followed by 0 or a restart marker: these two bytes at the very end are the end.
    return Structure(width, height, content.endswith(b"\xff\xd9"), orientation=turned, plain=plain)


def _png(content: bytes) -> Structure | None:
    if content[12:16] != b"IHDR":
        return None
    width, height, depth = struct.unpack_from(">IIB", content, 16)
    view, offset, animated, turned, pixels = memoryview(content), 8, False, 1, False
    whole = False
    for _ in range(MOST_PARTS):
        if offset + 12 > len(content):
            break
        length, kind = struct.unpack_from(">I4s", content, offset)
        end = offset + 8 + length
        if end + 4 > len(content):
            break
        (checksum,) = struct.unpack_from(">I", content, end)
        if zlib.crc32(view[offset + 4 : end]) != checksum:
            break
        animated = animated or kind == b"acTL"
        pixels = pixels or kind == b"IDAT"
        if kind == b"eXIf":
            turned = orientation(content[offset + 8 : end])
        if kind == b"IEND":
            whole = pixels
            break
        offset = end + 4
    return Structure(width, height, whole, animated, turned, depth <= 8)


def _gif(content: bytes) -> Structure | None:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    offset, frames, blocks, within = 13 + _table_bytes(flags), 0, 0, True
    try:
        while content[offset] != 0x3B:  # the trailer
            if content[offset] == 0x2C:  # a frame
                frames += 1
                left, top, wide, high = struct.unpack_from("<HHHH", content, offset + 1)
                # Decoders take such a frame for the size of the whole.
                within = within and left + wide <= width and top + high <= height
                offset += 11 + _table_bytes(content[offset + 9])
            elif content[offset] == 0x21:  # an extension
                offset += 2
            else:
                return Structure(width, height, False, frames > 1)
            while content[offset] and blocks < MOST_GIF_BLOCKS:
                offset += content[offset] + 1
                blocks += 1
            offset += 1
            blocks += 1
            if blocks >= MOST_GIF_BLOCKS:
                return Structure(width, height, False, frames > 1)
            if frames > 1:  # an animation is re-encoded anyway: the rest of it need not be walked
                return Structure(width, height, False, True)
    except IndexError:
        return Structure(width, height, False, frames > 1)
    return Structure(width, height, frames == 1 and within, frames > 1)


def _table_bytes(flags: int) -> int:
    """Bytes of a GIF colour table whose flags these are; 0 where there is none."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(content: bytes) -> Structure | None:
    (riff,) = struct.unpack_from("<I", content, 4)
    end = riff + 8
    whole = len(content) in (end, end + 1)
    offset, size, animated, turned, pixels = 12, (0, 0), False, 1, False
    for _ in range(MOST_PARTS):
        if offset + 8 > min(end, len(content)):
            break
        kind, length = struct.unpack_from("<4sI", content, offset)
        body = offset + 8
        whole = whole and body + length <= len(content)
        if kind == b"VP8X":
            animated = bool(content[body] & 0x02)
            size = (_uint24(content, body + 4) + 1, _uint24(content, body + 7) + 1)
        elif kind in (b"VP8 ", b"VP8L"):
            pixels = True
            size = size if size != (0, 0) else _frame_size(content, kind, body)
        elif kind == b"EXIF":
            turned = orientation(content[body : body + length].removeprefix(b"Exif\0\0"))
        pixels = pixels or kind == b"ANMF"
        offset = body + length + (length & 1)
    else:
        whole = False
    return Structure(*size, whole and pixels, animated, turned)


def _frame_size(content: bytes, kind: bytes, body: int) -> tuple[int, int]:
    """Width and height of one WebP frame; zeros where its start code is wrong."""
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, body + 6)
        return (width & 0x3FFF, height & 0x3FFF) if content[body + 3 : body + 6] == b"\x9d\x01\x2a" else (0, 0)
    (bits,) = struct.unpack_from("<I", content, body + 1)
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1) if content[body] == 0x2F else (0, 0)


def _uint24(content: bytes, offset: int) -> int:
    return content[offset] | content[offset + 1] << 8 | content[offset + 2] << 16


READERS: Mapping[str, Callable[[bytes], Structure | None]] = {JPEG: _jpeg, PNG: _png, GIF: _gif, WEBP: _webp}
