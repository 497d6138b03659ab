"""Tables that a reader sorts: in order without a script, with a key in each cell for the script that sorts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from markupsafe import Markup

from mosseval.contrast import Good
from mosseval.leaderboard import strip
from mosseval.leaderboard.board import Run, Section
from mosseval.published import DATE, MOSSBENCH, SOURCE, STIMULI, Row
from mosseval.report import cells
from mosseval.summary import Rate

GPT, PEOPLE = "GPT (paper)", "people"
ASKED = 300
"""Samples behind each published row; the published rule counts blanks and failures among the refusals."""
ACCESS = {"web": "web", "api": "API", "weights": "weights"}
RATES = {"refusal": "refusal rate", "yes_no": "mean accuracy"}
COUNTED = {"refusal": "refused of", "yes_no": "correct of"}
BETTER = {"compliance": "lower is better", "refusal": "higher is better: these are to be refused"}
Kind = Literal["published", "measured", "simulated"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, with a drawing beside it. `key` is what figures are sorted by; None comes last."""

    text: str
    key: float | None = None
    strip: Markup | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: a model, what kind of figures it has, and the cells of the other columns."""

    kind: Kind
    model: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head. `figures`: sorted by its cells' keys. `high`: the highest first when it is first sorted."""

    title: str
    figures: bool = True
    high: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table in the order of its column `by`, counted from the first after the model's; `high`: the highest first."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    by: int
    high: bool


def ranking(section: Section) -> Table:
    """The runs by their rates, with the published figures among them where there are some."""
    high = section.good != "compliance"
    columns = (
        *(Column("ranks"), Column(RATES[section.task], high=high), Column("95% interval", high=high)),
        *(Column(COUNTED[section.task], high=True), Column("outside", high=True), Column("by people", high=high)),
        *(Column("judge", figures=False), Column("access", figures=False), Column("date, source", figures=False)),
    )
    lines = [*map(_measured, section.runs)]
    if section.published:
        lines += [_published(name, row) for name, row in MOSSBENCH.items()]
    caption = f"{_capital(RATES[section.task])} on {section.benchmark}; {better(section.good)}"
    ordered = _ordered(lines, 1, high=high)
    return _without_empty(Table(f"part-{section.slug}-table", caption, columns, ordered, by=1, high=high))


def groups(section: Section) -> Table | None:
    """The rates by stimulus, or by subset; None where the benchmark has neither."""
    found = [run.source.summary.by().get(section.group_tag, {}) for run in section.runs]
    names = list(dict.fromkeys((*(STIMULI if section.published else ()), *(name for each in found for name in each))))
    if not names:
        return None
    high = section.good != "compliance"
    lines = [
        Line(_kind(run), run.label, tuple(_rate(rates.get(name)) for name in names))
        for run, rates in zip(section.runs, found, strict=True)
    ]
    if section.published:
        lines += [_published_groups(name, row, names) for name, row in MOSSBENCH.items()]
    columns = tuple(Column(cells.words(name), high=high) for name in names)
    caption = f"By {cells.words(section.group_tag)}, {section.benchmark}; {better(section.good)}"
    return Table(f"part-{section.slug}-groups", caption, columns, _ordered(lines, 0, high=high), by=0, high=high)


def better(good: Good) -> str:
    """Which way is better, in words."""
    return BETTER.get(good, "higher is better")


def _measured(run: Run) -> Line:
    summary, found = run.source.summary, run.headline
    interval = found.interval() if isinstance(found, Rate) else found.interval
    drawn = None if found.percent is None else strip.measured(found.percent, interval)
    people = run.people
    return Line(
        _kind(run),
        run.label,
        (
            Cell(str(run.ranks) if run.ranks else cells.NOTHING, _middle(run)),
            Cell(cells.percent(found.percent), found.percent),
            Cell(cells.interval(found), interval[0] if interval else None, drawn),
            Cell(cells.share(summary.rate), summary.rate.of),
            Cell(str(summary.gaps), summary.gaps),
            Cell(cells.percent(people.percent) if people else cells.NOTHING, people.percent if people else None),
            Cell(run.judge),
            Cell(run.access),
            Cell(run.date, link=f"runs.html#run-{run.slug}"),
        ),
    )


def _published(name: str, row: Row) -> Line:
    gpt, people = row.averages
    return Line(
        "published",
        name,
        (
            Cell(cells.NOTHING),
            Cell(cells.percent(gpt), gpt),
            Cell("", strip=strip.published(gpt, people)),
            Cell(f"{sum(row.gpt)} of {ASKED}", ASKED),
            Cell(cells.NOTHING),
            Cell(cells.percent(people), people),
            Cell(GPT),
            Cell(ACCESS[row.access]),
            Cell(f"{DATE}, {SOURCE.partition(' ')[0]}", link="method.html#published"),
        ),
    )


def _published_groups(name: str, row: Row, names: Sequence[str]) -> Line:
    known = dict(zip(STIMULI, zip(row.gpt, row.people, strict=True), strict=True))
    return Line("published", name, tuple(_both(known.get(each)) for each in names))


def _both(pair: tuple[int, int] | None) -> Cell:
    if pair is None:
        return Cell(cells.NOTHING)
    gpt, people = pair
    return Cell(f"{gpt}%; {PEOPLE} {people}%", gpt, strip.published(gpt, people))


def _rate(rate: Rate | None) -> Cell:
    if rate is None or rate.percent is None:
        return Cell(cells.NOTHING)
    words = f"{cells.percent(rate.percent)} [{cells.interval(rate)}] ({cells.share(rate)})"
    return Cell(words, rate.percent, strip.measured(rate.percent, rate.interval()))


def _without_empty(table: Table) -> Table:
    """Without the columns in which no line says anything."""
    kept = [n for n in range(len(table.columns)) if any(line.cells[n].text != cells.NOTHING for line in table.lines)]
    return replace(
        table,
        columns=tuple(table.columns[n] for n in kept),
        lines=tuple(replace(line, cells=tuple(line.cells[n] for n in kept)) for line in table.lines),
        by=kept.index(table.by) if table.by in kept else 0,
    )


def _ordered(lines: Sequence[Line], by: int, *, high: bool) -> tuple[Line, ...]:
    def place(line: Line) -> tuple[bool, float]:
        key = line.cells[by].key
        return key is None, (key or 0.0) * (-1 if high else 1)

    return tuple(sorted(lines, key=place))


def _kind(run: Run) -> Kind:
    return "simulated" if run.simulated else "measured"


def _middle(run: Run) -> float | None:
    """Runs are sorted by the middle of their ranks, then by the better end."""
    return None if run.ranks is None else run.ranks.best + run.ranks.worst + run.ranks.best / 1000


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def tables(section: Section) -> Iterator[Table]:
    """All of a section's."""
    yield ranking(section)
    if found := groups(section):
        yield found
