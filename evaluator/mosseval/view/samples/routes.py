"""The samples of a run: a grid or a list of those that fit the URL's filters, one sample, and its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mosseval.report.page.samples import WORDS, warning_of
from mosseval.values import items, mapping
from mosseval.view.library import Entry
from mosseval.view.pictures import Size
from mosseval.view.reading import Reading
from mosseval.view.run import AGAIN, AGAIN_RUNNING, opened
from mosseval.view.samples.answers import Answered, answered, excerpt
from mosseval.view.samples.index import Index
from mosseval.view.samples.links import sample_href, sample_named
from mosseval.view.samples.view import A_PAGE, SORTS, Selection, View, selected
from mosseval.view.site import Site, href
from mosseval.web.text import clipped, shown
from mosseval.web.thumbnails import NoThumbnail, Thumbnail

SHORT_QUESTION, LONG_QUESTION = 160, 5000
"""Characters of a question on a card, and on the sample's own page."""
MOST_PICTURES = 8
MOST_BADGES = 6
PLACEHOLDER = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="192" viewBox="0 0 256 192">'
    '<rect width="256" height="192" fill="#e9edf2"/><text x="128" y="100" font-family="sans-serif" font-size="13"'
    ' fill="#3a4553" text-anchor="middle">{}</text></svg>'
)


@dataclass(frozen=True, slots=True)
class Badge:
    """How one repeat ended."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """A sample among others, the `number`th of the run.

    `picture`: its URL; `placeholder` says why there is none. `said`, `why`: in a list.
    """

    number: int
    id: str
    url: str
    question: str
    picture: str
    placeholder: str
    badges: tuple[Badge, ...]
    more: int
    marks: tuple[str, ...]
    said: Markup | None
    why: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request of a run's samples is about."""

    entry: Entry
    reading: Reading
    index: Index
    view: View
    selection: Selection

    @property
    def warning(self) -> str:
        """Why texts and pictures are folded away; '' where they are not, or are shown already."""
        return "" if self.view.open else self.always_warned

    @property
    def always_warned(self) -> str:
        """The same, whatever the URL asks for."""
        manifest = self.index.read.folder.manifest
        return warning_of(manifest.task, manifest.config.benchmark)

    def row(self, number: int) -> Mapping[str, Any]:
        """A sample's row of `samples.jsonl`."""
        return self.index.read.folder.row(self.index.ids[number])

    def url(self, number: int | None) -> str:
        """The page of a sample, with the filters."""
        if number is None:
            return ""
        url, query = sample_href(self.entry.name, self.index.ids[number], self.reading), self.view.query()
        return f"{url}&{query[1:]}" if "?" in url and query else f"{url}{query}"


def routes(site: Site) -> list[Route]:
    """The routes of a run's samples."""

    def listed(request: Request) -> Response:
        about = _shown(site, request)
        numbers = about.selection.of_page(about.view.page)
        cards = [] if about.warning else [_card(site, about, number) for number in numbers]
        return site.page(request, "samples.html", **_values(about), cards=cards, **_pages(about))

    def sample(request: Request) -> Response:
        about = _shown(site, request)
        number = _number(request, about)
        place, before, after = about.selection.beside(number)
        back = about.view.with_page(1 if place is None else place // A_PAGE + 1)
        return site.page(
            request,
            "sample.html",
            **_values(about),
            id=about.index.ids[number],
            place=place,
            before=about.url(before),
            after=about.url(after),
            opened_url=replace(about, view=replace(about.view, open=True)).url(number),
            back=f"{href('runs', about.entry.name, 'samples')}{back.query()}#s{number}",
            pictures=[] if about.warning else _pictures(site, about, number),
            sample=None if about.warning else _answered(about, number),
        )

    def picture(request: Request) -> Response:
        _, reading = opened(site, request)
        name = sample_named(request.path_params["id"], request.query_params.get("n", ""), reading)
        if name is None or reading.read is None:
            raise HTTPException(404, "there is no such sample")
        images = _images(reading.read.folder.row(name))
        which = request.query_params.get("picture", "0")
        size: Size = "large" if request.query_params.get("size") == "large" else "small"
        if not which.isascii() or not which.isdecimal() or int(which[:3]) >= len(images):
            raise HTTPException(404, "the sample has no such picture")
        made = site.pictures.made(reading.read.folder.manifest, name, images[int(which[:3])], size)
        return _sent(made)

    return [
        Route("/runs/{name}/samples", listed),
        Route("/runs/{name}/samples/{id:path}", sample),
        Route("/runs/{name}/pictures/{id:path}", picture),
    ]


def _shown(site: Site, request: Request) -> Shown:
    entry, reading = opened(site, request)
    judges = tuple(reading.read.state.verdicts) if reading.read is not None else ()
    index = reading.index(request.query_params.get("judge"))
    assert index is not None
    view = View.of(request.query_params.multi_items(), index.names, judges)
    return Shown(entry, reading, index, view, selected(index, view))


def _values(about: Shown) -> dict[str, Any]:
    """What both pages show."""
    folder, running = about.index.read.folder, about.entry.being_written
    return {
        "entry": about.entry,
        "model": folder.manifest.config.model,
        "benchmark": folder.manifest.config.benchmark,
        "view": about.view,
        "selection": about.selection,
        "warning": about.warning,
        "always_warned": about.always_warned,
        "judge": about.index.judge,
        "judges": sorted(about.index.read.state.verdicts),
        "run_url": href("runs", about.entry.name),
        "samples_url": href("runs", about.entry.name, "samples"),
        "repeats": folder.manifest.repeats,
        "said": about.index.read.said,
        "again": AGAIN_RUNNING if running else AGAIN,
    }


def _pages(about: Shown) -> dict[str, Any]:
    """Where the pages of a selection lead."""
    selection, view = about.selection, about.view
    page = min(view.page, selection.pages)
    near = sorted({1, selection.pages, *(each for each in range(page - 2, page + 3) if 1 <= each <= selection.pages)})
    first = (page - 1) * A_PAGE
    return {
        "page": page,
        "first": first + 1,
        "last": min(first + A_PAGE, len(selection.numbers)),
        "near": [(each, view.with_page(each).query()) for each in near],
        "looks": [(look, replace(view, look=look).query()) for look in ("grid", "list")],
        "sorts": SORTS,
        "opened_url": replace(view, open=True).query(),
        "plain_url": View(judge=view.judge, look=view.look, open=view.open).query() or "?",
    }


def _card(site: Site, about: Shown, number: int) -> Card:
    index, name, row = about.index, about.index.ids[number], about.row(number)
    rows, images = index.ended[number].rows, _images(row)
    at_hand = bool(images) and site.pictures.at_hand(index.read.folder.manifest, name, images[0])
    said, why = excerpt(index, number) if about.view.look == "list" else (None, "")
    return Card(
        number=number,
        id=name,
        url=about.url(number),
        question=clipped(row["question"], SHORT_QUESTION),
        picture=_picture_url(about, name, images, 0, "small") if at_hand else "",
        placeholder="no picture" if not images else "not at hand",
        badges=tuple(Badge(each.kind, WORDS.get(each.kind, each.kind)) for each in rows[:MOST_BADGES]),
        more=max(0, len(rows) - MOST_BADGES),
        marks=tuple(sorted(index.ended[number].only)),
        said=said,
        why=why,
    )


def _picture_url(about: Shown, name: str, images: list[Mapping[str, Any]], which: int, size: Size) -> str:
    """Another one where the run says another file, so that browsers may keep it."""
    url = sample_href(about.entry.name, name, about.reading, "pictures")
    version = images[which].get("sha256")
    version = version[:16] if isinstance(version, str) and version.isalnum() else ""
    return f"{url}{'&' if '?' in url else '?'}picture={which}&size={size}&v={version}"


def _pictures(site: Site, about: Shown, number: int) -> list[tuple[str, str]]:
    """The pictures of a sample's page: small and large; '' where there is no file."""
    name, images = about.index.ids[number], _images(about.row(number))
    manifest = about.index.read.folder.manifest
    return [
        (_picture_url(about, name, images, which, "small"), _picture_url(about, name, images, which, "large"))
        if site.pictures.at_hand(manifest, name, images[which])
        else ("", "")
        for which in range(len(images))
    ]


def _images(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = items(row.get("images")) or [row.get("image")]
    return [mapping(each) for each in found if isinstance(each, dict)][:MOST_PICTURES]


def _answered(about: Shown, number: int) -> Answered:
    row = about.row(number)
    tags = [*_tags(about, row)]
    return answered(about.index, number, shown(row["question"], LONG_QUESTION), row.get("expected") or "", tuple(tags))


def _tags(about: Shown, row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each tag's name, its value, and the filter that it is."""
    for name, found in row["tags"].items():
        for each in found if isinstance(found, list) else [found]:
            value = str(each).lower() if isinstance(each, bool) else str(each)
            query = View(judge=about.view.judge, chosen={f"tag.{name}": (value,)}, open=about.view.open).query()
            yield name, value, f"{href('runs', about.entry.name, 'samples')}{query}"


def _number(request: Request, about: Shown) -> int:
    name = sample_named(request.path_params["id"], request.query_params.get("n", ""), about.reading)
    if name is None:
        raise HTTPException(404, "there is no such sample in this run")
    return about.index.numbers[name]


def _sent(made: Thumbnail | NoThumbnail) -> Response:
    if isinstance(made, Thumbnail):
        kept = {"Cache-Control": "private, max-age=86400, immutable"}
        return Response(made.content, media_type="image/webp", headers=kept)
    return Response(str(PLACEHOLDER.format(escape(clipped(shown(made.why), 40)))), media_type="image/svg+xml")
