"""Rates or differences with their intervals: a row each, the values printed beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.figure import Figure

from mosseval.web.figures.chart import MARKERS, PALETTE, SERIES, Chart, Frame, label, look

ROW, NARROW_ROW, HEADING, TOP, FOOT = 28, 44, 30, 12, 50
NARROW_BELOW = 500
LABEL_PX, WORDS_PX, TIGHT_PX = 7.8, 7.0, 6.6
"""About how wide a character is; the last where a name must make do with what is left."""
LONGEST = 34
STEPS, MOST_TICKS = (5, 10, 25, 50), 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a point with its interval, both in the axis's unit, and what is printed at its end. `series` from 0."""

    label: str
    value: float | None
    interval: tuple[float, float] | None
    words: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; '' for none."""

    heading: str
    bars: tuple[Bar, ...]


def forest(
    name: str, title: str, description: str, groups: Sequence[Group], *, axis: str, difference: bool = False
) -> Chart:
    """The chart. `difference`: the axis is symmetrical around 0, which is marked; else it runs from 0 to 100."""
    reach = _reach(groups) if difference else 0.0
    span = (-reach, reach) if difference else (0.0, 100.0)

    def draw(width: int) -> Figure:
        with look():
            return _draw(width, groups, axis, span)

    return Chart(name, title, description, draw)


def _reach(groups: Sequence[Group]) -> float:
    ends = [abs(end) for group in groups for bar in group.bars for end in bar.interval or (bar.value or 0.0,)]
    return min(100.0, 10 * (int(max(ends, default=0) / 10) + 1))


def _draw(width: int, groups: Sequence[Group], axis: str, span: tuple[float, float]) -> Figure:
    narrow = width < NARROW_BELOW
    row = NARROW_ROW if narrow else ROW
    bars = [bar for group in groups for bar in group.bars]
    headings = sum(HEADING for group in groups if group.heading)
    bottom = TOP + headings + row * len(bars) + 4
    frame = Frame(width, bottom + FOOT)
    words = max((len(bar.words) for bar in bars), default=0) * WORDS_PX
    left = 20 if narrow else 16 + LABEL_PX * max((len(label(bar.label, LONGEST)) for bar in bars), default=0)
    right = width - 20 if narrow else width - 24 - words
    axes = frame.axes(left, TOP, right, bottom)
    axes.set_xlim(*span)
    axes.set_ylim(bottom, TOP)
    axes.set_yticks([])
    step = next(each for each in STEPS if span[1] / each <= MOST_TICKS)
    ticks = [each for each in range(-100, 101, step) if span[0] <= each <= span[1]]
    axes.set_xticks(ticks, [f"{each:+d}" if span[0] < 0 and each else f"{each}" for each in ticks])
    for tick in ticks:
        zero = span[0] < 0 and tick == 0
        colour, weight = (PALETTE["line"], 1.2) if zero else (PALETTE["grid"], 0.7)
        axes.plot([tick, tick], [TOP, bottom], color=colour, linewidth=weight, clip_on=False, zorder=0)
    y = float(TOP)
    for before, group in pairwise([Group("", ()), *groups]):
        if group.heading:
            y += HEADING if before.bars else HEADING - 4
            frame.write(4 if narrow else 8, y - 11, label(group.heading, 60), weight="bold")
        for bar in group.bars:
            _bar(frame, axes, bar, y, left, narrow)
            y += row
    frame.write((left + right) / 2, bottom + 38, axis, colour="soft", size=12, ha="center")
    return frame.figure


def _bar(frame: Frame, axes: object, bar: Bar, top: float, left: float, narrow: bool) -> None:
    y = top + (30 if narrow else ROW / 2)
    words_y = top + 12 if narrow else y
    room = int((frame.width - 24 - len(bar.words) * WORDS_PX) / TIGHT_PX) if narrow else LONGEST
    frame.write(12 if narrow else left - 12, words_y, label(bar.label, max(8, room)), ha="left" if narrow else "right")
    frame.write(frame.width - 8, words_y, label(bar.words, 60), ha="right", size=12.5)
    if bar.value is None:
        return
    colour = PALETTE[SERIES[bar.series % len(SERIES)]]
    plot = axes.plot  # type: ignore[attr-defined]
    if bar.interval is not None:
        plot(list(bar.interval), [y, y], color=colour, linewidth=2.2, solid_capstyle="butt", clip_on=False)
        for end in bar.interval:
            plot([end, end], [y - 4, y + 4], color=colour, linewidth=1.6, clip_on=False)
    marker = MARKERS[bar.series % len(MARKERS)]
    plot([bar.value], [y], marker, color=colour, markersize=6.5, markeredgewidth=0, clip_on=False)
