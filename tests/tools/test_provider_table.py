"""The page on providers is what the wire tests' tables say."""

from __future__ import annotations

from provider_table import PAGE, page
from wires import WIRES


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tools/provider_table.py`"


def test_every_row_has_a_name_of_its_own() -> None:
    names = [wire.name for wire in WIRES]
    assert len(set(names)) == len(names)
    for wire in WIRES:
        for rows in (wire.blocks, wire.streamed_blocks, wire.failures, wire.breaks, wire.switches):
            titles = [row.name for row in rows]
            assert len(set(titles)) == len(titles), wire.name
