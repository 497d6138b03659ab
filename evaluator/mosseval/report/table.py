"""Summaries as a table on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mosseval.accuracy import Accuracy
from mosseval.points import points_of
from mosseval.report import cells, points
from mosseval.summary import Rate, Summary
from mosseval.terminal import one_line

WIDE = 110
"""Columns from which the rate and what stands outside it fit into one table; two tables below that."""
WRONG_TITLES = {"expected_yes": "expected yes, said no", "expected_no": "expected no, said yes"}


def show(summaries: Sequence[Summary], console: Console) -> None:
    """Prints the rates of each task with denominators, intervals and all that stands outside them."""
    for headline, runs in cells.by_task(summaries):
        if console.width >= WIDE:
            console.print(_table(headline.title, headline, headline.columns, runs))
        else:
            rate_titles = [title for title in headline.columns if title not in headline.outside[1:]]
            console.print(_table(headline.title, headline, rate_titles, runs))
            console.print(_table(headline.outside[1].capitalize(), headline, headline.outside, runs))
        for tag in dict.fromkeys((headline.breakdown, *(tag for summary in runs for tag in summary.manifest.by))):
            by = [summary.by().get(tag, {}) for summary in runs]
            _show_rates(f"By {one_line(cells.words(tag), 40)}", runs, by, console)
        if headline.breakdown == "subset":
            wrong = [Accuracy(summary.rows).wrong() for summary in runs]
            titled = [{WRONG_TITLES[name]: rate for name, rate in rates.items() if rate.of} for rates in wrong]
            _show_rates("Errors", runs, titled, console)
    found = points_of(summaries)
    if sheet := points.sheet(found):
        console.print(sheet.as_table())
    for note in (*(note for summary in summaries for note in cells.notes(summary, summaries)), *points.notes(found)):
        console.print(Text(f"• {one_line(note, 400)}", style="dim"))


def _table(title: str, headline: cells.Headline, columns: Sequence[str], summaries: Sequence[Summary]) -> Table:
    table = _empty(title)
    for column in columns:
        figure = column in headline.figures
        table.add_column(column, justify="right" if figure else "left", overflow="fold", no_wrap=figure)
    for summary in summaries:
        row = dict(zip(headline.columns, headline.row(summary), strict=True))
        table.add_row(*(Text(one_line(row[column])) for column in columns))
    return table


def _show_rates(
    title: str, summaries: Sequence[Summary], tables: Sequence[Mapping[str, Rate]], console: Console
) -> None:
    """A row a run, a column a group; nothing where there are no groups."""
    names = list(dict.fromkeys(name for table in tables for name in table))
    if not names:
        return
    table = _empty(title)
    table.add_column("model", overflow="fold")
    for name in names:
        table.add_column(Text(one_line(cells.words(name))), justify="right")
    for summary, rates in zip(summaries, tables, strict=True):
        figures = [cells.rate(rates[name]) if name in rates else cells.NOTHING for name in names]
        table.add_row(Text(one_line(cells.label(summary, summaries))), *figures)
    console.print(table)


def _empty(title: str) -> Table:
    return Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
