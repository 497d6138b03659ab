"""The folder of a run as pages read it: whatever a stranger put there, nothing else is read, and nothing written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.errors import UsageError
from mosseval.store import Manifest, RunFolder, RunState
from mosseval.store.lines import objects_in
from mosseval.types import TagValue
from mosseval.view import sound
from mosseval.view.tail import Tail, regular

Line = dict[str, Any]
Rows = Mapping[str, Line]


@dataclass(frozen=True, slots=True)
class Where:
    """A line of a file of the run."""

    file: str
    start: int
    length: int


class ViewedFolder(RunFolder):
    """A run as pages read it: nothing in its folder leads out of it, every line is what it must be, none is written."""

    def __init__(self, path: Path, manifest: Manifest, rows: Rows) -> None:
        super().__init__(path, manifest)
        self._rows = rows

    def samples(self) -> dict[str, Line]:
        """The rows of `samples.jsonl` by sample id."""
        return dict(self._rows)

    def row(self, sample: str) -> Line:
        """One row; that of a sample that `samples.jsonl` does not have is empty."""
        return self._rows.get(sample) or {"sample_id": sample, "question": "", "expected": None, "tags": {}}

    def tags(self) -> dict[str, Mapping[str, TagValue]]:
        """The tags of each sample by its id."""
        return {sample: row["tags"] for sample, row in self._rows.items()}

    def sample_lines(self) -> Iterator[Line]:
        """Those of `samples.jsonl`."""
        return iter(self._rows.values())

    def answers(self, shard: int, state: RunState, keys: Set[str]) -> Iterator[tuple[str, str, str]]:
        """Those of every shard where the first one is asked for: however many a run says that it has."""
        return super().answers(shard, state, keys) if shard == 0 else iter(())

    def record_lines(self, shard: int | None = None) -> Iterator[Line]:
        """Those of every shard."""
        return self._sound("records-", sound.record)

    def judgement_lines(self, shard: int | None = None) -> Iterator[Line]:
        """Those of every shard, judge by judge."""
        return self._sound("judgements-", sound.judgement)

    def _sound(self, prefix: str, mended: Any) -> Iterator[Line]:
        for name in named(self.path, prefix):
            for line in objects_in(content for _, content in Tail(self.path / name).news()):
                if (found := mended(line)) is not None:
                    yield found


def named(path: Path, prefix: str) -> list[str]:
    """The files of lines in a run's folder whose names begin so, in the order in which they count."""
    with os.scandir(path) as files:
        return sorted(each.name for each in files if each.name.startswith(prefix) and each.name.endswith(".jsonl"))


def line_at(folder: Path, where: Where | None) -> Line | None:
    """The line that lies there; None where it does no more."""
    if where is None:
        return None
    try:
        with regular(folder / where.file) as descriptor:
            content = os.pread(descriptor, where.length, where.start)
    except (OSError, UsageError):
        return None
    return next(objects_in([content]), None)
