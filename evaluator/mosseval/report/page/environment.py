"""What the templates of a report, and those that share its parts, find beside their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jinja2 import Environment
from markupsafe import Markup

from mosseval.accuracy import Accuracy, Macro
from mosseval.report import cells
from mosseval.summary import Rate, Summary

if TYPE_CHECKING:
    from mosseval.web.figures.chart import Chart

WORDY = frozenset({"outside the rate", "outside the accuracy", "judge"})
"""Columns of figures that hold words."""


def equipped(environment: Environment, figure: Callable[[Chart], Markup]) -> Environment:
    """The same environment, for `parts.html`; `figure` is what a chart becomes."""
    environment.filters["figure"] = figure
    environment.globals.update(
        cells=cells, without_filters=_without_filters, wordy=WORDY, macro_of=_macro, bounds_of=_bounds
    )
    return environment


def _without_filters(run: Summary) -> Rate | None:
    """The rate without the provider's filters, where they did anything."""
    if run.task != "refusal" or not any(row.filtered for row in run.rows):
        return None
    return run.numbers.rate_of(row for row in run.rows if not row.filtered)


def _macro(run: Summary) -> Macro | None:
    return Accuracy(run.rows).macro if run.task == "yes_no" else None


def _bounds(run: Summary) -> tuple[float | None, float | None]:
    return Accuracy(run.rows).macro_bounds() if _macro(run) else run.bounds()
