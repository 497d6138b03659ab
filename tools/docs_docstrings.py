"""Docstrings as they are written here, for Sphinx: words in single backticks are code, and everything else is text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r"(`[^`]+`)")
MARKUP = re.compile(r"([\\*|]|_(?=\W|$))")


def as_text(line: str) -> str:
    """A line of a docstring as reStructuredText that says the same."""
    pieces = CODE.split(line)
    return "".join(f"`{each}`" if CODE.fullmatch(each) else MARKUP.sub(r"\\\1", each) for each in pieces)


def _rewrite(_app: Sphinx, _what: str, _name: str, _of: object, _options: object, lines: list[str]) -> None:
    lines[:] = [as_text(line) for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("autodoc-process-docstring", _rewrite)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
