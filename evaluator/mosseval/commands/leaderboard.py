"""`mosseval leaderboard`: a static site of runs."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mosseval.commands.onward import able
from mosseval.errors import MissingExtra, UsageError
from mosseval.place import Place
from mosseval.terminal import one_line

TITLE = "Over-refusal leaderboard"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: one field a flag. `samples` bounds those shown of a benchmark; 0 leaves them out."""

    out: Path
    data: tuple[Path, ...]
    judge: str | None
    samples: int
    title: str


def write_leaderboard(paths: tuple[Place, ...], wish: Wish) -> None:
    """Writes the site and says what was written, and how to look at it."""
    if not able("leaderboard"):
        raise MissingExtra("report", "mosseval leaderboard")
    _check(paths, wish)
    # That it builds a list of fonts the first time, or has no place for it, is nothing that a reader can use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from mosseval.commands.sources import read_sources
    from mosseval.export.licence import licence_of
    from mosseval.leaderboard.site import write_site

    sources = read_sources(paths, wish.judge)
    title = wish.title.strip() or TITLE
    written = write_site(sources, wish.out, title=title, data=wish.data, samples=wish.samples)
    runs = "1 run" if len(paths) == 1 else f"{len(paths)} runs"
    _say(
        f"leaderboard: {wish.out / 'index.html'} ({runs}, {len(written.pages)} pages, {written.files} files, "
        f"{written.bytes / 1e6:.1f} MB; no page is larger than {written.largest_page / 1e6:.2f} MB)"
    )
    kept = [name for name in written.samples if not licence_of(name).passed_on]
    if kept:
        _say(
            f"note: mosseval does not know whether the questions and pictures of {', '.join(kept)} may be passed on: "
            "publish the site only where you may, or write it with --no-samples"
        )
    _say(
        f"next: open {shlex.quote(str(wish.out / 'index.html'))} in a browser, or copy the folder to any web server; "
        f"to try that: python3 -m http.server --directory {shlex.quote(str(wish.out))} 8000"
    )


def _check(paths: Sequence[Place], wish: Wish) -> None:
    from mosseval.leaderboard.folder import check

    for folder in wish.data:
        if not folder.exists():
            raise UsageError(f"--data {folder} is not there", hint="name what `mosseval run --data` was given")
    for path in paths:
        if isinstance(path, Path) and wish.out.resolve().is_relative_to(path.resolve()):
            raise UsageError(f"--out {wish.out} lies in the folder of a run", hint="name a place outside it")
    check(wish.out)


def _say(line: str) -> None:
    sys.stdout.write(f"{one_line(line, 2000)}\n")
