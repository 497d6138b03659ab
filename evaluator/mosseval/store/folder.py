"""The folder of one run: opened for writing under a command's configuration, or read as it lies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from mosseval.errors import UsageError
from mosseval.store import lock
from mosseval.store.base import Run
from mosseval.store.lines import Appender, read_lines, storage_failed, write_whole
from mosseval.store.manifest import Manifest, mismatch, parse


class RunFolder(Run):
    """A run in a folder of its own, `path`."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.name = str(path)
        self.manifest = manifest

    @classmethod
    def read(cls, path: Path) -> RunFolder:
        """Opens an existing run for reading; raises UsageError where there is none."""
        return cls(path, _read_manifest(path))

    @classmethod
    async def open(
        cls, path: Path, manifest: Manifest, samples: Iterable[Mapping[str, Any]], known: Set[str]
    ) -> RunFolder:
        """Opens a run for writing: a new one, or one to go on with.

        `samples` are the rows of `samples.jsonl` for this command's selection, `known` every id that the data set
        has now: what an earlier command selected and the data no longer has is counted no more. Raises RunMismatch
        with the difference where the folder's run was configured otherwise, UsageError where it cannot be written.
        """
        _make(path)
        async with lock.held(path / "run.lock"):
            folder = cls(path, await _continued(path, manifest, known))
            folder._write_samples(samples)
            folder._write_manifest()
        return folder

    def locked(self, shard: int, on_wait: Callable[[str], None] = lambda _: None) -> AbstractAsyncContextManager[None]:
        """The lock of one shard."""
        return lock.held(self.path / f"shard-{shard}.lock", on_wait=on_wait)

    def confirm(self) -> None:
        """Raises RunMismatch where another command changed the run while this one waited for its shard."""
        differences = self.manifest.config.differences(_read_manifest(self.path).config)
        if differences:
            raise mismatch(self.name, differences)

    def records(self, shard: int) -> Appender:
        """The records of one shard, for appending; hold its lock."""
        return Appender(self.path / f"records-{shard}.jsonl")

    def judgements(self, judge: str, shard: int) -> Appender:
        """The judgements of one judge on one shard, for appending; hold its lock."""
        return Appender(self.path / f"judgements-{judge}-{shard}.jsonl")

    def written_shards(self) -> list[int]:
        """Those whose file of records is not empty."""
        files = (file for file in self.path.glob("records-*.jsonl") if file.stat().st_size)
        names = (file.stem.removeprefix("records-") for file in files)
        return sorted(int(name) for name in names if name.isdecimal() and len(name) < 10)

    def record_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """Those of `records-SHARD.jsonl`."""
        return self._lines(f"records-{'*' if shard is None else shard}.jsonl")

    def judgement_lines(self, shard: int | None = None) -> Iterator[dict[str, Any]]:
        """Those of `judgements-JUDGE-SHARD.jsonl`, judge by judge."""
        return self._lines(f"judgements-*-{'*' if shard is None else shard}.jsonl")

    def sample_lines(self) -> Iterator[dict[str, Any]]:
        """Those of `samples.jsonl`."""
        return read_lines(self.path / "samples.jsonl")

    def _lines(self, pattern: str) -> Iterator[dict[str, Any]]:
        for file in sorted(self.path.glob(pattern)):
            yield from read_lines(file)

    def _write_samples(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Those of this command first, and those of earlier ones that it does not have."""
        known: set[str] = set()

        def lines() -> Iterator[bytes]:
            for row in chain(rows, self.sample_lines()):
                if "sample_id" in row and row["sample_id"] not in known:
                    known.add(row["sample_id"])
                    yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)

        write_whole(self.path / "samples.jsonl", lines())

    def _write_manifest(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = self.manifest.document()
        document["created_at"] = document["created_at"] or now
        document["updated_at"] = now
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        write_whole(self.path / "run.json", [orjson.dumps(document, option=option)])


async def keep_old(path: Path) -> Path | None:
    """Moves a run aside for `--fresh`, to the first free `NAME.old-N`; None where there was none.

    Raises RunBusy where a process is writing it.
    """
    if not (path / "run.json").exists():
        return None
    await _nobody_writes(path)
    number = 1
    while (aside := path.with_name(f"{path.name}.old-{number}")).exists():
        number += 1
    try:
        os.rename(path, aside)
    except OSError as error:
        raise storage_failed(path, error) from error
    return aside


async def _continued(path: Path, wanted: Manifest, known: Set[str]) -> Manifest:
    """The manifest of a run that goes on; a run without a record, that nobody writes, binds nobody."""
    if not (path / "run.json").exists():
        return wanted
    earlier = _read_manifest(path)
    differences = wanted.differences(earlier)
    if not differences:
        return wanted.merged(earlier, known)
    if _has_records(path):
        raise mismatch(str(path), differences)
    await _nobody_writes(path)
    (path / "samples.jsonl").unlink(missing_ok=True)
    return wanted


async def _nobody_writes(path: Path) -> None:
    """Raises RunBusy where a process holds one of the run's shards."""
    for file in sorted(path.glob("shard-*.lock")):
        async with lock.held(file, patience_s=0):
            pass


def _has_records(path: Path) -> bool:
    return any(file.stat().st_size for file in path.glob("records-*.jsonl"))


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the folder {path}: {error.strerror}", hint="name another one with --out"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {path} is not writable", hint="name another one with --out")
    foreign = [entry.name for entry in path.iterdir() if not entry.name.startswith(".")]
    if foreign and not any(name.endswith(".lock") or name == "run.json" for name in foreign):
        raise UsageError(
            f"the folder {path} holds other files ({foreign[0]} …) and no run",
            hint="name an empty or a new folder with --out",
        )


def _read_manifest(path: Path) -> Manifest:
    file = path / "run.json"
    if not file.is_file():
        raise UsageError(f"there is no run in {path}: no run.json", hint="name the folder that `run` printed")
    try:
        return parse(orjson.loads(file.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file} cannot be read as a run: {error}",
            hint="the version of mosseval that wrote it reads it (`versions` in it); or name another folder with --out",
        ) from error
