"""Docstrings as they are written here, for Sphinx: words in single backticks are code, an indented paragraph is shown
as it stands, and everything else is text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r"(`[^`]+`)")
MARKUP = re.compile(r"([\\*|]|_(?=\W|$))")
LONG_NAME = re.compile(r"~?\b(?:[a-z_]\w*\.)+(?=[A-Z])")
INDENT = "    "
BEFORE_NAPOLEON = 100
"""It reads sections (`Raises:`), and writes markup that must not be taken for text."""


def as_markup(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring as reStructuredText that says the same."""
    verbatim = False
    for at, line in enumerate(lines):
        indented = line.startswith(INDENT)
        if indented and not verbatim and at and not lines[at - 1].strip():
            verbatim = True
            yield from ("::", "")
        elif line.strip() and not indented:
            verbatim = False
        yield line if verbatim else _text(line)


def _text(line: str) -> str:
    pieces = CODE.split(line)
    return "".join(f"`{each}`" if CODE.fullmatch(each) else MARKUP.sub(r"\\\1", each) for each in pieces)


def _rewrite(_app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    lines[:] = as_markup(list(lines))


def _name(
    _app: Sphinx, _what: str, _of_name: str, _of: object, _options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Signatures by the last part of each name, which Sphinx leaves long where a default has no text of its own."""
    if signature is not None:
        signature = LONG_NAME.sub("", signature.replace("<factory>", "..."))
    return signature, returns


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("autodoc-process-signature", _name)
    app.connect("autodoc-process-docstring", _rewrite, priority=BEFORE_NAPOLEON)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
