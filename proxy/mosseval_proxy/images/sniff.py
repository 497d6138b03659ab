"""What a file is by its first bytes, whatever its name or header says."""

from __future__ import annotations

JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
WEBP = "image/webp"
PASSED = frozenset({JPEG, PNG, GIF, WEBP})
"""The types that are ever sent: pictures of all others are re-encoded."""
HEIF_TYPES = frozenset({"image/heic", "image/heif"})
LOOKED_AT = 512
"""Bytes of a file that are looked at."""

SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
)
BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
}
"""The major brand of an ISO base media file (ISO/IEC 23008-12, AV1 Image File Format)."""
BOM = b"\xef\xbb\xbf"


def sniff(content: bytes) -> str | None:
    """The media type by the first bytes; None where they begin no picture that is known here."""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp":
        # `mif1` says no more than "an image"; the compatible brands behind it say which coding.
        brand = BRANDS.get(content[8:12])
        return "image/avif" if brand == "image/heif" and b"avif" in content[16:64] else brand
    # "BM" alone is also how plain text may begin: the reserved fields of a bitmap are zero.
    return "image/bmp" if content[:2] == b"BM" and content[6:10] == b"\0\0\0\0" else None


def refusal(content: bytes) -> str:
    """Why a file that `sniff` does not know is refused."""
    head = content[:LOOKED_AT].removeprefix(BOM).lstrip().lower()
    if b"<svg" in head:
        return "it is an SVG, which is a document that can hold scripts: send it as PNG"
    if head.startswith(b"%pdf"):
        return "it is a PDF: send its page as PNG or JPEG"
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page or another document, no picture"
    return "its bytes are no picture of a known type (JPEG, PNG, GIF, WebP, BMP, TIFF, HEIC, AVIF, JPEG 2000)"
