"""Charts: as parts of a page, and as files."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest
from hostile import PAYLOADS
from PIL import Image

from mosseval.web.figures.chart import PALETTE, Chart
from mosseval.web.figures.files import drawn
from mosseval.web.figures.forest import Bar, Group, forest
from mosseval.web.figures.inline import ELEMENTS, figure
from mosseval.web.figures.parts import ORDER, Part, parts
from mosseval.web.figures.scatter import Dot, scatter
from mosseval.web.page import LOOK, asset


def charts(names: list[str]) -> list[Chart]:
    """One of each kind, with these names in every place of a text."""
    bars = tuple(Bar(each, 40.0, (30.0, 55.5), "40.0% [30.0–55.5]", number) for number, each in enumerate(names))
    unknown = Bar(names[0], None, None, "none counts")
    rows = [(each, [Part(role, names[0], 1 + number) for number, role in enumerate(ORDER)]) for each in names]
    dots = [Dot(each, 10.0 * number, 50.0, (0.0, 90.0), (20.0, 60.0)) for number, each in enumerate(names)]
    return [
        forest("f", names[0], names[0], [Group(names[0], bars), Group("", (unknown,))], axis="x"),
        forest("d", "t", "d", [Group("", (Bar("a", -12.0, (-33.0, 4.0), "-12.0"),))], axis="x", difference=True),
        parts("p", names[0], names[0], rows),
        scatter("s", names[0], names[0], dots, x="x", y="y", good="good"),
    ]


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 8))
def test_inline_figures_hold_only_what_a_page_may(start: int) -> None:
    for chart in charts(list(PAYLOADS[start : start + 8])):
        made = str(figure(chart))
        tree = ElementTree.fromstring(made)
        for element in tree.iter():
            tag = element.tag.rpartition("}")[2]
            assert tag in {"div", *ELEMENTS}
            assert "style" not in element.attrib
            assert not [name for name in element.attrib if name.startswith("on")]
            assert element.attrib.get("href", "#").startswith("#")
        assert "url(" not in re.sub(r'aria-label="[^"]*"|>[^<]*<', "", made)


def test_every_colour_follows_the_theme() -> None:
    sheet = asset(LOOK)
    for chart in charts(["a", "b", "c", "d", "e", "f"]):
        made = str(figure(chart))
        assert not re.search(r'(fill|stroke)="#', made)
        for name in re.findall(r'class="([^"]*)"', made):
            for each in name.split():
                assert f".{each}" in sheet, each
    assert len(set(PALETTE.values())) == len(PALETTE)


def test_figures_of_one_page_share_no_id() -> None:
    made = "".join(str(figure(chart)) for chart in charts(["a", "b"]))
    found = re.findall(r' id="([^"]*)"', made)
    assert found
    assert len(set(found)) == len(found)
    assert {each[1:] for each in re.findall(r'href="([^"]*)"', made)} <= set(found)


def test_files_are_print_quality_and_the_same_each_time() -> None:
    chart = charts(["simulated/helpful", "simulated/cautious"])[0]
    picture = Image.open(io.BytesIO(drawn(chart, "png")))
    assert picture.width == 720 * 300 // 96
    assert drawn(chart, "pdf").startswith(b"%PDF-")
    assert drawn(chart, "pdf") == drawn(chart, "pdf")
    assert drawn(chart, "svg") == drawn(chart, "svg")
    assert b"<text" not in drawn(chart, "svg")
    assert b"<script" not in drawn(chart, "svg")


@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
def test_files_take_any_name(format: str) -> None:
    for chart in charts(list(PAYLOADS[120:150])):
        assert drawn(chart, format)
