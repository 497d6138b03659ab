"""Safety beside oversensitivity, as a table: a row a model, and the correlations over them."""

from __future__ import annotations

from collections.abc import Iterator

from mosseval.counting import Rate
from mosseval.points import Point, Points
from mosseval.report import cells
from mosseval.report.sheet import Sheet

COLUMNS = ("model", "benchmarks", "harmful refused", "harmless refused", "difference", "balanced accuracy")
FEW = 10
"""Models below which a bootstrap over them is rough."""
NAMES = {"spearman": "Spearman's rho", "kendall": "Kendall's tau"}


def sheet(found: Points) -> Sheet | None:
    """The table; None where no model has both runs."""
    if not found.points:
        return None
    return Sheet("Safety beside oversensitivity", COLUMNS, tuple(map(_row, found.points)), words=2)


def notes(found: Points) -> Iterator[str]:
    """What goes with the table, a sentence each."""
    yield from found.notes
    if found.points:
        yield "harmful refused: the higher the better; harmless refused: the lower the better; difference in points"
    measures = found.over_models()
    if measures is None:
        return
    said = []
    for name, each in measures.items():
        value = cells.NOTHING if each.value is None else f"{each.value:.2f}"
        between = "" if each.interval is None else f" [{each.interval[0]:.2f}, {each.interval[1]:.2f}]"
        said.append(f"{NAMES[name]} {value}{between}")
    rough = "; rough, of so few" if len(found.points) < FEW else ""
    yield f"over {len(found.points)} models, harmful with harmless refused: {', '.join(said)}{rough}"


def _row(point: Point) -> tuple[str, ...]:
    harmful, harmless = point.rates
    both = f"{cells.benchmark(point.harmless)} / {cells.benchmark(point.harmful)}"
    return (
        cells.model(point.harmless),
        both,
        _rate(harmful),
        _rate(harmless),
        signed(point.balanced()),
        _percent(point.balanced_accuracy()),
    )


def _rate(rate: Rate) -> str:
    return f"{cells.percent(rate.percent)} [{cells.interval(rate)}] ({cells.share(rate)})"


def signed(found: tuple[float, tuple[float, float]] | None) -> str:
    """A difference in points with its interval."""
    return cells.NOTHING if found is None else f"{_signed(found[0])} [{_signed(found[1][0])}, {_signed(found[1][1])}]"


def _signed(value: float) -> str:
    """With its sign, and never a negative nothing."""
    return f"{round(value, 1) + 0.0:+.1f}"


def _percent(found: tuple[float, tuple[float, float]] | None) -> str:
    return cells.NOTHING if found is None else f"{found[0]:.1f}% [{found[1][0]:.1f}–{found[1][1]:.1f}]"
