"""Shares of a whole: a bar a row, its parts in colours and with their numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from mosseval.web.figures.chart import PALETTE, Chart, Frame, label, look

ROW, NARROW_ROW, BAR, KEY = 38, 54, 24, 24
NARROW_BELOW = 500
LABEL_PX = 7.8
LONGEST = 34
ORDER = ("comply", "s1", "s2", "partial", "refuse", "blocked", "s6", "empty", "error")
"""The roles as bars and key have them, from the left."""
ON_DARK = frozenset({"error", "s1", "s2", "s6"})
"""Colours on which white is read better than black."""


@dataclass(frozen=True, slots=True)
class Part:
    """A number of things. `role` names its colour (`chart.PALETTE`), `words` stand in the key."""

    role: str
    words: str
    count: int


def parts(name: str, title: str, description: str, rows: Sequence[tuple[str, Sequence[Part]]]) -> Chart:
    """The chart; each row's parts fill its bar."""

    def draw(width: int) -> Figure:
        with look():
            return _draw(width, rows)

    return Chart(name, title, description, draw)


def _draw(width: int, rows: Sequence[tuple[str, Sequence[Part]]]) -> Figure:
    narrow = width < NARROW_BELOW
    row = NARROW_ROW if narrow else ROW
    met = {part.role: part.words for _, found in rows for part in found if part.count}
    used = {role: met[role] for role in sorted(met, key=ORDER.index)}
    lines = _key(used, width - 24)
    top = 8 + KEY * len(lines)
    frame = Frame(width, top + row * len(rows) + 10)
    left = 12 if narrow else 20 + LABEL_PX * max((len(label(each, LONGEST)) for each, _ in rows), default=0)
    axes = frame.axes(left, 0, width - 12, frame.height)
    axes.set_xlim(0, 1)
    axes.set_ylim(frame.height, 0)
    axes.axis("off")
    whole = frame.axes(0, 0, width, frame.height)
    whole.set_xlim(0, width)
    whole.set_ylim(frame.height, 0)
    whole.axis("off")
    for number, line in enumerate(lines):
        for x, role in line:
            y = 8 + KEY * number
            whole.bar([x + 6], [12], 12, [y], color=PALETTE[role], clip_on=False)
            frame.write(x + 18, y + 7, used[role], size=12.5)
    for number, (name, found) in enumerate(rows):
        y = top + row * number
        if narrow:
            frame.write(12, y + 12, label(name, 40))
        else:
            frame.write(left - 12, y + ROW / 2, label(name, LONGEST), ha="right")
        middle = y + (36 if narrow else ROW / 2)
        _row(frame, axes, found, middle, left, width - 12)
    return frame.figure


def _row(frame: Frame, axes: object, found: Sequence[Part], middle: float, left: float, right: float) -> None:
    total = sum(part.count for part in found) or 1
    start = 0.0
    for part in sorted(found, key=lambda each: ORDER.index(each.role)):
        if not part.count:
            continue
        share = part.count / total
        axes.bar(  # type: ignore[attr-defined]
            [start + share / 2], [BAR], share, [middle - BAR / 2], color=PALETTE[part.role],
            edgecolor=PALETTE["ground"], linewidth=1, clip_on=False,
        )  # fmt: skip
        if share * (right - left) > 10 + 8 * len(str(part.count)):
            x = left + (start + share / 2) * (right - left)
            colour = "on-dark" if part.role in ON_DARK else "on-light"
            frame.write(x, middle, str(part.count), colour=colour, ha="center", size=12.5, weight="bold")
        start += share


def _key(used: dict[str, str], width: float) -> list[list[tuple[float, str]]]:
    """Where each entry of the key stands, line by line."""
    lines: list[list[tuple[float, str]]] = [[]]
    x = 12.0
    for role, words in used.items():
        room = 18 + LABEL_PX * len(words) + 18
        if x + room > width and lines[-1]:
            lines.append([])
            x = 12.0
        lines[-1].append((x, role))
        x += room
    return lines
