"""Comparisons as tables, Markdown and JSON. Never an answer's text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from mosseval.comparison import Comparison, Difference
from mosseval.gate import Gate
from mosseval.paired import holm
from mosseval.points import Points
from mosseval.report import cells, points
from mosseval.report.sheet import Sheet, escaped
from mosseval.terminal import one_line

COLUMNS = ("samples", "baseline → run", "points", "95% CI", "more / fewer", "p", "p (Holm)", "could show")
RATES = {"refusal": "refused", "yes_no": "correct"}
VERDICTS = {
    "worse": "FAILED: worse by more than {points:g} points",
    "not_worse": "passed: not worse by more than {points:g} points",
    "not_shown": "not shown either way, whether worse by more than {points:g} points",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """All that one command compared; every comparison is with its benchmark's baseline."""

    comparisons: tuple[Comparison, ...]
    points: Points
    gate: Gate | None = None

    @property
    def failed(self) -> bool:
        """Whether the gate fails for any run."""
        return self.gate is not None and any(map(self.gate.fails, self.comparisons))

    def holm(self) -> list[float]:
        """The adjusted p of the comparisons, one family."""
        return _adjusted([each.difference for each in self.comparisons])

    def tags(self) -> list[str]:
        """The tags by which any comparison is broken down."""
        return list(dict.fromkeys(tag for each in self.comparisons for tag in each.by))

    def groups(self, tag: str) -> list[tuple[Comparison, str, Difference, float]]:
        """Every group of a tag in every comparison, with its adjusted p: one family a tag."""
        found = [(each, name, group) for each in self.comparisons for name, group in each.by.get(tag, {}).items()]
        adjusted = _adjusted([group for _, _, group in found])
        return [(*each, p) for each, p in zip(found, adjusted, strict=True)]


def as_json(compared: Compared) -> str:
    """One object."""
    by: dict[int, dict[str, dict[str, Any]]] = {}
    for tag in compared.tags():
        for comparison, name, group, p in compared.groups(tag):
            by.setdefault(id(comparison), {}).setdefault(tag, {})[name] = group.document(p)
    document = {
        "comparisons": [
            _document(each, p, by.get(id(each), {}), compared.gate)
            for each, p in zip(compared.comparisons, compared.holm(), strict=True)
        ],
        "failed": compared.failed if compared.gate else None,
        "points": [point.document() for point in compared.points.points],
        "over_models": compared.points.over_models_document(),
        "notes": list(compared.points.notes),
    }
    return json.dumps(document) + "\n"


def as_markdown(compared: Compared) -> str:
    """Tables, then what goes with them."""
    blocks = [sheet.as_markdown() for sheet in sheets(compared)]
    notes = "\n".join(f"- {escaped(note)}" for note in told(compared))
    return "\n\n".join([*blocks, notes]).rstrip() + "\n"


def show(compared: Compared, console: Console) -> None:
    """Prints the tables, then what goes with them."""
    for sheet in sheets(compared):
        console.print(sheet.as_table())
    for note in told(compared):
        console.print(Text(f"• {one_line(note, 600)}"))


def _document(
    comparison: Comparison, p: float, by: Mapping[str, Mapping[str, Any]], gate: Gate | None
) -> dict[str, Any]:
    macro = comparison.macro
    return {
        "benchmark": comparison.run.manifest.config.benchmark,
        "task": comparison.run.task,
        "baseline": _run(comparison, baseline=True),
        "run": _run(comparison, baseline=False),
        **comparison.difference.document(p),
        "worse_is": "higher" if comparison.worse > 0 else "lower",
        "macro": None
        if macro is None
        else {"difference": round(100 * macro[0], 4), "ci95": [round(100 * each, 4) for each in macro[1:]]},
        "outside": comparison.outside.document(),
        "by": by,
        "gate": gate.document(comparison) if gate else None,
        "warnings": list(comparison.warnings),
    }


def _run(comparison: Comparison, *, baseline: bool) -> dict[str, Any]:
    summary = comparison.baseline if baseline else comparison.run
    return {
        "run": summary.provenance["run"],
        "model": summary.manifest.config.model,
        "simulated": summary.simulated,
        "judge": summary.judge,
        "samples": len(summary.manifest.selected),
        "repeats": summary.manifest.repeats,
    }


def sheets(compared: Compared) -> Iterator[Sheet]:
    """One table for the runs beside each baseline, one for each tag."""
    adjusted = dict(zip(map(id, compared.comparisons), compared.holm(), strict=True))
    for baseline in dict.fromkeys(id(each.baseline) for each in compared.comparisons):
        mine = [each for each in compared.comparisons if id(each.baseline) == baseline]
        rows = tuple((names(each)[1], *_cells(each, each.difference, adjusted[id(each)])) for each in mine)
        title = f"{cells.benchmark(mine[0].baseline)}, beside {names(mine[0])[0]}"
        yield Sheet(f"{title}: {RATES[mine[0].run.task]}, of the samples that count in both", ("run", *COLUMNS), rows)
    several = len(compared.comparisons) > 1
    for tag in compared.tags():
        groups = tuple(
            (cells.words(name), *((_title(each),) if several else ()), *_cells(each, group, p))
            for each, name, group, p in compared.groups(tag)
        )
        columns = (tag, *(("run",) if several else ()), *COLUMNS)
        yield Sheet(f"By {cells.words(tag)}", columns, groups, words=2 if several else 1)
    if sheet := points.sheet(compared.points):
        yield sheet


def names(comparison: Comparison) -> tuple[str, str]:
    """What baseline and run are called: their models, or their folders where the models are one."""
    both = (comparison.baseline, comparison.run)
    if both[0].manifest.config.model != both[1].manifest.config.model:
        return cells.model(both[0]), cells.model(both[1])
    return str(both[0].provenance["run"]), str(both[1].provenance["run"])


def _title(comparison: Comparison) -> str:
    return f"{names(comparison)[1]}, {cells.benchmark(comparison.run)}"


def _cells(comparison: Comparison, found: Difference, p: float) -> tuple[str, ...]:
    if found.value is None or found.interval is None or found.p is None:
        return ("0", *[cells.NOTHING] * (len(COLUMNS) - 1))
    low, high = (100 * bound for bound in found.interval)
    return (
        str(found.pairs),
        f"{_percent(found.baseline)} → {_percent(found.run)}",
        f"{100 * found.value:+.1f}",
        f"{low:+.1f} to {high:+.1f}",
        f"{found.more} / {found.fewer}",
        _chance(found.p),
        _chance(p),
        cells.NOTHING if found.smallest is None else f"{100 * found.smallest:.1f}",
    )


def told(compared: Compared) -> Iterator[str]:
    for each in compared.comparisons:
        title = _title(each)
        yield f"{title}: {_outside(each)}"
        if each.worse < 0 and each.run.task == "refusal":
            yield f"{title}: refusal is the good outcome here, so lower is worse"
        if macro := each.macro:
            value, low, high = (100 * figure for figure in macro)
            yield f"{title}: mean of the subsets' differences {points.signed((value, (low, high)))} points"
        yield from (f"{title}: WARNING: {warning}" for warning in each.warnings)
    if compared.comparisons:
        what = RATES[compared.comparisons[0].run.task]
        yield f"more / fewer: samples that were {what} more, and less, often than in the baseline"
        yield "could show: the smallest true difference in points that so many samples find in 80% of the cases"
        yield from _methods(compared.comparisons)
    yield from points.notes(compared.points)
    if compared.gate:
        yield from (verdict(compared.gate, each) for each in compared.comparisons)


def _outside(comparison: Comparison) -> str:
    """How many samples pair, and how many do not, and why."""
    found, parts = comparison.outside, []
    for count, words in ((found.only_baseline, "only in the baseline"), (found.only_run, "only in the run")):
        if count:
            parts.append(f"{count} {words}")
    for words, kinds in (("baseline", found.baseline), ("run", found.run)):
        if kinds:
            listing = ", ".join(f"{count} {cells.OUTSIDE_WORDS.get(kind, kind)}" for kind, count in kinds.items())
            parts.append(f"{words}: {listing}")
    said = f"{comparison.difference.pairs} samples pair, {found.samples} stand outside"
    partly = f"; of {found.partly} that pair not every repeat counts" if found.partly else ""
    why = f" ({'; '.join(parts)})" if parts else ""
    return f"{said}{why}{partly}"


def _methods(comparisons: Sequence[Comparison]) -> Iterator[str]:
    tests = {each.difference.test for each in comparisons}
    if "mcnemar_exact" in tests:
        yield "interval: Tango's score interval for pairs; p: McNemar's exact test, Holm over the rows of a table"
    if tests - {"mcnemar_exact"}:
        yield "with repeats: a sample is the unit; interval by bootstrap over samples, p by flipping samples' signs"


def verdict(gate: Gate, comparison: Comparison) -> str:
    """The gate's word on one run, with the smallest difference that so many samples could show."""
    found = gate.verdict(comparison)
    words = VERDICTS[found].format(points=gate.points)
    if found == "not_shown":
        words = f"{'FAILED (--strict)' if gate.strict else 'passed'}: {words}"
    smallest = comparison.difference.smallest
    could = f"{100 * smallest:.1f} points" if smallest is not None else "none"
    return (
        f"gate: {_title(comparison)}: {words}; worse by {points.signed(comparison.worsening)} points; the smallest "
        f"difference that {comparison.difference.pairs} samples could show is {could} (80% power)"
    )


def _adjusted(found: Sequence[Difference]) -> list[float]:
    return holm([1.0 if each.p is None else each.p for each in found])


def _percent(value: float | None) -> str:
    return cells.percent(None if value is None else 100 * value)


def _chance(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"
