"""Labelling by people: the organiser's page, one answer at a time, and the final word on disagreements.

What is written is on the disk before the response says so; the pages are thin over `annotations.desk`.
"""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from mosseval.annotations.choices import choice_of
from mosseval.annotations.desk import Desk
from mosseval.annotations.items import Item
from mosseval.annotations.places import FOLDER, rater_name
from mosseval.annotations.shelf import Overtaken
from mosseval.errors import MossevalError, StoppedEarly, UsageError
from mosseval.view.annotate import pages
from mosseval.view.annotate.desks import Desks, code_of
from mosseval.view.annotate.pictures import ItemPictures
from mosseval.view.runs import lines_of
from mosseval.view.site import Site, href
from mosseval.view.writes import written

HOME = "annotate"
LONGEST_ENTRY = 64
KEPT_S = 3600
AGAIN_S = 5
"""How often the organiser's page asks how far everybody is."""


class Labelling:
    """The pages over one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._desks = Desks(site.library)
        self._pictures = ItemPictures(site.pictures)

    def organise(self, request: Request) -> Response:
        """Which runs, by whom, and how far they are; with runs and a name chosen, on to the first answer."""
        chosen = request.query_params.getlist("run")
        entries = [entry for name in dict.fromkeys(chosen) if (entry := self._site.library.find(name)) is not None]
        code = code_of(entries) if entries else ""
        if entries and request.query_params.get("rater", "").strip():
            return _to(code, rater=_rater(request.query_params))
        known = self._desks.find(code) if entries else None
        state = pages.state_of(known.desk, known.desk.read()) if known else None
        lines = lines_of(self._site.library.entries(), self._site.shelf)
        names = [entry.name for entry in entries]
        commands = [
            f"mosseval score {quote(str(entry.path))} --judge human --labels {quote(str(entry.path / FOLDER))}"
            for entry in entries
        ]
        return self._site.page(
            request,
            "annotate.html",
            lines=lines,
            chosen=names,
            code=code,
            state=state,
            commands=commands,
            again=AGAIN_S,
        )

    def label(self, request: Request) -> Response:
        """One answer; without a rater's name the question for it."""
        code, asked = request.path_params["code"], request.query_params
        desk = self._desks.find(code).desk
        if not asked.get("rater", "").strip():
            return self._site.page(request, "annotate_name.html", code=code, total=len(desk.items))
        rater, reading = _rater(asked), desk.read()
        place = desk.place(asked.get("at", ""))
        if place is None:
            place = reading.next_open(rater)
        shown = pages.label_page(
            desk, reading, self._pictures, rater, len(desk.items) - 1 if place is None else place, asked.get("told", "")
        )
        return self._site.page(request, "annotate_item.html", code=code, rater=rater, **shown)

    def decide(self, request: Request) -> Response:
        """The disagreements, for an adjudicator."""
        code, asked = request.path_params["code"], request.query_params
        desk = self._desks.find(code).desk
        if not asked.get("rater", "").strip():
            return self._site.page(request, "annotate_name.html", code=code, total=len(desk.items), decide=True)
        first = asked.get("first", "0")
        number = int(first) if first.isdecimal() and len(first) < 7 else 0
        rater = _rater(asked)
        shown = pages.decide_page(desk, desk.read(), self._pictures, rater, number, asked.get("told", ""))
        return self._site.page(request, "annotate_decide.html", code=code, rater=rater, **shown)

    def picture(self, request: Request) -> Response:
        """A picture of an item."""
        desk = self._desks.find(request.path_params["code"]).desk
        item = _item(desk, request.path_params["handle"])
        content = self._pictures.content(item, desk.runs[item.run], request.path_params["number"])
        if content is None:
            raise HTTPException(404, "there is no such picture")
        return Response(content, media_type="image/webp", headers={"Cache-Control": f"private, max-age={KEPT_S}"})

    async def give(self, request: Request) -> Response:
        """Writes a label, a note or both, a rater's or (`final`) an adjudicator's; then on to the next answer."""
        fields = await written(request, self._site.token)
        return await run_in_threadpool(self._give, request.path_params["code"], fields)

    async def undo(self, request: Request) -> Response:
        """Takes an act back; then on to the answer that it was about."""
        fields = await written(request, self._site.token)
        return await run_in_threadpool(self._undo, request.path_params["code"], fields)

    def _give(self, code: str, fields: Mapping[str, str]) -> Response:
        desk, rater = self._desks.find(code).desk, _rater(fields)
        item, key, final = _item(desk, fields.get("at", "")), fields.get("choice", ""), fields.get("final") == "1"
        choice = choice_of(item.task, key) if key else None
        if key and choice is None:
            raise HTTPException(400, f"{key!r} is no label")
        try:
            desk.give(
                item,
                rater,
                choice,
                note=fields.get("note", "").replace("\r\n", "\n"),
                seen=fields.get("seen") or None,
                entry=_entry(fields),
                final=final,
            )
        except Overtaken:
            return _then(code, fields, final=final, at=item.handle, told="overtaken")
        except MossevalError as error:
            return _not_saved(error)
        if final:
            return _then(code, fields, final=True, first=fields.get("first", "0"))
        if choice is None:
            return _then(code, fields, at=item.handle, told="noted")
        following = desk.read().next_open(rater, desk.place(item.handle) or 0)
        return _then(code, fields, at=item.handle if following is None else desk.items[following].handle)

    def _undo(self, code: str, fields: Mapping[str, str]) -> Response:
        desk, rater = self._desks.find(code).desk, _rater(fields)
        item, final = _item(desk, fields.get("at", "")), fields.get("final") == "1"
        try:
            taken = desk.undo(item, rater, fields.get("undoes", ""), name=_entry(fields))
        except MossevalError as error:
            return _not_saved(error)
        return _then(code, fields, final=final, at=item.handle, told="back" if taken else "")


def routes(site: Site) -> list[Route]:
    """The routes of labelling."""
    pages_ = Labelling(site)
    return [
        Route(f"/{HOME}", pages_.organise),
        Route(f"/{HOME}/{{code}}", pages_.label),
        Route(f"/{HOME}/{{code}}/decide", pages_.decide),
        Route(f"/{HOME}/{{code}}/picture/{{handle}}/{{number:int}}", pages_.picture),
        Route(f"/{HOME}/{{code}}/give", pages_.give, methods=["POST"]),
        Route(f"/{HOME}/{{code}}/undo", pages_.undo, methods=["POST"]),
    ]


def _rater(fields: Mapping[str, str]) -> str:
    try:
        return rater_name(fields.get("rater", ""))
    except UsageError as error:
        raise HTTPException(400, str(error)) from error


def _entry(fields: Mapping[str, str]) -> str:
    """The name of an act, which the page gave it: sent again it is written once."""
    entry = fields.get("entry", "")
    if not (entry.isascii() and entry.isalnum() and len(entry) <= LONGEST_ENTRY):
        raise HTTPException(400, "an act needs a name")
    return entry


def _item(desk: Desk, handle: str) -> Item:
    place = desk.place(handle)
    if place is None:
        raise HTTPException(404, "there is no such answer any more; load the page anew")
    return desk.items[place]


def _then(code: str, fields: Mapping[str, str], *, final: bool = False, **asked: Any) -> Response:
    """On to the next page, or to the part of it that changes, as the request was sent."""
    part = {"part": "live"} if fields.get("part") == "live" else {}
    named = {name: value for name, value in asked.items() if value}
    return _to(code, *(("decide",) if final else ()), rater=fields.get("rater", ""), **named, **part)


def _to(code: str, *more: str, **asked: str) -> Response:
    return RedirectResponse(f"{href(HOME, code, *more)}?{urlencode(asked)}", 303)


def _not_saved(error: MossevalError) -> Response:
    """503 where trying again may help, else 400; the page says so either way."""
    hint = f" ({error.hint})" if error.hint else ""
    return PlainTextResponse(f"{error}{hint}", 503 if isinstance(error, StoppedEarly) else 400)
