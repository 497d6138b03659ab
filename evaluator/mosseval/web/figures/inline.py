"""matplotlib's SVG as a part of a page: no style attributes, no ids but our own, colours by class."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup

from mosseval.web.figures.chart import NARROW, PALETTE, WIDE, Chart, label, look

SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
CLASSES: Mapping[str, str] = MappingProxyType({colour: role for role, colour in PALETTE.items()})
ELEMENTS = frozenset({"svg", "g", "path", "text", "use", "defs", "rect"})
ATTRIBUTES = frozenset({"d", "x", "y", "transform", "viewBox"})
PRESENTATION = frozenset(
    {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"}
    | {"opacity", "fill-opacity", "stroke-opacity", "stroke-miterlimit", "font-size", "font-weight", "text-anchor"}
)
"""What may stay of a style, as attributes of these names (SVG 2, section 6.6); the page's sheet sets the font."""
LONGEST = 2000
"""Characters of what a drawing says in words; a table beside it has all."""
DECLARATION = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]*)")
NUMBER = re.compile(r"-?\d+\.\d{3,}")


def figure(chart: Chart) -> Markup:
    """Two drawings of the chart, of which the sheet shows the one that fits; both say in words what they show."""
    both = Markup("").join(_drawing(chart, width, kind) for width, kind in ((WIDE, "wide"), (NARROW, "narrow")))
    return Markup('<div class="figure">{}</div>').format(both)


def _drawing(chart: Chart, width: int, kind: str) -> Markup:
    drawn = io.BytesIO()
    figure = chart.draw(width)
    with look(), mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    # What matplotlib has just written, not what a stranger sent.
    tree = ElementTree.fromstring(drawn.getvalue())  # noqa: S314
    body = "".join(_element(each, f"{chart.name}-{kind}-") for each in tree if _tag(each) in ELEMENTS)
    size, said = tree.attrib["viewBox"], Markup.escape(label(chart.description, LONGEST))
    return Markup(  # noqa: S704 - from our own drawing, escaped piece by piece
        f'<svg class="{kind}" xmlns="{SVG}" role="img" viewBox="{size}" aria-label="{said}"'
        f' width="{size.split()[2]}pt" height="{size.split()[3]}pt">{body}</svg>'
    )


def _element(element: ElementTree.Element, prefix: str) -> str:
    tag = _tag(element)
    if tag not in ELEMENTS:
        return ""
    inside = "".join(_element(each, prefix) for each in element)
    words = str(Markup.escape((element.text or "").strip())) if tag == "text" else ""
    if tag in ("g", "defs") and not inside:
        return ""
    attributes = "".join(f' {name}="{Markup.escape(value)}"' for name, value in _attributes(element, prefix))
    if tag == "g" and not attributes:
        return inside
    return f"<{tag}{attributes}>{words}{inside}</{tag}>"


def _attributes(element: ElementTree.Element, prefix: str) -> Iterator[tuple[str, str]]:
    classes, looks = [], {}
    for name, value in _style(element.attrib.get("style", "")):
        role = CLASSES.get(value.lower())
        if name in ("fill", "stroke") and role is not None:
            classes.append(f"{name}-{role}")
        elif name in PRESENTATION:
            looks[name] = value.removesuffix("px") if name == "font-size" else value
    if classes:
        yield "class", " ".join(classes)
    yield from looks.items()
    for name, value in element.attrib.items():
        if name in ATTRIBUTES:
            yield name, NUMBER.sub(lambda found: f"{float(found.group()):.2f}", " ".join(value.split()))
        elif name == LINK and value.startswith("#"):
            yield "href", f"#{prefix}{value[1:]}"
        elif name == "id" and _tag(element) == "path":
            yield "id", f"{prefix}{value}"


def _style(text: str) -> Iterator[tuple[str, str]]:
    for name, value in DECLARATION.findall(text):
        yield name, value.strip()


def _tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(f"{{{SVG}}}")
