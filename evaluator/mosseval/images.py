"""Pictures: found safely, identified by their bytes, made ready to send.

Everything about a picture file is hostile: its name, its place, its type and its size. A picture is read only
if it lies, after all symlinks, inside a folder of its data set; its type comes from its bytes; its pixels are
decoded only where that is needed to know or to change something.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import os
import stat
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from mosseval.image_structure import GIF, HEAD_BYTES, JPEG, PNG, WEBP, announced_size, sniff, walk

MAX_FILE_BYTES = 64 * 1024 * 1024
"""A picture file larger than this is refused: the largest that any provider takes is far below it."""

MAX_PIXELS = 100_000_000
"""A picture of more pixels than this is refused: decoding it would take over 300 MB."""

PASSED_TYPES = frozenset({PNG, JPEG, GIF, WEBP})
"""Types that vision endpoints take; a picture of another type is sent as PNG or JPEG."""

# Of Pillow's formats those that are only pictures: some of the others start programs (EPS) or fetch other
# files.
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG2000", "ICO")
_QUALITIES = (90, 80, 65, 50)
_SMALLEST_EDGE = 32

# `warnings.catch_warnings` swaps state of the whole process, so two threads must not do it at once.
_warnings_lock = threading.Lock()


class ImageInvalid(Exception):
    """This picture cannot be sent; `str(error)` says why, without the path."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """A source file: its bytes' SHA-256 and number, MIME type by the first ones (None: no known picture)."""

    sha256: str
    type: str | None
    bytes: int


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A picture as it is sent.

    `base64` is ASCII without a `data:` prefix; `type` is the MIME type of what is sent, `width` and `height`
    its pixels; `source` is the file it came from; `changed` is False where the file's own bytes are sent.
    """

    base64: bytes
    type: str
    source: ImageInfo
    width: int
    height: int
    changed: bool


def inspect(path: Path, roots: Sequence[Path]) -> ImageInfo:
    """Hash, type and size of the file at `path`, read in pieces and not decoded.

    `roots` are the resolved folders in which it may lie. Raises FileNotFoundError where there is no file, and
    ImageInvalid where it lies outside `roots`, is not a regular file, is larger than `MAX_FILE_BYTES` or
    unreadable.
    """
    with _opened(path, roots) as (file, size):
        kind = sniff(file.read(HEAD_BYTES))
        file.seek(0)
        return ImageInfo(hashlib.file_digest(file, "sha256").hexdigest(), kind, size)


def read(path: Path, roots: Sequence[Path]) -> bytes:
    """The bytes of the file at `path`, whatever they are; raises as `inspect` does."""
    with _opened(path, roots) as (file, size):
        return file.read(size)


def encode(
    path: Path, roots: Sequence[Path], *, long_edge: int | None = None, max_bytes: int | None = None
) -> EncodedImage:
    """The picture at `path`, ready to send: its own bytes where they will do, else re-encoded.

    `long_edge` bounds width and height in pixels; `max_bytes` bounds the bytes of the file that is sent
    (base64 makes a third more of them). Without them a whole PNG, JPEG, GIF or WebP passes without being
    decoded; anything else is decoded, and Pillow's verdict counts. Animations are sent as their first frame.
    What is re-encoded is turned upright first (EXIF). Raises FileNotFoundError and ImageInvalid as `inspect`
    does, ImageInvalid also for what cannot be decoded, has more than `MAX_PIXELS` pixels, or cannot be
    brought below `max_bytes`.
    """
    for name, bound in (("long_edge", long_edge), ("max_bytes", max_bytes)):
        if bound is not None and bound < 1:
            raise ValueError(f"{name} must be at least 1, not {bound}")
    data = read(path, roots)
    if not data:
        raise ImageInvalid("the file is empty")
    source = ImageInfo(hashlib.sha256(data).hexdigest(), sniff(data[:HEAD_BYTES]), len(data))
    shape = walk(data)
    size = (shape.width, shape.height) if shape else announced_size(data)
    if size:
        _check_pixels(*size)
    if shape and not shape.animated and _fits(shape.width, shape.height, len(data), long_edge, max_bytes):
        return EncodedImage(_base64(data), shape.type, source, shape.width, shape.height, changed=False)
    return _decoded(data, source, long_edge, max_bytes)


def lies_within(path: Path, roots: Sequence[Path]) -> bool:
    """Whether `path`, with every symlink and `..` followed, lies in one of the resolved `roots`."""
    return _real(path, roots) is not None


def candidates(name: str, roots: Sequence[Path]) -> Iterator[Path]:
    """Where a picture of this name may lie: a name is relative to a folder of pictures or to the folder above it, and
    none leads out of the resolved `roots`.
    """
    for path in (base / name for root in roots for base in (root, root.parent)):
        if lies_within(path, roots):
            yield path


def _real(path: Path, roots: Sequence[Path]) -> str | None:
    name = str(path)
    if any(_is_straight(name, root) for root in roots):
        return name
    try:
        real = os.path.realpath(path)
    except ValueError:  # a NUL in the name
        return None
    return real if any(real.startswith(os.path.join(root, "")) for root in roots) else None


def _is_straight(name: str, root: Path) -> bool:
    """Whether `name` lies below the resolved `root` with no `..` and no symlink on the way."""
    prefix = os.path.join(root, "")
    if not name.startswith(prefix) or "\0" in name:
        return False
    below = prefix
    for part in name[len(prefix) :].split("/"):
        below = os.path.join(below, part)
        if part in ("", ".", "..") or os.path.islink(below):
            return False
    return True


@contextmanager
def _opened(path: Path, roots: Sequence[Path]) -> Iterator[tuple[io.FileIO, int]]:
    """The regular file at `path` and its size in bytes; the errors that `inspect` names."""
    real = _real(path, roots)
    if real is None:
        raise ImageInvalid("its path leads out of the data folder")
    # The resolved path is opened, and no further link is followed. A pipe must not block the open.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(real, flags)
    except NotADirectoryError as error:
        raise FileNotFoundError(error.errno, error.strerror, str(path)) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ImageInvalid(f"the file cannot be opened: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ImageInvalid("it is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise ImageInvalid(f"the file has {status.st_size} bytes; at most {MAX_FILE_BYTES} are read")
        yield io.FileIO(descriptor, closefd=False), status.st_size
    except OSError as error:
        raise ImageInvalid(f"the file cannot be read: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _decoded(data: bytes, source: ImageInfo, long_edge: int | None, max_bytes: int | None) -> EncodedImage:
    """What the structure alone could not settle: decode in full, then pass the bytes or encode anew."""
    with _pillow(source.type):
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        _check_pixels(*picture.size)
        mime = JPEG if picture.format == "MPO" else Image.MIME.get(picture.format or "", "")
        animated = getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO"
        picture.load()
        passes = mime in PASSED_TYPES and not animated
        if passes and _fits(*picture.size, len(data), long_edge, max_bytes):
            return EncodedImage(_base64(data), mime, source, *picture.size, changed=False)
        upright = _plain(ImageOps.exif_transpose(picture))
        if long_edge is not None and max(upright.size) > long_edge:
            upright.thumbnail((long_edge, long_edge), Image.Resampling.LANCZOS)
        lossy = mime in (JPEG, WEBP) and upright.mode != "RGBA"
        return _encoded_anew(upright, source, lossy, max_bytes)


def _encoded_anew(picture: Image.Image, source: ImageInfo, lossy: bool, max_bytes: int | None) -> EncodedImage:
    """`picture` as PNG (or JPEG where it was lossy), then as ever smaller JPEGs until `max_bytes` holds."""
    mime = JPEG if lossy else PNG
    data = _saved(picture, mime, _QUALITIES[0])
    while max_bytes is not None and len(data) > max_bytes:
        if max(picture.size) < _SMALLEST_EDGE:
            raise ImageInvalid(f"it cannot be brought below {max_bytes} bytes")
        mime, picture = JPEG, _flat(picture)
        for quality in _QUALITIES:
            data = _saved(picture, mime, quality)
            if len(data) <= max_bytes:
                break
        else:
            width, height = picture.size
            picture = picture.resize((max(1, width * 3 // 4), max(1, height * 3 // 4)), Image.Resampling.LANCZOS)
    width, height = picture.size
    return EncodedImage(_base64(data), mime, source, width, height, changed=True)


def _saved(picture: Image.Image, mime: str, quality: int) -> bytes:
    target = io.BytesIO()
    if mime == PNG:
        picture.save(target, "PNG")
    else:
        picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _plain(picture: Image.Image) -> Image.Image:
    """The same picture in 8-bit RGB, or RGBA where it has transparency."""
    if picture.mode.startswith("I"):
        # Pillow clips wider grey values instead of scaling them.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture.convert("RGB")


def _flat(picture: Image.Image) -> Image.Image:
    """The picture on white where it is transparent: JPEG has no alpha."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


@contextmanager
def _pillow(kind: str | None) -> Iterator[None]:
    """Runs Pillow on hostile bytes: no warnings, and every error of its decoders becomes ImageInvalid."""
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except ImageInvalid:
            raise
        except UnidentifiedImageError as error:
            raise ImageInvalid(f"its bytes are no picture that can be decoded ({kind or 'unknown'})") from error
        # Decoders meet broken bytes with errors of every kind; which one says nothing more.
        except Exception as error:
            raise ImageInvalid(f"it cannot be decoded ({kind or 'unknown'}): {error}") from error


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageInvalid(f"it has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} million are taken")


def _fits(width: int, height: int, size: int, long_edge: int | None, max_bytes: int | None) -> bool:
    return (long_edge is None or max(width, height) <= long_edge) and (max_bytes is None or size <= max_bytes)


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False)
