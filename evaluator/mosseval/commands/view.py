"""`mosseval view`: the local web app."""

from __future__ import annotations

import logging
import sys
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

from mosseval.errors import MissingExtra, UsageError
from mosseval.terminal import one_line

NEEDS = ("jinja2", "matplotlib", "starlette", "uvicorn")


def show(root: Path, *, port: int | None, browser: bool, data: Path | None = None) -> None:
    """Serves the runs of a folder until it is interrupted; says where, and opens a browser."""
    if any(find_spec(package) is None for package in NEEDS):
        raise MissingExtra("view", "mosseval view")
    from mosseval.view.app import create_app
    from mosseval.view.library import Library
    from mosseval.view.server import listening, serve, url_of
    from mosseval.view.site import Site

    # That it builds a list of fonts the first time, or has no place for it, is nothing that a reader can use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if data is not None and not data.exists():
        raise UsageError(f"--data {data} is not there", hint="name what `mosseval run --data` was given")
    library = Library.of(root)
    site = Site(library, data)
    taken = listening(port)
    url = url_of(taken)

    def ready() -> None:
        _say(f"view: {url} ({len(library.entries())} runs of {root}; Ctrl-C ends it)")
        if browser:
            # What a browser does until it is there must not keep the server waiting.
            Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        Thread(target=site.warm, daemon=True).start()

    try:
        serve(create_app(site), taken, ready)
    finally:
        site.pictures.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{one_line(line, 2000)}\n")
    sys.stdout.flush()
