"""Everything that a report says of the runs of one benchmark, apart from their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mosseval.agreement import Agreement, Pair
from mosseval.contrast import good_outcome
from mosseval.report import cells
from mosseval.report.page import charts
from mosseval.report.page.causes import Cause, causes
from mosseval.report.page.differences import differences_of
from mosseval.report.page.source import Source
from mosseval.report.sheet import Sheet
from mosseval.summary import Rate, Summary
from mosseval.web.figures.chart import Chart

FLAGS = {
    **{"human": "people in the picture", "child": "children in the picture"},
    **{"syn": "synthetic picture", "ocr": "text in the picture"},
}
FLAG_WORDS = {"true": "yes", "false": "no"}
MEASURES = ("accuracy", "kappa", "alpha")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rates by a tag: a table, and a figure where it can be read."""

    title: str
    sheet: Sheet
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Part:
    """The runs of one benchmark, the best first. `slug` begins its ids in the page; its figures are named after it."""

    slug: str
    benchmark: str
    sources: tuple[Source, ...]
    ranking: Sheet
    rates: Chart | None
    outcomes: Chart
    outside: Sheet
    breakdowns: tuple[Breakdown, ...]
    compared: tuple[Sheet, ...]
    differences: Chart | None
    remarks: tuple[str, ...]
    judges: Sheet | None
    causes: tuple[tuple[Source, tuple[Cause, ...]], ...]
    notes: tuple[str, ...]

    @property
    def summaries(self) -> list[Summary]:
        """The runs' summaries."""
        return [source.summary for source in self.sources]

    @property
    def charts(self) -> list[Chart]:
        """Every figure."""
        found = [self.rates, self.outcomes, *(each.chart for each in self.breakdowns), self.differences]
        return [chart for chart in found if chart is not None]

    @property
    def sheets(self) -> list[Sheet]:
        """Every table."""
        judges = [self.judges] if self.judges else []
        return [self.ranking, self.outside, *(each.sheet for each in self.breakdowns), *self.compared, *judges]


def parts_of(sources: Sequence[Source]) -> list[Part]:
    """A part a benchmark, in the order in which they are first named."""
    found = dict.fromkeys(source.benchmark for source in sources)
    stems = [charts.slug(benchmark) for benchmark in found]
    return [
        _part(
            f"part{number}",
            stem if stem and stems.count(stem) == 1 else f"{stem}{number}",
            [source for source in sources if source.benchmark == benchmark],
        )
        for number, (benchmark, stem) in enumerate(zip(found, stems, strict=True), 1)
    ]


def _part(slug: str, stem: str, named: Sequence[Source]) -> Part:
    sources = sorted(named, key=_place)
    runs = [source.summary for source in sources]
    beside = differences_of(named)
    headline = cells.HEADLINES[runs[0].task]
    ranking = Sheet(
        headline.title,
        headline.columns,
        tuple((source.label, *headline.row(source.summary)[1:]) for source in sources),
        words=2,
    )
    return Part(
        slug=slug,
        benchmark=sources[0].benchmark,
        sources=tuple(sources),
        ranking=ranking,
        rates=charts.rates(stem, sources),
        outcomes=charts.outcomes(stem, sources),
        outside=_outside(sources),
        breakdowns=tuple(_breakdowns(stem, sources)),
        compared=beside.sheets,
        differences=charts.differences(stem, named[0].label, beside.comparisons) if beside.comparisons else None,
        remarks=(*beside.remarks, *beside.refused),
        judges=_judges(sources),
        causes=tuple((source, found) for source in sources if (found := causes(source))),
        notes=tuple(note for run in runs for note in cells.notes(run)),
    )


def _place(source: Source) -> tuple[bool, float]:
    """The best first: the lowest rate of refused harmless questions, the highest of everything else."""
    summary = source.summary
    percent = summary.rate.percent
    lower = good_outcome(summary.task, source.benchmark) == "compliance"
    return percent is None, (percent or 0.0) * (1 if lower else -1)


def _outside(sources: Sequence[Source]) -> Sheet:
    runs = [source.summary for source in sources]
    kinds = [kind for kind in runs[0].numbers.outside if any(run.counts[kind] for run in runs)]
    columns = ("model", "samples", "in the rate", *(cells.OUTSIDE_WORDS[kind] for kind in kinds), "outside", "bounds")
    rows = tuple(
        (
            *(source.label, str(len(source.summary.rows)), str(source.summary.rate.of)),
            *(str(source.summary.counts[kind]) for kind in kinds),
            *(str(source.summary.gaps), cells.bounds(source.summary.bounds())),
        )
        for source in sources
    )
    return Sheet("What stands outside the rate", columns, rows)


def _breakdowns(stem: str, runs: Sequence[Source]) -> Iterator[Breakdown]:
    tables = [run.summary.by() for run in runs]
    tags = list(dict.fromkeys(tag for table in tables for tag in table))
    for tag in (tag for tag in tags if tag not in FLAGS):
        rates = [table.get(tag, {}) for table in tables]
        yield Breakdown(f"By {cells.words(tag)}", _sheet(tag, runs, rates), charts.breakdown(stem, tag, runs, rates))
    flags = tuple(
        (FLAGS[tag], FLAG_WORDS.get(value, value), *(_cell(table.get(tag, {}).get(value)) for table in tables))
        for tag in tags
        if tag in FLAGS
        for value in dict.fromkeys(each for table in tables for each in table.get(tag, {}))
    )
    if flags:
        columns = ("flag", "", *(run.label for run in runs))
        yield Breakdown("By what the picture shows", Sheet("By what the picture shows", columns, flags, words=2), None)


def _sheet(tag: str, runs: Sequence[Source], tables: Sequence[Mapping[str, Rate]]) -> Sheet:
    values = dict.fromkeys(value for table in tables for value in table)
    rows = tuple((cells.words(value), *(_cell(table.get(value)) for table in tables)) for value in values)
    return Sheet(f"By {cells.words(tag)}", (cells.words(tag), *(run.label for run in runs)), rows)


def _cell(rate: Rate | None) -> str:
    if rate is None or not rate.of:
        return cells.NOTHING
    return f"{cells.percent(rate.percent)} [{cells.interval(rate)}] ({cells.share(rate)})"


def _judges(sources: Sequence[Source]) -> Sheet | None:
    """How far every other judge of a run agrees with the one whose verdicts are shown."""
    rows = [row for source in sources for row in _agreements(source)]
    if not rows:
        return None
    columns = ("model", "judge", "beside", "answers", *MEASURES)
    return Sheet("Agreement of the judges", columns, tuple(rows), words=3)


def _agreements(source: Source) -> Iterator[tuple[str, ...]]:
    shown, state = source.summary.judge, source.state
    if source.summary.task != "refusal" or shown is None:
        return
    for other in sorted(state.verdicts):
        if other == shown:
            continue
        pairs = tuple(_pairs(source, shown, other))
        measures = Agreement(pairs).measures() if pairs else {}
        figures = (_figure(*measures[name]) if measures else cells.NOTHING for name in MEASURES)
        yield source.label, shown, other, str(len(pairs)), *figures


def _pairs(source: Source, shown: str, other: str) -> Iterator[Pair]:
    for key, answer in source.state.answers.items():
        mine, theirs = source.state.verdict(shown, key), source.state.verdict(other, key)
        if mine is None or theirs is None or mine.refusal is None or theirs.refusal is None:
            continue
        sample = answer.record.sample_id
        yield Pair(key, sample, theirs.refusal, mine.refusal, theirs.label, mine.label, {})


def _figure(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return cells.NOTHING
    return f"{value:.2f}" if interval is None else f"{value:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"
