"""What every page is handed, and how it is rendered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mosseval.report.page.environment import equipped
from mosseval.version import __version__
from mosseval.view.figures import Figures
from mosseval.view.guard import Token
from mosseval.view.library import Entry, Library
from mosseval.view.pictures import RunPictures
from mosseval.view.shelf import Shelf
from mosseval.web.page import asset, templates

PACKAGE, SHARED = "mosseval.view", "mosseval.report.page"
ASSETS: Mapping[str, str] = {
    **{"look.css": "mosseval.web", "theme.js": "mosseval.web"},
    **{"view.css": PACKAGE, "live.js": PACKAGE},
    **{"report.css": SHARED, "run.css": PACKAGE, "run.js": PACKAGE},
    **{"samples.css": PACKAGE, "samples.js": PACKAGE},
    **{"annotate.css": PACKAGE, "annotate.js": PACKAGE},
    **{"collect.css": PACKAGE, "collect.js": PACKAGE, "compare.css": PACKAGE, "compare.js": PACKAGE},
}
"""What the app serves beside its pages, each from its package; pages add their own here."""

WARMED = 8
"""Runs that are read before anybody asks for them."""


@dataclass(frozen=True)
class Site:
    """The app's parts. `data`: the folder that pictures are looked for in, where the reader names one."""

    library: Library
    data: Path | None = None
    shelf: Shelf = field(default_factory=Shelf)
    token: Token = field(default_factory=Token)
    figures: Figures = field(default_factory=Figures)

    @cached_property
    def pictures(self) -> RunPictures:
        """The pictures of samples."""
        return RunPictures(self.data)

    @cached_property
    def environment(self) -> Environment:
        """The templates."""
        return _environment(self.figures)

    def warm(self) -> None:
        """Reads the newest runs and loads what takes long to load, so that the first reader need not wait for it."""
        newest = sorted(self.library.entries(), key=_written, reverse=True)[:WARMED]
        for entry in newest:
            self.shelf.reading(entry).index(None)
        import_module("mosseval.web.figures.inline")

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """The page; only its part that changes where the request asks for that (`?part=live`), 304 where it did not.

        `template` extends `base.html`. What changes while a run is written is a template of its own that it includes
        into its element `live`: NAME.live.html for NAME.html. `again`: seconds until the page asks for it again.
        """
        live = request.query_params.get("part") == "live" and status == 200
        made = self.environment.get_template(template.replace(".html", ".live.html") if live else template)
        body = made.render(**values, token=self.token.value, request_path=request.url.path)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-store", "X-Mosseval-Again": str(values.get("again", ""))}
        if live and request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(body, status, headers)


def _written(entry: Entry) -> int:
    return max((at for _, _, at in entry.stamp()), default=0)


def href(*parts: str) -> str:
    """A path of the app: each part is one segment, whatever it holds."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _environment(figures: Figures) -> Environment:
    made = equipped(templates(PACKAGE, SHARED), figures.at_once)
    versions = {name: hashlib.sha256(asset(name, where).encode()).hexdigest()[:12] for name, where in ASSETS.items()}
    made.globals.update(
        version=__version__,
        href=href,
        asset_url=lambda name: f"/assets/{versions[name]}/{name}",
    )
    return made
