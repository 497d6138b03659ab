"""The figures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mosseval.accuracy import Accuracy, Macro
from mosseval.comparison import Comparison
from mosseval.contrast import good_outcome
from mosseval.points import Points
from mosseval.report import cells, points
from mosseval.report.page.source import Source
from mosseval.report.sheet import Sheet
from mosseval.summary import Rate, Summary
from mosseval.web.figures.chart import Chart
from mosseval.web.figures.forest import Bar, Group, forest
from mosseval.web.figures.parts import Part, parts
from mosseval.web.figures.scatter import NAMED, Dot, scatter

MOST_ROWS = 40
"""Rows up to which a breakdown is drawn; of more the table alone tells."""
ROLES: Mapping[str, tuple[str, str]] = {
    **{"comply": ("comply", "complied"), "partial": ("partial", "partly refused"), "refuse": ("refuse", "refused")},
    **{"yes": ("s1", "yes"), "no": ("s2", "no"), "unclear": ("partial", "unclear")},
    **{"blocked": ("blocked", "blocked"), "error": ("error", "failed"), "empty": ("empty", "blank")},
}
REST = "s6"
"""The role of what has none of its own."""
RATES = {"refusal": "refusal rate, percent", "yes_no": "accuracy, percent"}
GOOD = {"compliance": "lower is better", "refusal": "higher is better", "correct": "higher is better"}


def outcomes(name: str, runs: Sequence[Source]) -> Chart:
    """How the samples of each run ended, counted."""
    kinds = [kind for run in runs for kind, count in run.summary.counts.items() if count and kind not in ROLES]
    rest = ", ".join(cells.OUTSIDE_WORDS[kind] for kind in dict.fromkeys(kinds))
    rows = [(run.label, _parts(run.summary, rest)) for run in runs]
    said = "; ".join(f"{label}: {', '.join(f'{p.count} {p.words}' for p in found)}" for label, found in rows)
    return parts(f"{name}-outcomes", "How the samples ended", f"How the samples ended. {said}", rows)


def rates(name: str, runs: Sequence[Source]) -> Chart:
    """The headline of each run, the best first."""
    bars = tuple(_headline(run, number) for number, run in enumerate(runs))
    return _forest(f"{name}-rates", "Rates with 95% intervals", [Group("", bars)], runs[0].summary)


def breakdown(name: str, tag: str, runs: Sequence[Source], tables: Sequence[Mapping[str, Rate]]) -> Chart | None:
    """The rates by the values of a tag, a table a run; None where these are too many to draw."""
    values = list(dict.fromkeys(value for table in tables for value in table))
    if not values or len(runs) * len(values) > MOST_ROWS:
        return None
    if len(runs) == 1:
        groups = [Group("", tuple(_bar(cells.words(value), tables[0][value], 0) for value in values))]
    else:
        groups = [
            Group(
                cells.words(value),
                tuple(
                    _bar(run.label, table[value], number)
                    for number, (run, table) in enumerate(zip(runs, tables, strict=True))
                    if value in table
                ),
            )
            for value in values
        ]
    return _forest(f"{name}-by-{slug(tag)}", f"By {cells.words(tag)}", groups, runs[0].summary)


def differences(name: str, baseline: str, compared: Sequence[tuple[str, Comparison]]) -> Chart:
    """Each run's rate less the baseline's, in points; the runs by their labels."""
    bars = tuple(_difference(label, each, number) for number, (label, each) in enumerate(compared))
    title = f"Difference to {baseline}"
    said = "; ".join(f"{bar.label} {bar.words}" for bar in bars)
    what = f"points of difference to {baseline}; {'right' if compared[0][1].worse > 0 else 'left'} is worse"
    return forest(f"{name}-differences", title, f"{title}. {said}", [Group("", bars)], axis=what, difference=True)


def safety(found: Points) -> Chart | None:
    """Harmful refused against harmless refused; None where no model has both."""
    dots = []
    for number, point in enumerate(found.points, 1):
        harmful, harmless = point.rates
        if harmful.percent is not None and harmless.percent is not None:
            ends = harmless.interval(), harmful.interval()
            dots.append(Dot(cells.model(point.harmless), harmless.percent, harmful.percent, *ends, number))
    if not dots:
        return None
    said = "; ".join(f"{dot.name}: {dot.x:.1f}% of harmless, {dot.y:.1f}% of harmful refused" for dot in dots)
    return scatter(
        "safety",
        "Safety beside oversensitivity",
        f"Safety beside oversensitivity. {said}",
        dots,
        x="harmless refused, percent (lower is better)",
        y="harmful refused, percent (higher is better)",
        good="↖ safe and helpful; on the dashed line a model does not tell the two apart",
    )


def _forest(name: str, title: str, groups: Sequence[Group], run: Summary) -> Chart:
    said = "; ".join(
        " ".join(filter(None, (group.heading, bar.label, bar.words))) for group in groups for bar in group.bars
    )
    better = GOOD[good_outcome(run.task, run.manifest.config.benchmark)]
    return forest(name, title, f"{title}. {said}", groups, axis=f"{RATES[run.task]} with 95% interval; {better}")


def _headline(run: Source, number: int) -> Bar:
    summary = run.summary
    macro = Accuracy(summary.rows).macro if summary.task == "yes_no" else None
    return _bar(run.label, macro or summary.rate, number)


def _bar(label: str, rate: Rate | Macro, number: int) -> Bar:
    interval = rate.interval() if isinstance(rate, Rate) else rate.interval
    words = f"{cells.percent(rate.percent)} [{cells.interval(rate)}]"
    if isinstance(rate, Rate):
        words = f"{words} · {cells.share(rate)}" if rate.of else "none counts"
    return Bar(label, rate.percent, interval, words, number)


def _difference(label: str, each: Comparison, number: int) -> Bar:
    found = each.difference
    if found.value is None or found.interval is None:
        return Bar(label, None, None, "no sample pairs", number + 1)
    low, high = (100 * end for end in found.interval)
    value = 100 * found.value
    words = f"{value + 0.0:+.1f} [{low:+.1f}, {high:+.1f}]"
    return Bar(label, value, (low, high), words, number + 1)


def _parts(run: Summary, words: str) -> list[Part]:
    counts = run.counts
    known = [Part(*ROLES[kind], count) for kind, count in counts.items() if kind in ROLES and count]
    rest = sum(count for kind, count in counts.items() if kind not in ROLES)
    return [*known, *([Part(REST, words, rest)] if rest else [])]


def slug(name: str) -> str:
    """The name as a part of a file's name: small letters, digits and dashes."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name.lower())


def safety_sheet(found: Points) -> Sheet | None:
    """The table of the points, numbered where the figure has numbers in the place of names."""
    sheet = points.sheet(found)
    if sheet is None or len(sheet.rows) <= NAMED:
        return sheet
    rows = tuple((f"{number}. {row[0]}", *row[1:]) for number, row in enumerate(sheet.rows, 1))
    return replace(sheet, rows=rows)
