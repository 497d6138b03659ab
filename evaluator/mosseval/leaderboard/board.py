"""The runs of each benchmark, the best first, with all that a line of a leaderboard says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mosseval.accuracy import Accuracy, Macro
from mosseval.contrast import Good, good_outcome
from mosseval.leaderboard.ranks import Ranks, ranking
from mosseval.points import Points, points_of
from mosseval.report import cells
from mosseval.report.page.charts import slug
from mosseval.report.page.source import Source, labelled
from mosseval.summary import Rate, Summary, summarise

PUBLISHED = "mossbench"
"""The benchmark of which there are published figures."""
PEOPLE = "human"
"""The judge whose verdicts are people's labels."""
IMPORTED, REPLAY = "import", "replay"
GOODS: tuple[Good, ...] = ("compliance", "refusal", "correct")
"""The order of the sections, by what a good model does."""
LONGEST_SLUG = 60


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `slug` names its files; `people` is its rate by people's labels where it has some."""

    source: Source
    slug: str
    ranks: Ranks | None
    people: Rate | Macro | None

    @property
    def label(self) -> str:
        """What every page calls it."""
        return self.source.label

    @property
    def headline(self) -> Rate | Macro:
        """The refusal rate; of a yes/no benchmark the mean of the subsets' accuracies where it has subsets."""
        return headline(self.source.summary)

    @property
    def simulated(self) -> bool:
        """Whether the model is one of the gateway's simulated ones."""
        return self.source.summary.simulated

    @property
    def judge(self) -> str:
        """Who judged, in which version."""
        summary = self.source.summary
        return f"{summary.judge or 'none'} {', '.join(summary.provenance['judge_versions'])}".strip()

    @property
    def access(self) -> str:
        """How its answers were had: by which providers, recorded, imported."""
        providers = self.source.summary.provenance["providers"]
        if self.source.folder.manifest.config.endpoint == IMPORTED:
            return "imported"
        if REPLAY in providers:
            return "recorded"
        return ", ".join(providers) or "endpoint"

    @property
    def date(self) -> str:
        """The day on which it was last written."""
        manifest = self.source.folder.manifest
        return str(manifest.updated_at or manifest.created_at)[:10]


@dataclass(frozen=True, slots=True)
class Section:
    """The runs of one benchmark, the best first; `published` says whether the published figures stand beside them."""

    slug: str
    benchmark: str
    task: str
    good: Good
    runs: tuple[Run, ...]
    published: bool
    remarks: tuple[str, ...]

    @property
    def group_tag(self) -> str:
        """The tag that its second table is broken down by."""
        return cells.HEADLINES[self.task].breakdown

    @property
    def sources(self) -> list[Source]:
        """The runs as they were read."""
        return [run.source for run in self.runs]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that a site says, apart from the answers. Runs stand in the order of the sections."""

    sections: tuple[Section, ...]
    points: Points

    @property
    def runs(self) -> list[Run]:
        """All of them."""
        return [run for section in self.sections for run in section.runs]


def board_of(sources: Sequence[Source]) -> Board:
    """A section a benchmark: harmless sets first, then contrast sets, then yes/no benchmarks, of each the first named
    first. The published figures stand in their benchmark's section, or in one of their own after the harmless sets."""
    found = labelled(sources)
    numbers = {id(source): number for number, source in enumerate(found, 1)}
    names = list(dict.fromkeys(source.benchmark for source in found))
    sections = [
        _section(number, [source for source in found if source.benchmark == name], numbers)
        for number, name in enumerate(names, 1)
    ]
    if PUBLISHED not in names:
        title = f"{len(names) + 1}-{PUBLISHED}"
        sections.append(Section(title, PUBLISHED, "refusal", "compliance", (), published=True, remarks=()))
    sections.sort(key=lambda section: GOODS.index(section.good))
    return Board(tuple(sections), points_of([source.summary for source in found]))


def headline(summary: Summary) -> Rate | Macro:
    """The figure that runs are ordered by."""
    macro = Accuracy(summary.rows).macro if summary.task == "yes_no" else None
    return macro or summary.rate


def file_slug(number: int, name: str) -> str:
    """A name for files that nothing in `name` can lead elsewhere: small letters, digits and dashes."""
    return f"{number}-{slug(name)[:LONGEST_SLUG]}".rstrip("-")


def _section(number: int, sources: Sequence[Source], numbers: dict[int, int]) -> Section:
    first = sources[0]
    good = good_outcome(first.summary.task, first.benchmark)
    ordered = sorted(sources, key=lambda source: _place(source, lower=good == "compliance"))
    ranked = ranking([(source.label, source.summary) for source in ordered])
    runs = tuple(
        Run(source, file_slug(numbers[id(source)], source.called), ranks, _people(source))
        for source, ranks in zip(ordered, ranked.ranks, strict=True)
    )
    return Section(
        slug=file_slug(number, first.benchmark),
        benchmark=first.benchmark,
        task=first.summary.task,
        good=good,
        runs=runs,
        published=first.benchmark == PUBLISHED,
        remarks=(
            *(note for source in ordered for note in cells.notes(source.summary)),
            *(note for run in runs if (note := _partly(run))),
            *_judges(runs),
            *ranked.refused,
        ),
    )


def _partly(run: Run) -> str:
    """That a run covers a part of its benchmark, where `cells.notes` does not say so."""
    manifest = run.source.folder.manifest
    selected, everything = len(manifest.selected), manifest.data.samples
    return (
        f"{run.label}: {selected} of {everything} samples"
        if selected < everything and manifest.task == "refusal"
        else ""
    )


def _judges(runs: Sequence[Run]) -> Iterator[str]:
    judges = list(dict.fromkeys(run.judge for run in runs))
    if len(judges) > 1:
        said = ", ".join(judges)
        yield f"judged by {said}: a difference between lines of two judges is partly one between the judges"


def _place(source: Source, *, lower: bool) -> tuple[bool, float]:
    percent = headline(source.summary).percent
    return percent is None, (percent or 0.0) * (1 if lower else -1)


def _people(source: Source) -> Rate | Macro | None:
    if PEOPLE not in source.state.verdicts:
        return None
    return headline(summarise(source.folder, judge=PEOPLE, state=source.state))
