"""The pages of a site: the board, the samples of each benchmark, the runs, the method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from mosseval.export.licence import KNOWN, Licence, licence_of
from mosseval.leaderboard.board import PUBLISHED, Board, Run
from mosseval.leaderboard.explorer import Explorer, as_json
from mosseval.leaderboard.table import tables
from mosseval.report import cells, points
from mosseval.report.page import charts
from mosseval.report.page.environment import equipped
from mosseval.report.page.provenance import facts
from mosseval.report.page.source import read_answers
from mosseval.version import __version__
from mosseval.web.figures.inline import figure
from mosseval.web.page import LOOK, THEME, asset, templates, whole_page
from mosseval.web.text import shown

PACKAGE, REPORT = "mosseval.leaderboard", "mosseval.report.page"
LONGEST_NOTE = 600
INDEX, RUNS, METHOD = "index.html", "runs.html", "method.html"


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages are made of."""

    title: str
    board: Board
    explorers: tuple[Explorer, ...]

    @property
    def nav(self) -> list[tuple[str, str]]:
        """The pages with their names."""
        several = len(self.explorers) > 1
        samples = [
            (samples_page(each), f"Samples: {each.section.benchmark}" if several else "Samples")
            for each in self.explorers
        ]
        return [(INDEX, "Leaderboard"), *samples, (RUNS, "Runs"), (METHOD, "Method")]


def samples_page(explorer: Explorer) -> str:
    """The file of a benchmark's samples."""
    return f"samples-{explorer.section.slug}.html"


def pages_of(site: Site) -> dict[str, str]:
    """Every page by its file's name."""
    return {
        INDEX: _index(site),
        **{samples_page(each): _samples(site, each) for each in site.explorers},
        RUNS: _runs(site),
        METHOD: _method(site),
    }


def _index(site: Site) -> str:
    found = site.board.points
    values = {
        "sections": [(section, list(tables(section))) for section in site.board.sections],
        "simulated": any(run.simulated for run in site.board.runs),
        "explorers": {each.section.slug: samples_page(each) for each in site.explorers},
        "safety": charts.safety(found),
        "safety_sheet": charts.safety_sheet(found),
        "safety_notes": list(points.notes(found)),
    }
    return _page(site, INDEX, "index.html", site.title, values, scripts=("sort.js",))


def _samples(site: Site, explorer: Explorer) -> str:
    section = explorer.section
    licence = licence_of(section.benchmark)
    values = {
        "page": explorer,
        "stem": explorer.index["stem"],
        "index": Markup(as_json(explorer.index).decode()),  # noqa: S704 - in which nothing can end the element
        "group_word": section.group_tag,
        "size": _size(explorer.bytes),
        "repeats": any(run.source.folder.manifest.repeats > 1 for run in section.runs),
        "licence": f"Licence of the questions and pictures: {licence.name}.",
    }
    heading = f"Samples of {section.benchmark}"
    return _page(site, samples_page(explorer), "samples.html", heading, values, scripts=("explorer.js",), loads=True)


def _runs(site: Site) -> str:
    values = {"runs": [(run, _facts(run), cells.notes(run.source.summary)) for run in site.board.runs]}
    return _page(site, RUNS, "runs.html", "Runs", values)


def _method(site: Site) -> str:
    names = dict.fromkeys((PUBLISHED, *(section.benchmark for section in site.board.sections)))
    values = {
        "runs": site.board.runs,
        "explorers": site.explorers,
        "judges": list(dict.fromkeys(run.judge for run in site.board.runs)),
        "licences": [(name, _licence(name)) for name in names],
    }
    return _page(site, METHOD, "method.html", "Method", values)


def _page(
    site: Site,
    here: str,
    template: str,
    heading: str,
    values: Mapping[str, Any],
    *,
    scripts: Sequence[str] = (),
    loads: bool = False,
) -> str:
    environment = equipped(templates(PACKAGE, REPORT), figure)
    environment.filters["note"] = _note
    every = {"title": site.title, "heading": heading, "nav": site.nav, "here": here, "version": __version__, **values}
    styles = asset(LOOK), asset("report.css", REPORT), asset("leaderboard.css", PACKAGE)
    return whole_page(
        environment,
        template,
        every,
        styles=styles,
        scripts=(asset(THEME), *(asset(each, PACKAGE) for each in scripts)),
        loads=loads,
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    """The run's provenance, what is not known left out."""
    found = facts([run.source], [read_answers(run.source, frozenset())])
    return [(fact, words[0]) for fact, words in found if words[0] != cells.NOTHING]


def _licence(benchmark: str) -> Licence:
    """With a word that fits a site: its note, where texts may not be passed on, is about what an export leaves out."""
    found = licence_of(benchmark)
    if found.name in KNOWN:
        return found
    return replace(found, note="It does not say that questions and pictures may be passed on.")


def _note(text: str) -> str:
    """A sentence on one line, at most LONGEST_NOTE characters of it."""
    return shown(" ".join(text.split()), LONGEST_NOTE)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{max(1, round(count / 1e3))} kB"
