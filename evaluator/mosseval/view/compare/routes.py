"""Runs side by side: the paired difference, then one sample after the other, and only what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mosseval.report.page.samples import warning
from mosseval.view.compare.runs import ALL, KINDS, MOST_RUNS, Beside, Comparing, filters, samples
from mosseval.view.compare.sample import sample_view
from mosseval.view.runs import lines_of
from mosseval.view.site import Site


@dataclass(frozen=True, slots=True)
class State:
    """What the URL asks for; whatever it holds, this can be shown."""

    runs: tuple[str, ...] = ()
    sample: str = ""
    only: str = ALL
    judge: str = ""
    repeat: int = 0
    shown: bool = False
    words: bool = False
    at: str = ""

    @classmethod
    def of(cls, request: Request) -> State:
        """From the query: `run` (the baseline first), `sample`, `only`, `judge`, `repeat`, `shown`, `words`.

        `at` is the sample that was shown when a form was sent: it stays where the filter leaves it.
        """
        asked = request.query_params
        only, repeat = asked.get("only", ALL), asked.get("repeat", "")
        return cls(
            tuple(asked.getlist("run")[: 2 * MOST_RUNS]),
            asked.get("sample", "")[:500],
            only if only in KINDS else ALL,
            asked.get("judge", "")[:200],
            int(repeat) if repeat.isascii() and repeat.isdecimal() and len(repeat) < 7 else 0,
            asked.get("shown") == "1",
            asked.get("words") == "1",
            asked.get("at", "")[:500],
        )

    def url(self, **changed: object) -> str:
        """The address of this state with something changed."""
        to = replace(self, **changed)  # type: ignore[arg-type]
        flags = {"shown": "1" if to.shown else "", "words": "1" if to.words else ""}
        rest = {"only": to.only, "judge": to.judge, "repeat": to.repeat or "", **flags}
        fields = [("run", run) for run in to.runs]
        fields += [(name, str(value)) for name, value in {"sample": to.sample, **rest}.items() if value]
        return f"/compare?{urlencode(fields)}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample stands among those that a filter leaves; `number` counts from 1, 0: it is not among them."""

    sample: str
    number: int
    total: int
    before: str
    after: str

    @classmethod
    def of(cls, ids: Sequence[str], wanted: str, every: Mapping[str, object]) -> Place:
        """The place of the sample that is wanted; of the first where none is, or where there is none of that id."""
        sample = wanted if wanted in every else ids[0] if ids else ""
        if sample not in ids:
            return cls(sample, 0, len(ids), "", ids[0] if ids else "")
        here = list(ids).index(sample)
        before = ids[here - 1] if here else ""
        return cls(sample, here + 1, len(ids), before, ids[here + 1] if here + 1 < len(ids) else "")


def routes(site: Site) -> list[Route]:
    """The route of comparing."""
    comparing = Comparing(site.library, site.shelf)

    def shown(request: Request) -> Response:
        state = State.of(request)
        choosing = not state.runs or request.query_params.get("choose") == "1"
        beside = None if choosing else comparing.beside(state.runs, state.judge)
        if beside is None or len(beside.sources) < 2:
            refused = _why(state, beside) if not choosing else ()
            return _chosen(site, request, state, refused)
        return _compared(site, request, state, beside)

    def _compared(site: Site, request: Request, state: State, beside: Beside) -> Response:
        repeat = min(state.repeat, beside.repeats - 1)
        rows = beside.rows(repeat)
        every = dict.fromkeys(sample for each in rows for sample in each)
        left = samples(rows, state.only, beside.sources[0].summary.task)
        place = Place.of(left, state.sample or (state.at if state.at in left else ""), every)
        warned = "" if state.shown else warning(beside.sources[0])
        view = None
        if place.sample and not warned:
            view = sample_view(beside, rows, place.sample, repeat, site.pictures, words=state.words)
        return site.page(
            request,
            "compare.html",
            state=replace(state, sample=place.sample, repeat=repeat),
            beside=beside,
            place=place,
            filters=filters(beside.sources[0].summary.task),
            warned=warned,
            view=view,
        )

    return [Route("/compare", shown)]


def _why(state: State, beside: Beside | None) -> Sequence[str]:
    """Why these runs cannot stand beside each other."""
    if beside is not None and beside.refused:
        return beside.refused
    return ("one run alone cannot be compared",) if beside else ("there is no such run",)


def _chosen(site: Site, request: Request, state: State, refused: Sequence[str]) -> Response:
    """The runs to choose from."""
    lines = lines_of(site.library.entries(), site.shelf)
    return site.page(
        request,
        "compare.choose.html",
        lines=sorted(lines, key=lambda line: (line.benchmark, line.name)),
        state=state,
        refused=refused,
        most=MOST_RUNS,
    )
