"""One rate against another, a point for each thing, both with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from mosseval.web.figures.chart import MARKERS, PALETTE, SERIES, Chart, Frame, label, look

LEFT, TOP, FOOT, RIGHT = 62, 30, 60, 24
WIDEST = 600
NAMED = 8
"""Points up to which each has its name beside it; of more each has its number."""
APART, ABOVE, LINE = 32, 26, 14
"""Pixels between two names, from a name to its point, and from it to its values."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point in percent, with the intervals of both coordinates. `number` stands for its name where there are many."""

    name: str
    x: float
    y: float
    x_interval: tuple[float, float] | None
    y_interval: tuple[float, float] | None
    number: int = 0


def scatter(name: str, title: str, description: str, dots: Sequence[Dot], *, x: str, y: str, good: str) -> Chart:
    """The chart; both axes run from 0 to 100. `good` is written into the corner top left."""

    def draw(width: int) -> Figure:
        with look():
            return _draw(width, dots, (x, y, good))

    return Chart(name, title, description, draw)


def _draw(width: int, dots: Sequence[Dot], words: tuple[str, str, str]) -> Figure:
    width = min(width, WIDEST)
    frame = Frame(width, min(width, 500))
    right, bottom = width - RIGHT, frame.height - FOOT
    axes = frame.axes(LEFT, TOP, right, bottom)
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 100)
    ticks = [0, 25, 50, 75, 100]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    for tick in ticks:
        axes.plot([tick, tick], [0, 100], color=PALETTE["grid"], linewidth=0.7, clip_on=False, zorder=0)
        axes.plot([0, 100], [tick, tick], color=PALETTE["grid"], linewidth=0.7, clip_on=False, zorder=0)
    axes.plot([0, 100], [0, 100], color=PALETTE["line"], linewidth=1, dashes=(4, 4), clip_on=False, zorder=0)
    frame.write((LEFT + right) / 2, frame.height - 20, words[0], colour="soft", ha="center")
    frame.write(16, (TOP + bottom) / 2, words[1], colour="soft", ha="center", va="center", rotation=90)
    frame.write(LEFT, TOP - 16, words[2], colour="soft", size=12, ha="left")
    places = _places(dots, LEFT, right, TOP, bottom)
    for number, (dot, (place, side)) in enumerate(zip(dots, places, strict=True)):
        colour, marker = PALETTE[SERIES[number % len(SERIES)]], MARKERS[number % len(MARKERS)]
        if dot.x_interval:
            axes.plot(dot.x_interval, [dot.y, dot.y], color=colour, linewidth=1.3, alpha=0.55, clip_on=False)
        if dot.y_interval:
            axes.plot([dot.x, dot.x], dot.y_interval, color=colour, linewidth=1.3, alpha=0.55, clip_on=False)
        axes.plot([dot.x], [dot.y], marker, color=colour, markersize=8, markeredgewidth=0, clip_on=False)
        x = LEFT + dot.x / 100 * (right - LEFT)
        _name(frame, dot, (x + 10 * side, place), named=len(dots) <= NAMED)
    return frame.figure


def _name(frame: Frame, dot: Dot, at: tuple[float, float], *, named: bool) -> None:
    """The point's name with its values, or its number."""
    side = "left" if at[0] > LEFT + dot.x / 100 * (frame.width - RIGHT - LEFT) else "right"
    if not named:
        frame.write(at[0], at[1] + LINE, str(dot.number), ha=side, size=12.5, weight="bold")
        return
    frame.write(*at, label(dot.name, 26), ha=side, size=12.5, weight="bold")
    frame.write(at[0], at[1] + LINE, f"{dot.x:.1f} / {dot.y:.1f}", ha=side, size=12, colour="soft")


def _places(dots: Sequence[Dot], left: float, right: float, top: float, bottom: float) -> list[tuple[float, int]]:
    """The height of each name, moved until no two lie on each other, and the side of its point that it stands on."""
    wanted = [(top + (100 - dot.y) / 100 * (bottom - top) - ABOVE, 1 if dot.x < 55 else -1) for dot in dots]
    found: list[tuple[float, int]] = list(wanted)
    last = {1: -1e9, -1: -1e9}
    for number in sorted(range(len(dots)), key=lambda each: wanted[each][0]):
        height, side = wanted[number]
        last[side] = max(height, last[side] + APART)
        found[number] = (last[side], side)
    return found
