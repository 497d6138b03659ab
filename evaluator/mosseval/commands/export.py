"""`mosseval export`: a run in the forms that others read, and that `import` reads back."""

from __future__ import annotations

import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import IO

from mosseval.answer_rows import AnswerRow
from mosseval.commands.onward import after_export
from mosseval.errors import UsageError
from mosseval.export import hf, inspect, submission, tables
from mosseval.export.place import whole_file, whole_folder
from mosseval.export.run import ExportedRun, opened
from mosseval.place import Place
from mosseval.terminal import one_line

FOLDER = "hf"
LISTED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}[:-]\d{2}[:-]\d{2}")
"""How the name of a `.json` begins that inspect's viewer lists."""
Writer = Callable[[ExportedRun, IO[bytes]], Counter[str]]


def _table(write: Callable[[Iterable[AnswerRow], IO[bytes]], None]) -> Writer:
    def written(run: ExportedRun, file: IO[bytes]) -> Counter[str]:
        write(run.rows(), file)
        return Counter()

    return written


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "submission": submission.write,
        "csv": _table(tables.write_csv),
        "jsonl": _table(tables.write_jsonl),
        "parquet": _table(tables.write_parquet),
        "inspect": inspect.write,
    }
)
"""Formats of one file."""
FORMATS = (*WRITERS, FOLDER)
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("submission", "inspect"), ".json"), **{name: f".{name}" for name in ("csv", "jsonl", "parquet")}}
)
"""What `import` knows a format by."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported: one field a flag."""

    run: Place
    format: str
    out: Path
    judge: str | None
    force: bool
    images: bool
    data: Path | None


def export_run(order: Order) -> None:
    """Exports, and says what was written, what is not in it, and what to do with it."""
    _check(order)
    with opened(order.run, order.judge) as run:
        if order.format == "inspect" and order.out.is_dir():
            order = replace(order, out=order.out / inspect.file_name(run))
        if order.format == FOLDER:
            with whole_folder(order.out, force=order.force) as folder:
                told = hf.write(run, folder, images=order.images, data=order.data)
        else:
            with whole_file(order.out, force=order.force) as file:
                told = WRITERS[order.format](run, file)
        _say(f"{len(run.summary.rows)} rows of {order.run} written to {order.out} ({order.format})")
        for what, number in sorted((Counter(told) + Counter(run.left)).items()):
            _say(f"{what}: {number}")
        sys.stderr.write(f"next: {one_line(_next(order, run), 1000)}\n{after_export(order.run)}\n")


def _check(order: Order) -> None:
    if order.format not in FORMATS:
        raise UsageError(f"there is no format {order.format!r}", hint=", ".join(FORMATS))
    wanted = None if order.format == "inspect" and order.out.is_dir() else SUFFIXES.get(order.format)
    if wanted and order.out.suffix.lower() != wanted:
        raise UsageError(f"--out {order.out}: a file of this format ends in {wanted}", hint=f"--out NAME{wanted}")
    if isinstance(order.run, Path) and order.out.resolve().is_relative_to(order.run.resolve()):
        raise UsageError(f"--out {order.out} lies in the run's own folder", hint="name a place outside it")
    if order.images and order.format != FOLDER:
        raise UsageError("--images belongs to --format hf", hint="the other formats name the pictures")


def _next(order: Order, run: ExportedRun) -> str:
    """The command that one may want now."""
    config = run.manifest.config
    if order.format == FOLDER:
        return f"read {order.out / hf.CARD}, then: datasets.load_dataset({str(order.out)!r}, 'answers')"
    if order.format == "inspect":
        listed = LISTED.match(order.out.name) is not None
        why = (
            "inspect_ai's viewer"
            if listed
            else "which lists it once its name begins with a time: --out FOLDER names it"
        )
        return f"inspect view --log-dir {shlex.quote(str(order.out.parent))} ({why})"
    again = order.out.with_name(f"{order.out.stem}-again")
    words = ("mosseval", "import", order.out, "-b", config.benchmark, "-m", config.model, "--out", again)
    return " ".join(shlex.quote(str(each)) for each in words)


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {one_line(message, 400)}\n")
