"""A request's body without its pictures: the JSON that has to be read shrinks from megabytes to some hundred bytes.

A picture stands in a body as one long JSON string, `"data:image/png;base64,…"`, without an escape in it. Such strings
are cut out by looking for quotation marks, and a short mark takes their place.
"""

from __future__ import annotations

import secrets

MARK = f"mosseval-picture-{secrets.token_hex(16)}-"
"""What stands in a picture's place, with its number behind it; nobody outside this process can know it."""
SHORTEST = 1024
"""Bytes of a string below which cutting it out is not worth it."""
OPENING = b'"data:'


def split(body: bytes) -> tuple[bytes, list[memoryview]]:
    """The body with marks instead of long `data:` strings, and those strings in order, without their quotes.

    Strings with escapes stay where they are. Whether a string really stands where a picture may stand is for the
    caller to see: one whose marks are not all found there reads the whole body instead.
    """
    view = memoryview(body)
    pieces: list[bytes | memoryview] = []
    found: list[memoryview] = []
    kept = position = 0
    while (start := body.find(OPENING, position)) >= 0:
        end = body.find(b'"', start + 1)
        if end < 0:
            break
        position = start + 1
        escaped = body[start - 1 : start] == b"\\" or body.find(b"\\", start, end) >= 0
        if end - start < SHORTEST or escaped:
            continue
        pieces += [view[kept : start + 1], f"{MARK}{len(found)}".encode()]
        found.append(view[start + 1 : end])
        kept = position = end
    return b"".join([*pieces, view[kept:]]) if found else body, found


def marked(index: int) -> str:
    """The mark of the picture with this number."""
    return f"{MARK}{index}"


def number(text: str) -> int | None:
    """The number of the picture that a text stands for; None where it is no mark."""
    rest = text.removeprefix(MARK)
    return int(rest) if rest != text and rest.isdecimal() else None
