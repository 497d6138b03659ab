"""`mosseval agreement`: how far a judge agrees with a reference, and where it does not."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from mosseval.agreement import MEASURES, Agreement, Pair
from mosseval.commands import readings
from mosseval.commands.onward import after_agreement
from mosseval.commands.output import ResultConsole, kept_quiet
from mosseval.commands.readings import Readings
from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.terminal import one_line

BY = "stimulus"
POOLED = "all together"


def print_agreement(sources: tuple[Place, ...], *, reference: str, judge: str | None, format: str, listed: int) -> None:
    """Prints the agreement of each source, and of all together where there are several."""
    if format not in ("table", "json"):
        raise UsageError(f"there is no format {format!r}", hint="table or json")
    found = [readings.read(source, reference, judge) for source in sources]
    for each in found:
        if not each.pairs:
            gaps = ", ".join(f"{count} {what}" for what, count in each.outside.items() if count)
            raise UsageError(f"{each.name}: no answer was read by both ({gaps or 'it holds none'})")
    with kept_quiet():
        if format == "json":
            sys.stdout.write("".join(json.dumps(_document(each)) + "\n" for each in found))
        else:
            _show(found, listed)
            runs = [each.name for source, each in zip(sources, found, strict=True) if not Path(str(source)).is_file()]
            if runs:
                sys.stderr.write(f"{after_agreement(runs)}\n")


def _document(each: Readings) -> dict[str, object]:
    agreement = Agreement(each.pairs)
    return {
        "source": each.name,
        "judge": each.judge,
        "reference": each.reference,
        **agreement.document(),
        "outside": dict(each.outside),
        "by": {BY: {name: group.document() for name, group in agreement.by(BY).items()}},
        "disagreements": [
            {
                "key": pair.key,
                "reference": pair.reference_label,
                "judge": pair.judged_label,
                "reason": each.reasons.get(pair.key, ""),
            }
            for pair in agreement.disagreements
        ],
    }


def _show(found: Sequence[Readings], listed: int) -> None:
    console = ResultConsole()
    rows = [(each.name, f"{each.judge} / {each.reference}", Agreement(each.pairs)) for each in found]
    everything = Agreement(tuple(_apart(each, pair) for each in found for pair in each.pairs))
    if len(found) > 1:
        rows.append((POOLED, "", everything))
    console.print(_measures("Refusal or not", "source", rows))
    console.print(_confusion(everything))
    groups = everything.by(BY)
    if groups:
        console.print(_measures("By stimulus", BY, [(name, "", group) for name, group in groups.items()]))
    for each in found:
        gaps = ", ".join(f"{count} {what}" for what, count in each.outside.items() if count)
        if gaps:
            console.print(Text(f"• {one_line(each.name, 200)}: outside these figures: {gaps}", style="dim"))
    _list(console, found, listed)


def _apart(each: Readings, pair: Pair) -> Pair:
    """A pair whose sample is its own source's: the same sample in two runs is two clusters."""
    return Pair(
        pair.key,
        f"{each.name} {pair.sample}",
        pair.reference,
        pair.judged,
        pair.reference_label,
        pair.judged_label,
        pair.tags,
    )


def _measures(title: str, first: str, rows: Sequence[tuple[str, str, Agreement]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    sides = any(sides for _, sides, _ in rows)
    for column in (first, *(("judge / reference",) if sides else ())):
        table.add_column(column, overflow="fold")
    for column in ("answers", *MEASURES):
        table.add_column(column, justify="right", no_wrap=True)
    for name, between, agreement in rows:
        measures = agreement.measures()
        figures = [_figure(*measures[each]) for each in MEASURES]
        cells = [name, *([between] if sides else []), str(len(agreement.pairs)), *figures]
        table.add_row(*(Text(one_line(cell, 200)) for cell in cells))
    return table


def _figure(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if interval is None else f"{value:.3f} ({interval[0]:.3f}–{interval[1]:.3f})"


def _confusion(agreement: Agreement) -> Table:
    labels = agreement.labels
    columns = sorted({judged for _, judged in labels})
    table = Table(box=box.SIMPLE_HEAD, title="Labels", title_justify="left")
    table.add_column("reference \u2193  judge \u2192")
    for column in columns:
        table.add_column(one_line(column), justify="right")
    for row in sorted({reference for reference, _ in labels}):
        table.add_row(one_line(row), *(str(labels[row, column]) for column in columns))
    return table


def _list(console: ResultConsole, found: Sequence[Readings], listed: int) -> None:
    """The first disagreements, never an answer's text."""
    apart = [(each, pair) for each in found for pair in Agreement(each.pairs).disagreements]
    count = "1 disagreement" if len(apart) == 1 else f"{len(apart)} disagreements"
    console.print(f"{count}{':' if apart and listed else ''}", highlight=False)
    for each, pair in apart[:listed]:
        reason = each.reasons.get(pair.key, "")
        said = f"  {pair.key}: reference {pair.reference_label}, judge {pair.judged_label}"
        console.print(Text(one_line(f"{said}{f' ({reason})' if reason else ''}", 300)), soft_wrap=True)
    if listed and len(apart) > listed:
        console.print(f"  … and {len(apart) - listed} more (--list N, --format json)", highlight=False)
