"""The frame of a chart: its palette, its fonts, and the sizes it is drawn in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from mosseval.web.text import clipped, shown

PALETTE: Mapping[str, str] = MappingProxyType(
    {
        **{"ink": "#16202c", "soft": "#4a5667", "line": "#8a95a5", "grid": "#d8dee6", "ground": "#ffffff"},
        **{"s1": "#0072b2", "s2": "#c24e00", "s3": "#00805e", "s4": "#a0497f", "s5": "#8a6a00", "s6": "#3b4a5e"},
        **{"comply": "#009e73", "partial": "#e69f00", "refuse": "#d55e00", "blocked": "#cc79a7"},
        **{"empty": "#b4bfcc", "error": "#5b6878", "on-dark": "#fffffe", "on-light": "#16202d"},
    }
)
"""Role -> colour in print; after Okabe and Ito (2008), so that nobody's colour vision is needed. Each colour has one
role alone: in a page it becomes the role's class, which `look.css` colours for light and dark."""
MARKERS = ("o", "s", "D", "^", "v", "P")
SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")
WIDE, NARROW = 720, 350
"""Widths in CSS pixels that a page shows: the second on a telephone, where the first one's text would be too small."""
FONTS = ("DejaVu Sans",)
PX = 0.75
"""Points a CSS pixel."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure that can be drawn in any width (CSS pixels). `description` says in words what it shows."""

    name: str
    title: str
    description: str
    draw: Callable[[int], Figure]


@contextmanager
def look() -> Iterator[None]:
    """Draws with our fonts and lines, whatever the user's own matplotlib settings say; no text is read as a formula."""
    ours: dict[str, Any] = {
        **{"font.family": list(FONTS), "font.size": 13 * PX, "text.parse_math": False, "text.usetex": False},
        **{"text.color": PALETTE["ink"], "svg.hashsalt": "mosseval", "pdf.fonttype": 42, "path.simplify": False},
    }
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(ours)  # type: ignore[arg-type]
        yield


def label(text: str, longest: int) -> str:
    """A name as charts show it: on one line, nothing steering in it."""
    return clipped(shown(" ".join(text.split())), longest)


class Frame:
    """A figure with coordinates in CSS pixels from its top left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 96, height / 96))

    def write(self, x: float, y: float, text: str, *, colour: str = "ink", size: float = 13, **rest: Any) -> None:
        """Text whose middle is at height `y`."""
        self.figure.text(
            *(x / self.width, 1 - y / self.height, text),
            color=PALETTE[colour],
            fontsize=size * PX,
            parse_math=False,
            **{"va": "center_baseline", **rest},
        )

    def axes(self, left: float, top: float, right: float, bottom: float) -> mpl.axes.Axes:
        """Axes between these places, without a frame or ticks of their own."""
        box = (left / self.width, 1 - bottom / self.height, (right - left) / self.width, (bottom - top) / self.height)
        made = self.figure.add_axes(box)
        made.set_facecolor("none")
        for side in made.spines.values():
            side.set_visible(False)
        made.tick_params(length=0, colors=PALETTE["soft"], labelsize=12 * PX)
        return made
