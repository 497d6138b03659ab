"""Collecting the answers of a model that lives on a web page: begun in a form, then sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from mosseval.benchmarks import BENCHMARKS
from mosseval.collection import About, Collection, Overtaken, Wish, begin, transcript
from mosseval.collection.entries import Entry, parse_said
from mosseval.errors import MossevalError, StorageFailed
from mosseval.store.lines import write_whole
from mosseval.view.collect import shelf
from mosseval.view.collect.pictures import Pictures, file_name, whole
from mosseval.view.collect.work import BADGES, KINDS, Work, commands, exact, next_of, work_of
from mosseval.view.site import Site, href
from mosseval.view.writes import written

TAKEN_BACK = "taken back"


class Collecting:
    """The pages. Reads and writes of files happen in threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pictures = Pictures()
        self._writing = Lock()

    def listed(self, request: Request) -> Response:
        """The collections, and the form that begins one."""
        return self._list(request, {})

    async def begun(self, request: Request) -> Response:
        """Begins a collection, or goes on with the one that is there."""
        fields = await written(request, self._site.token)
        try:
            collection = await run_in_threadpool(begin, self._site.library.home, _wish(fields))
        except MossevalError as error:
            return await run_in_threadpool(self._list, request, fields, _told(error), 400)
        return RedirectResponse(href("collect", collection.name), 303)

    def shown(self, request: Request) -> Response:
        """The sample that the URL names, or the first that is left."""
        return self._work(request, self._found(request), request.query_params.get("sample", ""))

    async def stored(self, request: Request) -> Response:
        """Stores what the form says; the answer comes when it is on the disk."""
        fields = await written(request, self._site.token)
        return await run_in_threadpool(self._store, request, fields)

    def picture(self, request: Request) -> Response:
        """The very file of a sample's picture, to be handed to the site."""
        collection = self._found(request)
        asked = {item.id: item for item in collection.begun.items}
        item, number = asked.get(request.query_params.get("sample", "")), request.path_params["number"]
        if item is None or number >= len(item.pictures):
            raise HTTPException(404, "there is no such picture")
        content = whole(collection.standing(), item.pictures[number])
        if content is None:
            raise HTTPException(404, "the picture that the collection was begun with is not at hand")
        name, kind = file_name(collection.begun.benchmark, item.id, number, content)
        return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def transcript(self, request: Request) -> Response:
        """The transcript as a file."""
        collection = self._found(request)
        content = transcript(collection.begun, collection.standing())
        name = collection.name.encode("ascii", "replace").decode().replace("?", "-").replace('"', "-")
        disposition = f'attachment; filename="{name}.json"'
        return Response(content, media_type="application/json", headers={"Content-Disposition": disposition})

    def _found(self, request: Request) -> Collection:
        try:
            found = shelf.find(self._site.library, request.path_params["name"])
        except MossevalError as error:
            raise HTTPException(404, str(error)) from error
        if found is None:
            raise HTTPException(404, "there is no such collection")
        return found

    def _list(self, request: Request, fields: Mapping[str, str], told: str = "", status: int = 200) -> Response:
        asked = {name: fields.get(name, request.query_params.get(name, ""))[:500] for name in FIELDS}
        return self._site.page(
            request,
            "collect.html",
            status,
            lines=shelf.lines(self._site.library),
            benchmarks=list(BENCHMARKS.values()),
            asked=asked,
            told=told,
            exact=exact,
        )

    def _store(self, request: Request, fields: Mapping[str, str]) -> Response:
        collection, sample = self._found(request), fields.get("sample", "")
        try:
            told, at = _done(collection, fields)
        except Overtaken as other:
            text, number = fields.get("text", ""), other.entry.number if other.entry else 0
            note = _overtaken(other.entry)
            if _wants_json(request):
                return JSONResponse({"note": note, "seen": str(number)}, 409)
            return self._work(request, collection, sample, text=text, note=note, status=409)
        except MossevalError as error:
            if _wants_json(request):
                return JSONResponse({"note": _told(error)}, 400)
            return self._work(request, collection, sample, text=fields.get("text"), note=_told(error), status=400)
        self._write(collection)
        to = f"{href('collect', collection.name)}{_query(at)}"
        return JSONResponse({"to": to, **told}) if _wants_json(request) else RedirectResponse(to, 303)

    def _work(
        self,
        request: Request,
        collection: Collection,
        sample: str,
        *,
        text: str | None = None,
        note: str = "",
        status: int = 200,
    ) -> Response:
        work = work_of(collection, self._pictures, sample, text=text, note=note)
        if work is None:
            raise HTTPException(404, "the collection has no such sample")
        file = self._write(collection)
        return self._site.page(
            request,
            "collecting.html",
            status,
            work=work,
            begun=collection.begun,
            kinds=KINDS,
            badges=BADGES,
            exact=exact,
            commands=_commands(work, file, self._site.library.home) if file else [],
        )

    def _write(self, collection: Collection) -> Path | None:
        """Keeps the transcript beside the collection, for the commands alone; None where it cannot be written."""
        file = collection.path.with_suffix(".json")
        with self._writing, suppress(StorageFailed):
            write_whole(file, [transcript(collection.begun, collection.standing())])
            return file
        return None


FIELDS = ("benchmark", "model", "data", "by", "site", "shown_as", "note")
"""Of the form that begins a collection."""


def routes(site: Site) -> list[Route]:
    """The routes of collecting."""
    pages = Collecting(site)
    return [
        Route("/collect", pages.listed),
        Route("/collect", pages.begun, methods=["POST"]),
        Route("/collect/{name}", pages.shown),
        Route("/collect/{name}", pages.stored, methods=["POST"]),
        Route("/collect/{name}/picture/{number:int}", pages.picture),
        Route("/collect/{name}/transcript.json", pages.transcript),
    ]


def _commands(work: Work, file: Path, home: Path) -> list[str]:
    return commands(work.collection, work.standing, _short(file), _short(home))


def _wish(fields: Mapping[str, str]) -> Wish:
    data = fields.get("data", "").strip()
    return Wish(
        fields.get("benchmark", "").strip(),
        fields.get("model", "").strip(),
        Path(data).expanduser() if data else None,
        _about(fields),
    )


def _about(fields: Mapping[str, str]) -> About:
    return About(*(fields.get(name, "").strip() for name in ("by", "site", "shown_as", "note")))


def _done(collection: Collection, fields: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Does what a form says; what to tell the page, and the sample to go on with ('': the first that is left).

    Raises Overtaken, or MossevalError for what cannot be meant.
    """
    undo = fields.get("undo", "")
    if undo.isdecimal():
        entry = collection.take_back(int(undo[:15]))
        if entry is None:
            return {"told": "there was nothing to take back"}, fields.get("sample", "")
        return {"told": TAKEN_BACK, "sample": entry.said.sample, "text": entry.said.text}, entry.said.sample
    if fields.get("about"):
        collection.describe(_about(fields))
        return {"told": "stored"}, fields.get("sample", "")
    said = parse_said({**fields, "text": fields.get("text", "").replace("\r\n", "\n")})
    if said is None:
        raise HTTPException(400, "the form says nothing of a sample")
    seen = fields.get("seen", "")
    entry = collection.store(said, int(seen[:15]) if seen.isdecimal() else 0)
    return {"told": "stored", "number": str(entry.number)}, next_of(collection, said.sample)


def _overtaken(entry: Entry | None) -> str:
    if entry is None:
        return "Taken back elsewhere meanwhile. Your text is still here: press again to store it."
    return (
        f"Stored elsewhere meanwhile, as {KINDS[entry.said.kind]} at {entry.at[11:16]} UTC. Nothing of yours is stored "
        "yet, and your text is still here: press again to replace what stands."
    )


def _told(error: MossevalError) -> str:
    return f"{error}: {error.hint}" if error.hint else str(error)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _query(sample: str) -> str:
    return f"?{urlencode({'sample': sample})}" if sample else ""


def _short(path: Path) -> Path:
    """As it is named from the folder that the app was started in, where it lies there."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
