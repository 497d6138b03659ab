"""The list of runs: what each is, how far it is, what it says, what it cost; filtered and sorted by the URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mosseval.report import cells
from mosseval.summary import Summary
from mosseval.view.library import MOST, Entry, Stamp
from mosseval.view.shelf import Reading, Shelf
from mosseval.view.site import Site

PATIENCE_S = 0.2
"""For reading runs that were not read yet; the page asks for the others again at once."""
RUNNING, COMPLETE, GAPS, STOPPED, UNREAD, BROKEN = "running", "complete", "gaps", "stopped", "reading", "unreadable"
STATUSES = (RUNNING, COMPLETE, GAPS, STOPPED, BROKEN)
LATER = frozenset({"pending", "error", "missing_image", "empty", "unjudged"})


@dataclass(frozen=True, slots=True)
class Line:
    """One run in the list. `status` is `running` while a process writes it, then `ended`.

    `done` of `samples` are asked; `percent` is the headline, None where there is none.
    """

    name: str
    status: str
    ended: str = ""
    model: str = ""
    benchmark: str = ""
    done: int = 0
    samples: int = 0
    percent: float | None = None
    rate: str = ""
    interval: str = ""
    share: str = ""
    what: str = ""
    outside: str = ""
    judge: str = ""
    cost: float = 0.0
    updated: str = ""
    trouble: str = ""

    @property
    def text(self) -> str:
        """What a filter by words looks in."""
        return f"{self.name} {self.model} {self.benchmark} {self.judge}".lower()


SORTS: Mapping[str, Callable[[Line], tuple[object, ...]]] = {
    "run": lambda line: (line.name,),
    "model": lambda line: (line.model, line.name),
    "benchmark": lambda line: (line.benchmark, line.name),
    "status": lambda line: (STATUSES.index(line.status) if line.status in STATUSES else len(STATUSES), line.name),
    "progress": lambda line: (line.done / (line.samples or 1), line.name),
    "rate": lambda line: (line.percent is not None, line.percent or 0.0, line.name),
    "cost": lambda line: (line.cost, line.name),
    "updated": lambda line: (line.updated, line.name),
}


@dataclass(frozen=True, slots=True)
class View:
    """What the URL asks for; whatever it holds, this is something that can be shown."""

    words: str = ""
    status: str = ""
    sort: str = "updated"
    down: bool = True

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> View:
        """From the query: `q`, `status`, `sort` (a column, after `-` the greatest first)."""
        sort = asked.get("sort", "-updated")
        column, status = sort.removeprefix("-"), asked.get("status", "")
        known = column in SORTS
        return cls(
            asked.get("q", "")[:200],
            status if status in STATUSES else "",
            column if known else "updated",
            sort.startswith("-") if known else True,
        )

    def chosen(self, lines: Iterable[Line]) -> list[Line]:
        """The lines that are asked for, in order."""
        words = self.words.lower().split()
        found = [
            line
            for line in lines
            if all(word in line.text for word in words) and (not self.status or line.status in (self.status, UNREAD))
        ]
        return sorted(found, key=SORTS[self.sort], reverse=self.down)


def routes(site: Site) -> list[Route]:
    """The routes of the list."""
    known = Lines(site.shelf)

    def listed(request: Request) -> Response:
        entries = site.library.entries()
        lines = known.of(entries)
        view = View.of(request.query_params)
        unsettled = any(line.status in (RUNNING, UNREAD) for line in lines)
        return site.page(
            request,
            "runs.html",
            lines=view.chosen(lines),
            total=len(lines),
            view=view,
            statuses=STATUSES,
            home=site.library.home.name,
            again=1 if any(line.status == UNREAD for line in lines) else 3 if unsettled else 15,
        )

    return [Route("/", listed)]


class Lines:
    """The lines of runs; one whose files are the same is not made again."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._known: dict[Entry, tuple[Stamp, Line]] = {}

    def of(self, entries: Sequence[Entry]) -> list[Line]:
        """A line a run; those that could not be read within PATIENCE_S say so, and are read by and by."""
        deadline = time.monotonic() + PATIENCE_S
        return [self._line(entry, deadline) for entry in entries]

    def _line(self, entry: Entry, deadline: float) -> Line:
        stamp, line = self._known.get(entry, (None, None))
        if line is not None and stamp == entry.stamp():
            return line if line.trouble else replace(line, status=RUNNING if entry.being_written else line.ended)
        reading = self._shelf.known(entry)
        if reading is None and time.monotonic() < deadline:
            reading = self._shelf.reading(entry)
        if reading is None:
            return Line(entry.name, UNREAD)
        made = line_of(entry, reading)
        if len(self._known) > MOST:
            self._known.clear()
        self._known[entry] = reading.stamp, made
        return made


def lines_of(entries: Sequence[Entry], shelf: Shelf) -> list[Line]:
    """A line a run, for a page that asks once."""
    return Lines(shelf).of(entries)


def line_of(entry: Entry, reading: Reading) -> Line:
    """What the list says of a run."""
    source = reading.source
    if source is None:
        return Line(entry.name, BROKEN, trouble=reading.trouble)
    summary = source.summary
    headline = cells.HEADLINES[summary.task]
    row = dict(zip(headline.columns, headline.row(summary), strict=True))
    first, interval, share = headline.columns[2], row["95% CI"], cells.share(summary.rate)
    percent = row[first]
    return Line(
        name=entry.name,
        status=RUNNING if entry.being_written else _ended(summary),
        ended=_ended(summary),
        model=cells.model(summary),
        benchmark=cells.benchmark(summary),
        done=len(source.state.answers),
        samples=sum(summary.counts.values()),
        percent=None if percent == cells.NOTHING else float(percent.removesuffix("%")),
        rate=percent,
        interval=interval,
        share=share,
        what=first,
        outside=cells.outside(summary),
        judge=summary.judge or "none",
        cost=source.state.spent_usd,
        updated=source.folder.manifest.updated_at,
    )


def _ended(summary: Summary) -> str:
    counts = summary.counts
    if counts["pending"]:
        return STOPPED
    return GAPS if any(counts.get(kind) for kind in LATER) else COMPLETE
