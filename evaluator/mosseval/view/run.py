"""The page of one run: everything that a report says of it, live while it goes on, by any of its judges."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mosseval.counting import LABELS_OF
from mosseval.report.page.provenance import facts
from mosseval.report.page.samples import WORDS
from mosseval.report.page.source import labelled
from mosseval.summary import Summary
from mosseval.view.library import Entry
from mosseval.view.reading import Reading
from mosseval.view.runs import RUNNING, line_of
from mosseval.view.samples.index import LABEL, STATUS
from mosseval.view.samples.links import sample_href
from mosseval.view.site import Site, href

AGAIN_RUNNING, AGAIN = 3, 15
"""Seconds until the page asks again."""
BESIDE = (("Compare with others", "/compare"), ("Annotate", "/annotate"), ("Annotate", "/runs/{name}/annotate"))
"""Pages about a run by the routes that they have; a page that this app does not have is not linked."""
LABELS = frozenset({"unjudged", *(label for labels in LABELS_OF.values() for label in labels)})
"""Kinds that a judge gave: they are a filter of their own."""


def routes(site: Site) -> list[Route]:
    """The routes of a run's page."""

    def shown(request: Request) -> Response:
        entry, reading = opened(site, request)
        source, part = reading.by(judge_of(request)), reading.part(judge_of(request))
        if source is None or part is None:
            raise unreadable(reading)
        line = line_of(entry, reading)
        return site.page(
            request,
            "run.html",
            entry=entry,
            line=line,
            part=part,
            labels=[each.label for each in part.sources],
            judge=source.summary.judge,
            judges=source.summary.judges,
            facts=facts(labelled([source]), [reading.told()]),
            samples_url=f"{href('runs', entry.name, 'samples')}{judged(request)}",
            kinds=list(kinds(request, entry, source.summary)),
            links=list(links(request, entry.name)),
            commands=commands(entry, source.summary.judge, source.summary.judges),
            sample_href=lambda sample: sample_href(entry.name, sample, reading),
            again=AGAIN_RUNNING if line.status == RUNNING else AGAIN,
        )

    def figure(request: Request) -> Response:
        _, reading = opened(site, request)
        part = reading.part(judge_of(request))
        charts = part.charts if part is not None else []
        chart = next((each for each in charts if each.name == request.path_params["chart"]), None)
        if chart is None:
            raise HTTPException(404, "there is no such figure")
        return HTMLResponse(site.figures.drawn(chart))

    return [Route("/runs/{name}", shown), Route("/runs/{name}/figures/{chart}", figure)]


def opened(site: Site, request: Request) -> tuple[Entry, Reading]:
    """The run that a request names, as it is now. Raises HTTPException: 404 where there is none, 422 where it cannot
    be read."""
    entry = site.library.find(request.path_params["name"])
    if entry is None:
        raise HTTPException(404, f"there is no run {request.path_params['name'][:200]!r} here")
    reading = site.shelf.reading(entry)
    if reading.read is None:
        raise unreadable(reading)
    return entry, reading


def unreadable(reading: Reading) -> HTTPException:
    """What a page says of a run that cannot be shown."""
    return HTTPException(422, f"this run cannot be shown: {reading.trouble or 'nothing can be made of it'}")


def judge_of(request: Request) -> str | None:
    """The judge that the URL names; None for the run's own."""
    return request.query_params.get("judge") or None


@dataclass(frozen=True, slots=True)
class Kind:
    """How many samples (times repeats) ended how, and where they are."""

    kind: str
    words: str
    count: int
    url: str


def kinds(request: Request, entry: Entry, summary: Summary) -> Iterator[Kind]:
    """How the samples ended, each kind with the filter that shows them."""
    for kind, count in summary.counts.items():
        if count:
            asked = {STATUS: "blocked"} if kind.startswith("blocked") else {STATUS: kind}
            asked = {LABEL: kind} if kind in LABELS else asked
            judge = {"judge": judge_of(request)} if judge_of(request) else {}
            url = f"{href('runs', entry.name, 'samples')}?{urlencode({**asked, **judge})}"
            yield Kind(kind, WORDS.get(kind, kind), count, url)


def judged(request: Request) -> str:
    """The same judge, for another page of the run."""
    judge = judge_of(request)
    return f"?{urlencode({'judge': judge})}" if judge else ""


def links(request: Request, name: str) -> Iterator[tuple[str, str]]:
    """The pages of this app about a run."""
    known = {route.path for route in request.app.routes if isinstance(route, Route)}
    for title, path in BESIDE:
        if path in known:
            yield title, path.replace("{name}", href(name)[1:]) if "{name}" in path else f"{path}?run={href(name)[1:]}"


def commands(entry: Entry, judge: str | None, judges: Sequence[str]) -> list[tuple[str, str]]:
    """What to do next at a terminal: what it does, and the command."""
    near = os.path.relpath(entry.path)
    run = shlex.quote(near if not near.startswith("..") else str(entry.path))
    by = f" --judge {shlex.quote(judge)}" if judge and len(judges) > 1 else ""
    return [
        ("one page to send", f"mosseval report {run}{by}"),
        ("the answers as a table", f"mosseval export {run} --format csv --out answers.csv"),
        ("the numbers", f"mosseval summary {run}{by} --format json"),
    ]
