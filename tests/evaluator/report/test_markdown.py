"""Cells of Markdown tables."""

from __future__ import annotations

import re

import pytest
from hostile import PAYLOADS

from mosseval.report.sheet import Sheet, escaped


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup_a_link_or_a_cell_of_its_own(payload: str) -> None:
    made = re.sub(r"\\.", "", escaped(payload))
    assert not set(made) & set("[]|`*_\\<\n")
    assert "://" not in made
    lines = Sheet(payload, ("a", payload), ((payload, "1"),)).as_markdown().split("\n")
    assert len(lines) == 5
