"""Figures of pages, drawn when they are first looked at and remembered: a page need not wait for them."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from mosseval.web.figures.chart import Chart

MOST = 128
"""Figures that are remembered, about 10 KB each."""
WAITING = Markup(
    '<div class="figure waiting" data-figure="{name}">'
    '<p class="soft small">The figure is being drawn …</p><noscript>Figures need JavaScript.</noscript></div>'
)


class Figures:
    """The figures of an app. Threads may ask at once; one figure is drawn at a time."""

    def __init__(self) -> None:
        self._drawing, self._looking = Lock(), Lock()
        self._known: OrderedDict[tuple[str, str], Markup] = OrderedDict()

    def at_once(self, chart: Chart) -> Markup:
        """The figure where it is drawn already, else the place that a page's script puts it into."""
        return self._find(chart) or WAITING.format(name=chart.name)

    def drawn(self, chart: Chart) -> Markup:
        """The figure."""
        found = self._find(chart)
        if found is not None:
            return found
        from mosseval.web.figures.inline import figure

        with self._drawing:
            found = self._find(chart) or figure(chart)
        with self._looking:
            self._known[_key(chart)] = found
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return found

    def _find(self, chart: Chart) -> Markup | None:
        with self._looking:
            found = self._known.get(_key(chart))
            if found is not None:
                self._known.move_to_end(_key(chart))
            return found


def _key(chart: Chart) -> tuple[str, str]:
    """What a chart says in words holds every figure in it."""
    return chart.name, chart.description
