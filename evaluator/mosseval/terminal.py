"""What may reach a terminal: text of answers, data and errors without control characters."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from pathlib import Path

KEPT = frozenset("\n\t")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean(text: str, *, limit: int | None = None) -> str:
    """The text with every control, format and surrogate character shown as U+FFFD, shortened to `limit`.

    Escape codes could otherwise recolour, retitle or type into the terminal; direction marks could reorder it.
    """
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def one_line(text: str, limit: int = 120) -> str:
    """The text cleaned, on one line, at most `limit` characters."""
    return clean(" ".join(text[: limit * 4].split()), limit=limit)


def program() -> str:
    """This command as the shell that called it finds it: by its path where it is not on the PATH."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "mosseval" and shutil.which("mosseval") is None else "mosseval"


def _shown(character: str) -> str:
    if character in KEPT or unicodedata.category(character) not in HIDDEN_CATEGORIES:
        return character
    return "\N{REPLACEMENT CHARACTER}"
