"""The file of a collection: begun once, read whole, appended to under its lock by whichever process has something."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from mosseval.collection.begun import MARK, About, Begun, about, parse
from mosseval.collection.entries import Entry, Said, Standing, said_line, standing
from mosseval.errors import DataError, UsageError
from mosseval.store.lines import objects_in, settle, storage_failed

SUFFIX = ".jsonl"
LARGEST = 256 * 1024 * 1024
"""Bytes of a collection: it is read whole."""


class Overtaken(Exception):
    """The sample has another entry than the one that the collector saw: `entry`, None where it was taken back."""

    def __init__(self, entry: Entry | None) -> None:
        super().__init__("the sample was changed elsewhere")
        self.entry = entry


class Collection:
    """One collection. `begun` is its first line; everything else is read anew whenever it is asked for."""

    def __init__(self, path: Path, begun: Begun) -> None:
        self.path = path
        self.begun = begun

    @classmethod
    def create(cls, path: Path, begun: Begun) -> Collection:
        """Begins one. Raises FileExistsError where the file is there, UsageError where it cannot be written."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(orjson.dumps(begun.document(), option=orjson.OPT_APPEND_NEWLINE))
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, never replaces what another process began meanwhile.
            os.link(draft, path)
            settle(path.parent)
        except FileExistsError:
            raise
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}", hint="name another folder of runs") from error
        finally:
            draft.unlink(missing_ok=True)
        return cls(path, begun)

    @classmethod
    def open(cls, path: Path) -> Collection:
        """The collection in a file. Raises DataError where it holds none."""
        try:
            if path.stat().st_size > LARGEST:
                raise DataError(f"{path} is larger than {LARGEST >> 20} MiB", hint="move it away")
            with path.open("rb") as file:
                first = orjson.loads(file.readline())
            if not isinstance(first, dict) or MARK not in first:
                raise ValueError("its first line begins none")
            return cls(path, parse(first))
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise DataError(f"{path} is no collection that can be read: {error}", hint="move it away") from error

    @property
    def name(self) -> str:
        """What it is called: its file's name without the suffix."""
        return self.path.name.removesuffix(SUFFIX)

    def standing(self) -> Standing:
        """What stands now. Raises DataError where the file is gone."""
        try:
            with self.path.open("rb") as file:
                return self._standing(file.read())
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}") from error

    def store(self, said: Said, seen: int | None) -> Entry:
        """Stores what was said of a sample; it is on the disk when this returns.

        `seen` is the number of the entry that the collector saw for the sample (0: none); None replaces whatever
        stands. Raises Overtaken where another stands, UsageError for a sample that there is not or a text that cannot
        be meant, StorageFailed where the disk is full. What was stored already under the same nonce is not stored
        again.
        """
        said = said.checked()
        item = next((each for each in self.begun.items if each.id == said.sample), None)
        if item is None:
            raise UsageError(f"the collection has no sample {said.sample[:60]!r}")
        if item.unusable is not None:
            raise UsageError(f"{item.id} cannot be asked: {': '.join(item.unusable)}")
        with self._locked() as append:
            now = self.standing()
            stands = now.of(said.sample)
            if stands is not None and said.nonce and stands.said == said:
                return stands
            if seen is not None and seen != (stands.number if stands else 0):
                raise Overtaken(stands)
            at = _now()
            append(said_line(now.last + 1, at, said))
            return Entry(now.last + 1, at, said, now.about)

    def take_back(self, number: int) -> Entry | None:
        """Takes an entry back and returns it, None where it does not stand; what it had replaced stands again."""
        with self._locked() as append:
            now = self.standing()
            found = next((each for each in now.entries.values() if each.number == number), None)
            if found is not None:
                append({"n": now.last + 1, "at": _now(), "undo": number})
            return found

    def describe(self, words: About) -> None:
        """Says anew who collects where; it holds for entries from now on."""
        clean = about(asdict(words))
        with self._locked() as append:
            now = self.standing()
            if clean != now.about:
                append({"n": now.last + 1, "at": _now(), "about": asdict(clean)})

    def move(self, roots: tuple[str, ...]) -> None:
        """Says anew in which folders the pictures lie; only the very files that it began with are shown."""
        with self._locked() as append:
            now = self.standing()
            if roots and roots != now.roots:
                append({"n": now.last + 1, "at": _now(), "roots": list(roots)})

    def _standing(self, content: bytes) -> Standing:
        lines = objects_in(content.splitlines()[1:])
        return standing(lines, self.begun.about, self.begun.roots)

    @contextmanager
    def _locked(self) -> Iterator[Callable[[Mapping[str, Any]], None]]:
        """Holds the file's lock; what is appended is on the disk before the lock is given back."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except OSError as error:
            raise storage_failed(self.path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield lambda document: self._append(descriptor, document)
        finally:
            os.close(descriptor)

    def _append(self, descriptor: int, document: Mapping[str, Any]) -> None:
        line = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
        size = os.fstat(descriptor).st_size
        try:
            # A torn last line was never promised to anybody; it must not swallow this one.
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                line = b"\n" + line
            written = os.write(descriptor, line)
            while written < len(line):
                written += os.write(descriptor, line[written:])
            os.fsync(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, size)
            raise storage_failed(self.path, error) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
