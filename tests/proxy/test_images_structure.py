"""Structure is read without decoding: size, frames, orientation, completeness; and nothing makes it fail otherwise."""

from __future__ import annotations

import random
import struct
import time
from typing import Any

import pytest
from pictures import TURNS, UPRIGHT, animated, chunk, encoded, noise, turned
from PIL import Image

from mosseval_proxy.images.sniff import refusal, sniff
from mosseval_proxy.images.structure import orientation, read

SIZE = (37, 23)
VARIANTS: list[tuple[str, str, dict[str, Any]]] = [
    ("PNG", "RGB", {}),
    ("PNG", "P", {}),
    ("PNG", "RGBA", {}),
    ("JPEG", "RGB", {}),
    ("JPEG", "RGB", {"progressive": True}),
    ("JPEG", "L", {}),
    ("JPEG", "RGB", {"restart_marker_rows": 1}),
    ("JPEG", "RGB", {"comment": b"a comment with \xff\xd9 in it"}),
    ("GIF", "P", {}),
    ("GIF", "L", {"interlace": 1}),
    ("WEBP", "RGB", {}),
    ("WEBP", "RGB", {"lossless": True}),
    ("WEBP", "RGBA", {}),
]


@pytest.mark.parametrize(("kind", "mode", "options"), VARIANTS)
def test_a_whole_file_is_known_by_its_structure(kind: str, mode: str, options: dict[str, Any]) -> None:
    content = encoded(noise(SIZE, mode), kind, **options)
    found = read(content, sniff(content))
    assert found is not None
    assert (found.width, found.height) == SIZE
    assert (found.whole, found.plain, found.animated, found.orientation) == (True, True, False, 1)


@pytest.mark.parametrize(("kind", "mode", "options"), VARIANTS)
def test_no_beginning_of_a_file_is_whole(kind: str, mode: str, options: dict[str, Any]) -> None:
    content = encoded(noise(SIZE, mode), kind, **options)
    cut = [read(content[:end], sniff(content)) for end in range(len(content))]
    assert not [found for found in cut if found is not None and found.whole]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("way", range(1, 9))
def test_orientation_is_read_from_exif(kind: str, way: int) -> None:
    content = turned(way, kind)
    found = read(content, sniff(content))
    assert found is not None
    assert found.orientation == way
    stored = UPRIGHT if way == 1 else Image.new("1", UPRIGHT).transpose(TURNS[way]).size
    assert (found.width, found.height) == stored


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_several_frames_are_noticed(kind: str) -> None:
    content = animated(kind)
    found = read(content, sniff(content))
    assert found is not None
    assert found.animated


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "CMYK"), ("PNG", "I;16")])
def test_what_not_every_decoder_shows_alike_is_noticed(kind: str, mode: str) -> None:
    image = noise(SIZE, "L").convert("I").convert("I;16") if mode == "I;16" else noise(SIZE, mode)
    content = encoded(image, kind)
    found = read(content, sniff(content))
    assert found is not None
    assert not found.plain


def test_a_changed_byte_in_a_png_is_noticed() -> None:
    content = bytearray(encoded(noise(SIZE), "PNG"))
    content[len(content) // 2] ^= 0xFF
    found = read(bytes(content), "image/png")
    assert found is not None
    assert not found.whole


def test_random_changes_never_raise() -> None:
    chance = random.Random(7)
    for kind, mode, options in VARIANTS:
        content = encoded(noise(SIZE, mode), kind, **options)
        for _ in range(200):
            changed = bytearray(content)
            for _ in range(chance.randint(1, 8)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            read(bytes(changed[: chance.randint(0, len(changed))]), sniff(content))


@pytest.mark.parametrize("exif", [b"", b"II*\0", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\xff\xff\xff\xff", b"XX" * 20])
def test_broken_exif_tells_no_orientation(exif: bytes) -> None:
    assert orientation(exif) == 1


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/avif"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", "image/heif"),
        (b"\0\0\0\x1cftypheic", "image/heic"),
        (b"\0\0\0\x1cftypisom", None),
        (b"BM\x9a\0\0\0\0\0\0\0", "image/bmp"),
        (b"BMI is a measure", None),
        (b"", None),
    ],
)
def test_sniffing_goes_by_the_first_bytes(head: bytes, kind: str | None) -> None:
    assert sniff(head) == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg/>", "SVG"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><!-- a --><SVG>', "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html>", "web page"),
        (b"MZ", "no picture of a known type"),
    ],
)
def test_what_is_refused_is_called_by_its_name(content: bytes, words: str) -> None:
    assert sniff(content) is None
    assert words in refusal(content)


def many_parts() -> dict[str, bytes]:
    """Sound files of 1.5 MB, nearly all of it parts of a few bytes."""
    jpeg, png, gif, webp = (encoded(noise(SIZE), kind) for kind in ("JPEG", "PNG", "GIF", "WEBP"))
    body = webp[12:] + b"what\0\0\0\0" * 180_000
    return {
        "JPEG, fill bytes": jpeg[:2] + b"\xff" * 1_500_000 + jpeg[3:],
        "JPEG, segments": jpeg[:2] + b"\xff\xe2\0\2" * 375_000 + jpeg[2:],
        "PNG": png[:33] + chunk(b"tEXt", b"") * 125_000 + png[33:],
        "GIF, blocks": gif[:-1] + b"\x21\xfe" + b"\1x" * 750_000 + b"\0;",
        "GIF, extensions": gif[:-1] + b"\x21\xfe\0" * 500_000 + b";",
        "WebP": b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body,
    }


@pytest.mark.parametrize(("name", "content"), many_parts().items())
def test_only_so_many_parts_are_walked(name: str, content: bytes) -> None:
    """Whoever reads on the event loop may not be held up: what has more parts is left to a decoder."""
    taken = []
    for _ in range(5):
        begun = time.thread_time()
        found = read(content, sniff(content))
        taken.append(time.thread_time() - begun)
    assert found is None or not found.whole, name
    assert min(taken) < 0.06


def test_a_frame_that_is_larger_than_its_gif_is_left_to_a_decoder() -> None:
    content = bytearray(encoded(noise(SIZE), "GIF"))
    content[6:10] = struct.pack("<HH", 5, 5)
    found = read(bytes(content), "image/gif")
    assert found is not None
    assert not found.whole
