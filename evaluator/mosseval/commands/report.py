"""`mosseval report`: a page, figures or tables of runs."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mosseval.commands.onward import able, after_report
from mosseval.commands.output import kept_quiet
from mosseval.errors import MissingExtra, UsageError
from mosseval.place import Place
from mosseval.terminal import one_line

if TYPE_CHECKING:
    from mosseval.report.page.document import Report

FIGURES = ("png", "svg", "pdf")
TABLES = ("markdown", "latex")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. `out` None: the format's own place; `samples` bounds those that a page shows."""

    out: Path | None
    format: str
    data: Path | None
    judge: str | None
    samples: int
    title: str


def write_report(paths: tuple[Place, ...], wish: Wish) -> None:
    """Writes the report and says what was written, and what to do next."""
    if wish.format not in ("html", *FIGURES, *TABLES):
        raise UsageError(f"there is no format {wish.format!r}", hint=f"html, {', '.join((*FIGURES, *TABLES))}")
    if not able("report"):
        raise MissingExtra("report", "mosseval report")
    if wish.data is not None and not wish.data.exists():
        raise UsageError(f"--data {wish.data} is not there", hint="name what `mosseval run --data` was given")
    # That it builds a list of fonts the first time, or has no place for it, is nothing that a reader can use.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    report = _read(paths, wish.judge)
    if wish.format == "html":
        _write_page(report, paths, wish)
    elif wish.format in FIGURES:
        _write_figures(report, wish)
    else:
        _write_tables(report, wish)


def _read(paths: Sequence[Place], judge: str | None) -> Report:
    from mosseval.commands.sources import read_sources
    from mosseval.report.page.document import Report

    return Report.of(read_sources(paths, judge))


def _write_page(report: Report, paths: Sequence[Place], wish: Wish) -> None:
    from mosseval.report.page.document import as_page

    file = wish.out or Path("report.html")
    page = as_page(report, title=wish.title, data=wish.data, samples=wish.samples).encode()
    _write(file, page)
    runs = "1 run" if len(paths) == 1 else f"{len(paths)} runs"
    _say(f"report: {file} ({runs}, {len(page) / 1e6:.2f} MB; open it in a browser, it needs nothing else)")
    _say(after_report(paths))


def _write_figures(report: Report, wish: Wish) -> None:
    from mosseval.web.figures.files import drawn

    folder = wish.out or Path("figures")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="figures are several files: name a folder with --out")
    for chart in report.charts:
        file = folder / f"{chart.name}.{wish.format}"
        _write(file, drawn(chart, wish.format))
        _say(f"figure: {file} ({chart.title})")


def _write_tables(report: Report, wish: Wish) -> None:
    from mosseval.report import latex

    if wish.format == "latex":
        text = latex.document(report.sheets)
    else:
        text = "\n\n".join(sheet.as_markdown() for sheet in report.sheets) + "\n"
    if wish.out is None:
        with kept_quiet():
            sys.stdout.write(text)
        return
    _write(wish.out, text.encode())
    _say(f"tables: {wish.out} ({len(report.sheets)} tables)")


def _write(file: Path, content: bytes) -> None:
    """Replaces the file in one step; UsageError where it cannot be written."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise UsageError(f"cannot write {file}: {error.strerror}", hint="name another place with --out") from error


def _say(line: str) -> None:
    sys.stdout.write(f"{one_line(line, 2000)}\n")
