"""Makes of any picture one that a model takes; runs in the worker process, on bytes that nobody vouches for."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import AvifImagePlugin, Image, ImageCms, UnidentifiedImageError
from PIL import Jpeg2KImagePlugin as _Jpeg2K
from PIL import PngImagePlugin as _Png
from PIL import TiffImagePlugin as _Tiff
from PIL import WebPImagePlugin as _WebP

from mosseval_proxy.images.job import Target, Unreadable
from mosseval_proxy.images.sniff import HEIF_TYPES, JPEG, PNG, WEBP, sniff
from mosseval_proxy.images.structure import orientation

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000")
"""Of Pillow's formats those that are only pictures: some of the others start programs or open other files."""
# Pillow's own bound of 1 MiB would lose pictures over their notes (an editor's history); that on all of them stays.
_Png.MAX_TEXT_CHUNK = _Png.MAX_TEXT_MEMORY
LOADED = (_Jpeg2K, _Tiff, _WebP)
"""Pillow knows these formats once their modules are imported."""
LOSSY = frozenset({"JPEG", "MPO", "WEBP", "AVIF", "HEIF", "JPEG2000"})
LOSSLESS_PIXELS = 4_000_000
"""A larger picture is sent as JPEG where it has to be re-encoded: lossless it would be too many bytes."""
QUALITIES = (95, 88)
MAX_PROFILE_BYTES = 64 * 1024
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its orientation."""
TALLEST = {JPEG: 65_500, WEBP: 16_383, PNG: 2**31 - 1}
"""The longest side that a type can have at all."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A picture as it is sent, and what was done to it."""

    content: bytes
    kind: str
    changes: tuple[str, ...]


def check(content: bytes, max_source_pixels: int) -> None:
    """Decodes a picture whole (of an animation, its first frame). Raises Unreadable."""
    with _opened(content, max_source_pixels) as image:
        image.load()


def normalise(content: bytes, target: Target) -> Normalised:
    """Decodes a picture and encodes it anew within the target's bounds. Raises Unreadable."""
    changes: list[str] = []
    with _opened(content, target.max_source_pixels) as image:
        lossy = image.format in LOSSY
        if getattr(image, "is_animated", False) and image.format != "MPO":
            changes.append("first frame")
        if image.format == "JPEG" and len(content) > target.max_bytes and target.useful_side:
            # libjpeg decodes a large picture at a half or less of its size much faster, and just as well.
            size, useful = image.size, target.useful_side
            image.draft(None, _within(image.size, useful))
            changes += [_scaled(size, image.size)] if image.size != size else []
        if ";16" in str(getattr(image, "tile", "")) and not image.mode.startswith("I"):
            changes.append("8 bits a channel")
        tiff = _tiff_orientation(image)
        image.load()
        # A TIFF is turned by its decoder; a PNG may tell its orientation after the pixels.
        way = _orientation(image)
        upright = image.transpose(TURNS[way]) if way != 1 else image
        changes += ["upright"] if (way, tiff) != (1, 1) else []
        profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA", "L") else None
        made = _plain(upright, changes)
        fitted = _fitted(made, target, changes)
        kind, data, _ = _encoded(fitted, target, changes, lossy=lossy, profile=_kept(profile))
    return Normalised(data, kind, tuple(changes))


@contextmanager
def _opened(content: bytes, max_source_pixels: int) -> Iterator[Image.Image]:
    """The picture, opened; whatever goes wrong with it within the block becomes Unreadable."""
    formats: tuple[str, ...] = FORMATS
    if sniff(content) in HEIF_TYPES:
        formats = (*FORMATS, _with_heif())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=formats) as image:
                width, height = image.size
                if width * height > max_source_pixels:
                    raise Unreadable(f"{width} x {height} pixels; at most {max_source_pixels} are taken")
                yield image
        except (Unreadable, MemoryError):
            raise
        except UnidentifiedImageError:
            raise Unreadable("it cannot be decoded: its beginning is broken") from None
        # Decoders meet broken bytes with errors of every kind: which one says nothing more.
        except Exception as error:  # noqa: BLE001
            said = " ".join(str(error).split())[:200]
            raise Unreadable(f"it cannot be decoded: {said or type(error).__name__}") from None


def _with_heif() -> str:
    """Teaches Pillow to read HEIC; the library is loaded for the first such picture alone."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)
    return "HEIF"


def one_thread() -> None:
    """Keeps the decoders of this process from starting threads of their own."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _tiff_orientation(image: Image.Image) -> int:
    """By which the decoder is going to turn a TIFF; 1 for other formats."""
    value = image.getexif().get(0x0112, 1) if image.format == "TIFF" else 1
    return value if value in TURNS else 1


def _orientation(image: Image.Image) -> int:
    """By EXIF, 1 to 8; read leniently, since a broken note is no reason to lose a picture."""
    exif = image.info.get("exif")
    return orientation(exif.removeprefix(b"Exif\0\0")) if isinstance(exif, bytes) else 1


def _plain(image: Image.Image, changes: list[str]) -> Image.Image:
    """The same in 8-bit grey, RGB, or RGBA where something shines through."""
    mode = image.mode
    if mode in ("L", "RGB") and not image.has_transparency_data:
        return image
    if mode.startswith(("I", "F")):
        changes.append("8 bits a channel")
        return _eight_bit(image)
    if mode == "1":
        return image.convert("L")
    if mode == "LAB":
        changes.append("LAB -> RGB")
        return _from_lab(image)
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        return whole.convert("RGB") if whole.getchannel("A").getextrema() == (255, 255) else whole
    if mode in ("CMYK", "YCbCr", "HSV"):
        changes.append(f"{mode} -> RGB")
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Wider grey values scaled to 8 bits: Pillow's own conversion would clip them."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    low, high = image.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise Unreadable("it cannot be decoded: its values are no finite numbers")
    if image.mode == "I" and low >= 0 and high <= 65_535:
        low, high = 0, 255 if high <= 255 else 65_535
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale + -low * scale).convert("L")


def _from_lab(image: Image.Image) -> Image.Image:
    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    made = ImageCms.profileToProfile(image, lab, rgb, outputMode="RGB")
    assert made is not None
    return made


def _fitted(image: Image.Image, target: Target, changes: list[str]) -> Image.Image:
    """The picture within the target's pixels."""
    size = _within(image.size, target.max_side)
    if target.max_pixels is not None and size[0] * size[1] > target.max_pixels:
        size = _times(size, math.sqrt(target.max_pixels / (size[0] * size[1])), down=True)
    if min(size) < target.min_side:
        size = _times(size, target.min_side / min(size), down=False)
        limit = target.max_side or max(size)
        size = (min(size[0], limit), min(size[1], limit))
    return _resized(image, size, changes)


def _encoded(
    image: Image.Image, target: Target, changes: list[str], *, lossy: bool, profile: bytes | None
) -> tuple[str, bytes, Image.Image]:
    """Type, bytes and pixels: lossless where the source was and it fits, then JPEG, then ever smaller."""
    lossless = next((kind for kind in (PNG, WEBP) if kind in target.types), None)
    loses = next((kind for kind in (JPEG, WEBP) if kind in target.types), None)
    keep = not lossy or image.mode == "RGBA"
    if lossless and (loses is None or (keep and image.width * image.height <= LOSSLESS_PIXELS)):
        data = _saved(image, lossless, None, profile)
        if len(data) <= target.max_bytes:
            return lossless, data, image
    kind = loses or lossless or PNG
    if kind == JPEG:
        image = _flat(image, changes)
    image = _resized(image, _within(image.size, TALLEST[kind]), changes)
    while True:
        for quality in QUALITIES:
            data = _saved(image, kind, quality, profile, fine=not lossy)
            if len(data) <= target.max_bytes:
                return kind, data, image
        if max(image.size) == 1:
            raise Unreadable(f"it cannot be brought below {target.max_base64} bytes of base64")
        useful = _within(image.size, target.useful_side)
        share = max(0.25, min(0.85, 0.95 * math.sqrt(target.max_bytes / len(data))))
        image = _resized(image, useful if useful != image.size else _times(image.size, share, down=True), changes)


def _flat(image: Image.Image, changes: list[str]) -> Image.Image:
    """The picture on white where something shines through: JPEG has no transparency."""
    if image.mode != "RGBA":
        return image
    changes.append("on white")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _saved(image: Image.Image, kind: str, quality: int | None, profile: bytes | None, *, fine: bool = False) -> bytes:
    file = io.BytesIO()
    if kind == JPEG:
        image.save(file, "JPEG", quality=quality, icc_profile=profile, subsampling=0 if fine else -1)
    elif kind == PNG:
        image.save(file, "PNG", compress_level=4, icc_profile=profile)
    else:
        image.save(file, "WEBP", lossless=quality is None, quality=quality or 50, method=2, icc_profile=profile)
    return file.getvalue()


def _kept(profile: object) -> bytes | None:
    return profile if isinstance(profile, bytes) and 0 < len(profile) <= MAX_PROFILE_BYTES else None


def _resized(image: Image.Image, size: tuple[int, int], changes: list[str]) -> Image.Image:
    """The picture in another size; only the last of several scalings is told, from the first size on."""
    if size == image.size:
        return image
    before = image.size
    if changes and changes[-1].startswith("scaled "):
        width, _, height = changes.pop().removeprefix("scaled ").partition(" -> ")[0].partition("x")
        before = (int(width), int(height))
    changes.append(_scaled(before, size))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _scaled(before: tuple[int, int], after: tuple[int, int]) -> str:
    return f"scaled {before[0]}x{before[1]} -> {after[0]}x{after[1]}"


def _within(size: tuple[int, int], side: int | None) -> tuple[int, int]:
    """The size, scaled down where its longer side is longer than `side`."""
    longer = max(size)
    if side is None or longer <= side:
        return size
    return (max(1, size[0] * side // longer), max(1, size[1] * side // longer))


def _times(size: tuple[int, int], factor: float, *, down: bool) -> tuple[int, int]:
    rounded = math.floor if down else math.ceil
    return (max(1, rounded(size[0] * factor)), max(1, rounded(size[1] * factor)))
