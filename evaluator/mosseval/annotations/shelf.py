"""A folder of journals: read as they grow, appended to one line at a time, by any number of processes at once."""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mosseval.annotations.acts import Act, Undo
from mosseval.annotations.book import Book, Standing
from mosseval.annotations.places import check_real, journal_name
from mosseval.errors import MossevalError, RunBusy, UsageError
from mosseval.store.lines import Appender, objects_in, settle, storage_failed

PATIENCE_S = 10.0
POLL_S = 0.02
LARGEST_JOURNAL = 256 * 1024 * 1024


class Overtaken(MossevalError):
    """Another window of the same person was there first: `standing` is what stands now (None: nothing any more)."""

    def __init__(self, standing: Act | None) -> None:
        super().__init__("this answer was labelled in another window meanwhile", hint="look again, then decide")
        self.standing = standing


class Journal:
    """One file, read from where the last reading ended. What follows its last line end is not read: it may be torn."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._inode = 0

    def new(self) -> tuple[bool, list[dict[str, Any]]]:
        """Whether the file is another than before (all of it is read again), and its lines since the last time."""
        with _opened(self._file) as descriptor:
            if descriptor is None:
                return self._read > 0, []
            status = os.fstat(descriptor)
            another = self._inode not in (0, status.st_ino) or status.st_size < self._read
            if another:
                self._read = 0
            self._inode = status.st_ino
            if status.st_size == self._read:
                return another, []
            content = os.pread(descriptor, min(status.st_size, LARGEST_JOURNAL) - self._read, self._read)
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        return another, list(objects_in(whole.splitlines()))


class Shelf:
    """The journals in one folder, `path`, which need not be there yet. May be used from several threads.

    A label is on the disk (fsync) when `give` returns. Raises UsageError where something in the folder is no plain
    file, StorageFailed where it cannot be written, RunBusy where another process holds a journal for too long.
    """

    def __init__(self, path: Path, *, within: bool = False) -> None:
        self.path = path
        self._within = within
        self._journals: dict[str, Journal] = {}
        self._book = Book()
        self._mutex = threading.RLock()

    def standing(self) -> Standing:
        """What stands now, by all journals."""
        with self._mutex:
            self._refresh()
            return self._book.standing()

    def give(self, act: Act, *, seen: str | None) -> Act:
        """Writes an act. `seen` is the entry that its writer saw standing in its place; where another stands by now
        nothing is written and Overtaken is raised. The same entry again is written once: ask again when in doubt.
        """
        with self._mutex, self._writing(act.rater) as file:
            known = self._book.act(act.entry)
            if known is not None:
                return known
            standing = self._book.standing()
            there = standing.acts.get(act.slot)
            if (there.entry if there else None) != seen:
                raise Overtaken(there)
            given = replace(act, at=_after(standing, act.rater), replaces=seen)
            self._append(file, given.document())
            return given

    def undo(self, rater: str, entry: str, *, name: str) -> Act | None:
        """Takes the act `entry` of a person back, by an undo called `name`; returns it. None where it is not theirs."""
        with self._mutex, self._writing(rater) as file:
            act = self._book.act(entry)
            if act is None or act.rater != rater:
                return None
            if not self._book.is_undone(act):
                at = _after(self._book.standing(), rater)
                self._append(file, Undo(name, at, rater, entry).document())
            return act

    def _refresh(self) -> None:
        check_real(self.path, within=self._within)
        names = sorted(each.name for each in self.path.glob("*.jsonl")) if self.path.is_dir() else []
        gone = set(self._journals) - set(names)
        found = []
        for name in names:
            journal = self._journals.setdefault(name, Journal(self.path / name))
            another, lines = journal.new()
            found.append(lines)
            if another:
                gone.add(name)
        if gone:
            self._journals = {}
            self._book = Book()
            found = [self._journals.setdefault(name, Journal(self.path / name)).new()[1] for name in names]
        for lines in found:
            if lines:
                self._book.take(lines)

    def _append(self, file: Path, document: dict[str, Any]) -> None:
        with Appender(file) as lines:
            lines.append(document)
            lines.sync()
        self._book.take([document])

    @contextmanager
    def _writing(self, rater: str) -> Iterator[Path]:
        """Holds the lock of a person's journal, all of what is on the shelf read."""
        check_real(self.path, within=self._within)
        file = self.path / journal_name(rater)
        try:
            made = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        except OSError as error:
            raise storage_failed(file, error) from error
        try:
            _check_plain(descriptor, file)
            _lock(descriptor, file)
            if made or os.fstat(descriptor).st_size == 0:
                _settle_folder(self.path)
            self._refresh()
            yield file
        finally:
            os.close(descriptor)


def _lock(descriptor: int, file: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise RunBusy(f"{file} is being written by another process", hint="try again") from None
            time.sleep(POLL_S)
        else:
            return


def _settle_folder(path: Path) -> None:
    """A new file's name is on the disk too."""
    try:
        settle(path)
    except OSError as error:
        raise storage_failed(path, error) from error


@contextmanager
def _opened(file: Path) -> Iterator[int | None]:
    """A plain file for reading; None where there is none. Neither a link nor a pipe is followed or waited for."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise UsageError(f"{file} cannot be read as labels: {error.strerror}") from error
    try:
        _check_plain(descriptor, file)
        yield descriptor
    finally:
        os.close(descriptor)


def _check_plain(descriptor: int, file: Path) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise UsageError(f"{file} is no plain file", hint="move it away: journals of labels lie in this folder")


def _after(standing: Standing, rater: str) -> str:
    """Now, in UTC; later than the person's last act, also where a clock was set back."""
    now = datetime.now(UTC)
    last = max((act.at for slot, act in standing.acts.items() if slot.rater == rater), default="")
    text = now.isoformat(timespec="microseconds")
    if text > last:
        return text
    try:
        return (datetime.fromisoformat(last) + timedelta(microseconds=1)).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return text
