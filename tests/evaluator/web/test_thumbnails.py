"""Thumbnails of hostile pictures."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from small_benchmark import png

from mosseval.web.thumbnails import NoThumbnail, Thumbnail, Thumbnails


@pytest.fixture(scope="module")
def thumbnails() -> Iterator[Thumbnails]:
    with Thumbnails(224, 6000) as made:
        yield made


def encoded(kind: str, size: tuple[int, int] = (800, 600), mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(target, kind, **options)
    return target.getvalue()


def bomb() -> bytes:
    """A small PNG that announces a square of 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_every_kind_becomes_a_small_webp(thumbnails: Thumbnails, kind: str) -> None:
    made = thumbnails.of_bytes(encoded(kind))
    assert isinstance(made, Thumbnail)
    content = base64.b64decode(made.url.removeprefix("data:image/webp;base64,"))
    assert len(content) <= 6000
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "WEBP"
    assert picture.size == (made.width, made.height)
    assert max(picture.size) <= 224


def test_nothing_of_the_file_but_its_picture_is_kept(thumbnails: Thumbnails) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    exif[0x0112] = 6
    made = thumbnails.of_bytes(encoded("JPEG", (400, 200), exif=exif))
    assert isinstance(made, Thumbnail)
    assert made.height > made.width
    assert b"secret" not in base64.b64decode(made.url.partition(",")[2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.owned=1'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        png(50, 50)[:-30],
        b"GIF89a" + b"\xff" * 500,
        b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(30),
        bomb(),
        b"BM" + bytes(100),
    ],
)
def test_what_is_no_picture_is_refused_and_the_next_one_works(thumbnails: Thumbnails, content: bytes) -> None:
    assert isinstance(thumbnails.of_bytes(content), NoThumbnail)
    assert isinstance(thumbnails.of_bytes(png(40, 40)), Thumbnail)


def test_worker_that_dies_is_replaced(thumbnails: Thumbnails) -> None:
    thumbnails.of_bytes(png(40, 40))
    worker = thumbnails._worker
    assert worker is not None
    os.kill(worker.pid, 9)
    worker.wait()
    assert isinstance(thumbnails.of_bytes(png(40, 40)), NoThumbnail)
    assert isinstance(thumbnails.of_bytes(png(40, 40)), Thumbnail)


def test_worker_gets_no_key(thumbnails: Thumbnails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-canary")
    with Thumbnails(100, 5000) as made:
        made.of_bytes(png(40, 40))
        assert made._worker is not None
        assert b"sk-canary" not in Path(f"/proc/{made._worker.pid}/environ").read_bytes()


def test_a_file_must_lie_in_its_folder_and_be_the_one_that_was_sent(thumbnails: Thumbnails, tmp_path: Path) -> None:
    inside, outside = tmp_path / "data", tmp_path / "secret.png"
    inside.mkdir()
    outside.write_bytes(png(40, 40))
    (inside / "a.png").write_bytes(png(30, 30))
    (inside / "link.png").symlink_to(outside)
    os.mkfifo(inside / "pipe.png")
    sha256 = hashlib.sha256(png(30, 30)).hexdigest()
    assert isinstance(thumbnails.of_file(inside / "a.png", [inside], sha256), Thumbnail)
    assert isinstance(thumbnails.of_file(inside / "a.png", [inside], "0" * 64), NoThumbnail)
    for name in ("link.png", "pipe.png", "../secret.png", "a\0.png"):
        assert isinstance(thumbnails.of_file(inside / name, [inside], None), NoThumbnail), name
    absent = thumbnails.of_file(inside / "absent.png", [inside], None)
    assert isinstance(absent, NoThumbnail)
    assert absent.absent
