"""The collections of a folder of runs, by name: what a URL names is looked up among them, never opened as a path."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mosseval.collection import Collection, Standing
from mosseval.collection.beginning import FOLDER
from mosseval.collection.file import SUFFIX
from mosseval.errors import DataError
from mosseval.view.library import Library

MOST = 500
"""Files that are looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """One collection in the list; `trouble` says why it cannot be read, and then there are no figures."""

    name: str
    benchmark: str = ""
    model: str = ""
    done: int = 0
    left: int = 0
    skipped: int = 0
    at: str = ""
    trouble: str = ""


def names(library: Library) -> list[str]:
    """The names of all collections, in order. A link is none: a stranger's folder must not lead elsewhere."""
    folder = library.home / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        return []
    with os.scandir(folder) as files:
        found = [each.name for each in files if _is_one(each)]
    return sorted(name.removesuffix(SUFFIX) for name in found)[:MOST]


def find(library: Library, name: str) -> Collection | None:
    """The collection of that name, None where there is none. Raises DataError where it cannot be read."""
    return Collection.open(path_of(library, name)) if name in names(library) else None


def path_of(library: Library, name: str) -> Path:
    """Where a collection of the list lies."""
    return library.home / FOLDER / f"{name}{SUFFIX}"


def lines(library: Library) -> list[Line]:
    """What each collection says of itself."""
    return [_line(library, name) for name in names(library)]


def left(collection: Collection, standing: Standing) -> list[str]:
    """The ids of the samples that can be asked and have no entry, in order."""
    return [item.id for item in collection.begun.items if item.unusable is None and standing.of(item.id) is None]


def _line(library: Library, name: str) -> Line:
    try:
        collection = Collection.open(path_of(library, name))
        standing = collection.standing()
    except DataError as error:
        return Line(name, trouble=str(error))
    known = {item.id for item in collection.begun.items}
    kinds = [entry.said.kind for sample, entry in standing.entries.items() if sample in known]
    latest = standing.latest
    return Line(
        name,
        collection.begun.benchmark,
        collection.begun.model,
        done=sum(kind != "skipped" for kind in kinds),
        left=len(left(collection, standing)),
        skipped=kinds.count("skipped"),
        at=latest.at if latest else collection.begun.begun_at,
    )


def _is_one(file: os.DirEntry[str]) -> bool:
    return file.is_file(follow_symlinks=False) and file.name.endswith(SUFFIX) and file.name.isprintable()
