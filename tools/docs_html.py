"""Mends in the finished pages what the theme, and Markdown's tables, leave to a screen reader to guess.

An extension of Sphinx: docs/conf.py names it. axe-core sees in tests/docs/ that nothing else is left.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

EMPTY_HEAD = re.compile(r"<thead>\s*<tr[^>]*>(?:\s*<th[^>]*>\s*<p></p>\s*</th>)+\s*</tr>\s*</thead>")
EMPTY_CELL = re.compile(r'<th class="head">\s*<p></p>\s*</th>')
SIGNATURE = re.compile(r'<dl>\n(<dd><em class="sig-param">.*?)</dl>', re.DOTALL)
"""Parameters, a line each, as Sphinx sets them: definitions of nothing."""
PLAIN = (
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
)


def mended(page: str) -> str:
    """A page in which headings have their level, landmarks a name, lists their kind, and no table an empty heading."""
    for theirs, ours in PLAIN:
        page = page.replace(theirs, ours)
    page = SIGNATURE.sub(_lines, page)
    return EMPTY_CELL.sub("<td></td>", EMPTY_HEAD.sub("", page))


def _lines(signature: re.Match[str]) -> str:
    return signature[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")


def _mend(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        for file in Path(app.outdir).rglob("*.html"):
            file.write_text(mended(file.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    app.connect("build-finished", _mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
