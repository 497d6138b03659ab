"""`mosseval view`: the local web app."""

from __future__ import annotations

import logging
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from mosseval.commands.onward import able, onward
from mosseval.errors import MissingExtra, UsageError
from mosseval.terminal import one_line

if TYPE_CHECKING:
    from mosseval.view.library import Entry, Library


@dataclass(frozen=True, slots=True)
class Collecting:
    """What is to be collected: one field a flag."""

    benchmark: str
    model: str
    data: Path | None


def show(
    root: Path, *, port: int | None, browser: bool, data: Path | None = None, collecting: Collecting | None = None
) -> None:
    """Serves the runs of a folder until it is interrupted; says where, and opens a browser.

    With `collecting` it begins that collection, or goes on with it, and opens there; the folder is made for it. `data`:
    where pictures are looked for, beside what the runs name.
    """
    if not able("view"):
        raise MissingExtra("view", "mosseval view")
    from mosseval.view.app import create_app
    from mosseval.view.library import Library
    from mosseval.view.server import listening, serve, url_of
    from mosseval.view.site import Site

    # That it builds a list of fonts the first time, or has no place for it, is nothing that a reader can use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if data is not None and not data.exists():
        raise UsageError(f"--data {data} is not there", hint="name what `mosseval run --data` was given")
    if collecting is not None:
        _make(root)
    library = Library.of(root)
    page = _page_of(library, collecting) if collecting is not None else ""
    site = Site(library, data)
    runs = library.entries()
    newest = max(runs, key=_written).name if runs else None
    first = root if library.single else root / newest if newest else None
    taken = listening(port)
    url = url_of(taken)

    def ready() -> None:
        _say(f"view: {url} ({len(runs)} {'run' if len(runs) == 1 else 'runs'} of {root}; Ctrl-C ends it)")
        if page:
            _say(f"collect: {url}{page}")
        if first is not None:
            _say(f"{onward('annotate', first)} (or Annotate on the page; Collect there is for a model without an API)")
        if browser:
            # What a browser does until it is there must not keep the server waiting.
            Thread(target=webbrowser.open, args=(url + page,), daemon=True).start()
        Thread(target=site.warm, daemon=True).start()

    try:
        serve(create_app(site), taken, ready)
    finally:
        site.pictures.close()


def _written(entry: Entry) -> float:
    """When a run was last gone on with; one that has just been taken away comes last."""
    try:
        return (entry.path / "run.json").stat().st_mtime
    except OSError:
        return 0.0


def _page_of(library: Library, wanted: Collecting) -> str:
    """The page of the collection that is wanted, as a path without its first slash."""
    from mosseval.collection import Wish, begin
    from mosseval.view.site import href

    return href("collect", begin(library.home, Wish(wanted.benchmark, wanted.model, wanted.data)).name)[1:]


def _make(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {root}: {error.strerror}", hint="name another one") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{one_line(line, 2000)}\n")
    sys.stdout.flush()
