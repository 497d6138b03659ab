"""Pictures of every kind, made on the spot: sound, odd and broken ones."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
UPRIGHT = (60, 40)
"""Pixels of the arrow once it is turned upright."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera did to a picture with this EXIF orientation: the reverse of what turns it upright."""


@dataclass(frozen=True, slots=True)
class Case:
    """One picture as a client sends it, and whether it can be decoded."""

    name: str
    content: bytes
    declared: str
    decodable: bool = True


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Noise, which no encoder makes small."""
    width, height = size
    return Image.frombytes("RGB", size, random.Random(width).randbytes(width * height * 3)).convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def arrow() -> Image.Image:
    """Red in its upper left corner, blue in its lower right one, white elsewhere."""
    image = Image.new("RGB", UPRIGHT, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 19, 15), fill="red")
    draw.rectangle((40, 24, 59, 39), fill="blue")
    return image


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """The arrow as a camera stores it with this orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = arrow() if orientation == 1 else arrow().transpose(TURNS[orientation])
    options: dict[str, Any] = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    return encoded(stored, kind, exif=exif.tobytes(), **options)


def animated(kind: str, frames: int = 3) -> bytes:
    shades = [Image.new("RGB", (20, 20), shade) for shade in ("red", "green", "blue", "black")[:frames]]
    return encoded(shades[0], kind, save_all=True, append_images=shades[1:], duration=50)


def oriented_late(orientation: int) -> bytes:
    """A PNG whose orientation stands behind its pixels."""
    content = turned(orientation, "PNG")
    begins = content.index(b"eXIf") - 4
    ends = begins + 12 + int.from_bytes(content[begins : begins + 4], "big")
    return content[:begins] + content[ends:-12] + content[begins:ends] + content[-12:]


def wide_png(size: tuple[int, int] = (40, 30)) -> bytes:
    """A PNG of 16 bits a channel, in colour."""
    header = struct.pack(">IIBBBBB", *size, 16, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(6 * size[0])) * size[1])
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def noted_png(kind: bytes, length: int) -> bytes:
    """A PNG with a compressed note (`zTXt`, `iTXt`) or colour profile (`iCCP`) of so many bytes."""
    head = {b"zTXt": b"note\0\0", b"iTXt": b"note\0\1\0\0\0", b"iCCP": b"profile\0\0"}[kind]
    content = encoded(arrow(), "PNG")
    return content[:33] + chunk(kind, head + zlib.compress(b"a" * length)) + content[33:]


def many_scans(count: int, side: int = 3000) -> bytes:
    """A small progressive JPEG whose pixels are gone over so many times."""
    content = encoded(Image.new("L", (side, side), "white"), "JPEG", progressive=True)
    table = b"\xff\xc4" + struct.pack(">HB", 20, 0x10) + bytes([1, *bytes(15)]) + b"\xe0"
    runs = -(-((-(-side // 8)) ** 2) // 32_767) + 1
    bits = ("0" + "1" * 14) * runs
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 1, 63, 0x10) + coded
    return content[:-2] + table + scan * count + b"\xff\xd9"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that announces so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def sound() -> Iterator[Case]:
    """Pictures that can be decoded, in every format and mode; large ones are in `large`."""
    small = noise((33, 21))
    modes = {
        "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
        "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
        "GIF": ("1", "L", "P", "RGBA"),
        "WEBP": ("RGB", "RGBA"),
        "BMP": ("1", "L", "P", "RGB"),
        "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F"),
        "AVIF": ("RGB", "RGBA"),
        "HEIF": ("RGB", "RGBA"),
        "JPEG2000": ("L", "RGB", "RGBA"),
    }
    for kind, names in modes.items():
        for mode in names:
            yield Case(f"{kind} {mode}", encoded(in_mode(small, mode), kind), "image/png")
        yield Case(f"{kind} of one pixel", encoded(Image.new("RGB", (1, 1), "red"), kind), f"image/{kind.lower()}")
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        for orientation in range(1, 9):
            yield Case(f"{kind} orientation {orientation}", turned(orientation, kind), "image/gif")
    for kind in ("GIF", "WEBP", "PNG", "AVIF"):
        yield Case(f"{kind} animated", animated(kind), "text/plain")
    yield Case("TIFF of two pages", encoded(small, "TIFF", save_all=True, append_images=[small]), "image/tiff")
    yield Case("JPEG progressive", encoded(small, "JPEG", progressive=True), "application/octet-stream")
    yield Case("JPEG with more after its end", encoded(small, "JPEG") + b"appended", "image/jpeg")
    yield Case("PNG with a palette that shines through", encoded(see_through(), "PNG", transparency=0), "image/png")
    wrong = bytearray(encoded(small, "PNG"))
    wrong[-16] ^= 0xFF
    yield Case("PNG with a wrong checksum of its pixels", bytes(wrong), "image/png")
    yield Case("PNG of 16 bits, in colour", wide_png(), "image/png")
    yield Case("PNG that tells its orientation last", oriented_late(6), "image/png")
    for note in (b"zTXt", b"iTXt", b"iCCP"):
        yield Case(f"PNG with a {note.decode()} of 3 MB", noted_png(note, 3_000_000), "image/png")
    yield Case("a strip", encoded(Image.new("RGB", (20_000, 3), "green"), "PNG"), "image/png")


def see_through() -> Image.Image:
    return noise((20, 20)).convert("P", palette=Image.Palette.ADAPTIVE, colors=8)


def in_mode(image: Image.Image, mode: str) -> Image.Image:
    """The picture in a mode, also in those that Pillow does not convert to in one step."""
    if mode == "LAB":
        return Image.merge("LAB", image.split())
    if mode in ("I;16", "I", "F"):
        wide = image.convert("L").convert("I").point(lambda value: value * 257)
        return wide.convert(mode) if mode != "I" else wide
    return image.convert(mode)


def large() -> Iterator[Case]:
    """Pictures above one bound or another of providers."""
    yield Case("JPEG of 20 MP", encoded(noise((5472, 3648)), "JPEG", quality=75), "image/png")
    yield Case("JPEG of 40 MP", encoded(Image.new("RGB", (8000, 5000), "teal"), "JPEG"), "image/jpeg")
    yield Case("PNG of 40 MP", encoded(Image.new("RGB", (5000, 8000), "teal"), "PNG", compress_level=1), "image/png")
    yield Case("JPEG longer than 8000 px", encoded(noise((9001, 200)), "JPEG", quality=60), "image/jpeg")
    yield Case("PNG of 12 MB", encoded(noise((2300, 1800)), "PNG", compress_level=1), "image/jpeg")
    yield Case("BMP of 20 MB", encoded(noise((2600, 2600)), "BMP"), "image/bmp")
    see = noise((2200, 1800), "RGBA")
    see.putalpha(noise(see.size, "L"))
    yield Case("PNG of 15 MB that shines through", encoded(see, "PNG", compress_level=1), "image/png")
    exif = Image.Exif()
    exif[0x0112] = 6
    yield Case("JPEG of 12 MP, turned", encoded(noise((4000, 3000)), "JPEG", exif=exif.tobytes()), "image/jpeg")


def broken() -> Iterator[Case]:
    """Files that no picture can be made of."""
    small = noise((33, 21))
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"):
        whole = encoded(small, kind)
        yield Case(f"half a {kind}", whole[: len(whole) // 2], f"image/{kind.lower()}", False)
        yield Case(f"the beginning of a {kind}", whole[:16], f"image/{kind.lower()}", False)
    wrong = bytearray(encoded(small, "PNG"))
    wrong[20] ^= 0xFF
    yield Case("PNG with a wrong checksum of its head", bytes(wrong), "image/png", False)
    yield Case("random bytes", random.Random(4).randbytes(5000), "image/png", False)
    yield Case("JPEG's first bytes and random ones", b"\xff\xd8\xff\xe0" + random.Random(5).randbytes(5000), "", False)
    yield Case("a bomb", bomb(60_000, 60_000), "image/png", False)
    yield Case("a bomb beyond all sizes", bomb(2**31 - 1, 2**31 - 1), "image/png", False)
    yield Case("PNG with a note of 200 MB", noted_png(b"zTXt", 200_000_000), "image/png", False)
    yield Case("an SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/png", False)
    yield Case("a PDF", b"%PDF-1.7\n1 0 obj", "image/png", False)
    yield Case("nothing", b"", "image/png", False)
    yield Case("a text", b"How do I boil an egg?", "image/png", False)
