"""Charts as files for print."""

from __future__ import annotations

import io

import matplotlib as mpl

from mosseval.web.figures.chart import WIDE, Chart, label, look

FORMATS = ("png", "svg", "pdf")
DOTS = 300
"""Of a PNG, an inch."""


def drawn(chart: Chart, format: str) -> bytes:
    """The chart as a file: PNG at 300 dots an inch, PDF with embedded fonts, SVG with its letters as outlines."""
    target = io.BytesIO()
    figure = chart.draw(WIDE)
    about = {"Title": label(chart.title, 200)}
    dates = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
    with look(), mpl.rc_context({"svg.fonttype": "path"}):
        figure.savefig(target, format=format, dpi=DOTS, metadata={**about, **dates[format]})
    return target.getvalue()
