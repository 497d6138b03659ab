"""The runs of a folder, by name: what a URL names is looked up among them, never opened as a path."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mosseval.errors import UsageError

MOST = 5000
"""Folders that are looked at."""
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One run: its folder's name, which no other one has, and where it lies."""

    name: str
    path: Path

    def stamp(self) -> Stamp:
        """Name, size and time of the files that say what the run says: changes when they do, is empty without."""
        try:
            return tuple(sorted(_stamps(self.path)))
        except OSError:
            return ()

    @property
    def being_written(self) -> bool:
        """Whether a process holds one of its shards."""
        try:
            return any(_held(file) for file in self.path.glob("shard-*.lock"))
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Library:
    """The runs that lie in `root`, or `root` alone where it is one itself."""

    root: Path

    @classmethod
    def of(cls, root: Path) -> Library:
        """Raises UsageError where there is no such folder."""
        if not root.is_dir():
            raise UsageError(
                f"{root} is no folder that is there",
                hint="`mosseval run` writes runs into ./runs; one of an object store comes here with `mosseval merge`",
            )
        return cls(root.resolve())

    @property
    def single(self) -> bool:
        """Whether the folder is a run itself."""
        return (self.root / "run.json").is_file()

    @property
    def home(self) -> Path:
        """The folder that runs and what people write lie in."""
        return self.root.parent if self.single else self.root

    def entries(self) -> list[Entry]:
        """Every run, by name."""
        return [Entry(self.root.name, self.root)] if self.single else sorted(self._found(), key=lambda each: each.name)

    def find(self, name: str) -> Entry | None:
        """The run of that name."""
        if self.single:
            return next((entry for entry in self.entries() if entry.name == name), None)
        found = name if name.isprintable() and name in os.listdir(self.root) else None
        return Entry(found, self.root / found) if found and _is_run(self.root / found) else None

    def _found(self) -> Iterator[Entry]:
        with os.scandir(self.root) as folders:
            for number, each in enumerate(folders):
                if number >= MOST:
                    return
                path = self.root / each.name
                # A folder's name that is no text could not stand in a URL.
                if each.is_dir() and _is_run(path) and each.name.isprintable():
                    yield Entry(each.name, path)


def _is_run(path: Path) -> bool:
    try:
        return (path / "run.json").is_file()
    except OSError:
        return False


def _stamps(path: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(path) as files:
        for each in files:
            if each.name.endswith((".json", ".jsonl")):
                with suppress(FileNotFoundError):
                    status = each.stat(follow_symlinks=False)
                    yield each.name, status.st_size, status.st_mtime_ns


def _held(file: Path) -> bool:
    """Whether somebody has the lock; it is tried as a reader and given back at once."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
