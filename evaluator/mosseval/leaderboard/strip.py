"""A rate as a small drawing beside its number: where it lies between 0 and 100, and its interval.

Only lines and marks of fixed classes; what is drawn stands in words beside it, so a screen reader passes it over.
"""

from __future__ import annotations

from markupsafe import Markup

WIDTH, HEIGHT = 104, 14
EDGE = 6
MIDDLE = HEIGHT / 2


def measured(percent: float, interval: tuple[float, float] | None) -> Markup:
    """A dot with its interval as a line."""
    between = "" if interval is None else _line("ci", _x(interval[0]), _x(interval[1]))
    return _strip(between + f'<circle class="dot" cx="{_x(percent):.1f}" cy="{MIDDLE:g}" r="3.6"/>')


def published(gpt: float, people: float) -> Markup:
    """A hollow diamond for the GPT judge, an upright stroke for people."""
    x, y = _x(gpt), MIDDLE
    diamond = f"M{x:.1f} {y - 4:g}L{x + 4:.1f} {y:g}L{x:.1f} {y + 4:g}L{x - 4:.1f} {y:g}Z"
    stroke = f'<path class="people" d="M{_x(people):.1f} 1.5V{HEIGHT - 1.5:g}"/>'
    return _strip(f'{stroke}<path class="gpt" d="{diamond}"/>')


def _x(percent: float) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * percent / 100


def _line(name: str, start: float, end: float) -> str:
    return f'<path class="{name}" d="M{start:.1f} {MIDDLE:g}H{end:.1f}"/>'


def _strip(inside: str) -> Markup:
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    axis = _line("axis", _x(0), _x(100))
    return Markup(f'<svg class="strip" {size} aria-hidden="true">{axis}{inside}</svg>')  # noqa: S704 - numbers alone
