"""Pictures made anew: upright, 8 bits, within every bound, as near to the source as the bounds let them be."""

from __future__ import annotations

import io
import math
import random
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import animated, arrow, encoded, noise, oriented_late, see_through, turned, wide_png
from PIL import Image, ImageChops

from mosseval_proxy.images.job import Target, Unreadable
from mosseval_proxy.images.normalise import check, normalise

WIDE = Target(("image/jpeg", "image/png"), None, None, None, 1, None, 50_000_000)


def made(content: bytes, target: Target = WIDE) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture that comes out, decoded, and what was done to it."""
    result = normalise(content, target)
    image = Image.open(io.BytesIO(result.content))
    image.load()
    assert Image.MIME[image.format or ""] == result.kind
    assert result.kind in target.types
    return image, result.changes


def colour(image: Image.Image, place: tuple[int, int]) -> str:
    """The nearest of the arrow's colours at a place."""
    seen = image.convert("RGB").getpixel(place)
    assert isinstance(seen, tuple)
    named = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    return min(named, key=lambda name: math.dist(named[name], seen))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("way", range(1, 9))
def test_a_picture_is_turned_upright(kind: str, way: int) -> None:
    image, changes = made(turned(way, kind))
    assert image.size == (60, 40)
    assert [colour(image, place) for place in ((5, 5), (55, 35), (55, 5), (5, 35))] == ["red", "blue", "white", "white"]
    assert image.getexif().get(0x0112, 1) == 1
    assert ("upright" in changes) == (way != 1)


@pytest.mark.parametrize("way", range(2, 9))
def test_an_orientation_behind_the_pixels_counts_too(way: int) -> None:
    image, changes = made(oriented_late(way))
    assert [colour(image, place) for place in ((5, 5), (55, 35), (55, 5), (5, 35))] == ["red", "blue", "white", "white"]
    assert changes == ("upright",)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PNG", "GIF"])
def test_what_was_lossless_stays_so(kind: str) -> None:
    image, _ = made(encoded(arrow(), kind))
    assert image.format == "PNG"
    assert ImageChops.difference(image.convert("RGB"), arrow()).getbbox() is None


@pytest.mark.parametrize("wide", ["I;16", "I", "F"])
def test_wide_grey_values_are_scaled_not_clipped(wide: str) -> None:
    grey = Image.linear_gradient("L").convert("I").point(lambda value: value * 257)
    image, changes = made(encoded(grey if wide == "I" else grey.convert(wide), "TIFF"))
    assert image.mode == "L"
    assert ImageChops.difference(image, Image.linear_gradient("L")).getextrema()[1] <= 1  # type: ignore[operator]
    assert "8 bits a channel" in changes


def test_colours_of_16_bits_are_told_to_be_made_8() -> None:
    assert made(wide_png())[1] == ("8 bits a channel",)


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "TIFF")])
def test_other_colour_spaces_become_rgb(mode: str, kind: str) -> None:
    image, changes = made(encoded(arrow().convert(mode), kind))
    assert image.mode == "RGB"
    assert [colour(image, place) for place in ((5, 5), (55, 35))] == ["red", "blue"]
    assert f"{mode} -> RGB" in changes or mode == "YCbCr"


def test_what_shines_through_is_kept_where_it_can_be_and_white_elsewhere() -> None:
    clear = Image.new("RGBA", (30, 30), (255, 0, 0, 0))
    kept, changes = made(encoded(clear, "TIFF"))
    assert (kept.mode, changes) == ("RGBA", ())
    flat, changes = made(encoded(clear, "TIFF"), replace(WIDE, types=("image/jpeg",)))
    assert (colour(flat, (15, 15)), changes) == ("white", ("on white",))


def test_a_palette_that_shines_through_is_kept() -> None:
    image, _ = made(encoded(see_through(), "PNG", transparency=0))
    assert image.mode == "RGBA"
    assert image.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    image, changes = made(animated(kind))
    assert getattr(image, "n_frames", 1) == 1
    assert colour(image, (10, 10)) == "red"
    assert changes == ("first frame",)


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
    st.integers(8, 200),
    st.integers(5_000, 60_000),
    st.integers(1, 12),
)
def test_every_bound_is_kept(size: tuple[int, int], kind: str, side: int, base64: int, least: int) -> None:
    target = replace(WIDE, max_side=side, max_base64=base64, max_pixels=side * side // 2 + 200, min_side=1)
    content = encoded(noise(size), kind)
    image, changes = made(content, target)
    assert max(image.size) <= side
    assert image.width * image.height <= side * side // 2 + 200
    assert math.ceil(len(normalise(content, target).content) / 3) * 4 <= base64
    assert len([change for change in changes if change.startswith("scaled")]) <= 1
    smallest, _ = made(content, replace(WIDE, min_side=least))
    assert min(smallest.size) >= min(least, max(*size, least))


def test_a_bound_that_nothing_can_keep_is_named() -> None:
    with pytest.raises(Unreadable, match="below 40 bytes"):
        normalise(encoded(noise((30, 30)), "PNG"), replace(WIDE, max_base64=40))


def test_too_many_pixels_are_not_decoded() -> None:
    with pytest.raises(Unreadable, match="300 x 200 pixels; at most 59999"):
        check(encoded(noise((300, 200)), "BMP"), 59_999)


def test_a_large_jpeg_is_scaled_by_what_loses_nothing_first() -> None:
    target = replace(WIDE, max_base64=2_000_000, useful_side=800)
    image, changes = made(encoded(noise((3000, 2000)), "JPEG"), target)
    assert max(image.size) >= 600
    assert changes == (f"scaled 3000x2000 -> {image.width}x{image.height}",)


def test_random_changes_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(11)
    read = 0
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000"):
        content = encoded(noise((40, 30)), kind)
        for _ in range(40):
            changed = bytearray(content)
            for _ in range(chance.randint(1, 6)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            with suppress(Unreadable):
                normalise(bytes(changed), replace(WIDE, max_source_pixels=1_000_000))
                read += 1
    assert read > 20
