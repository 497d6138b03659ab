"""A benchmark of one's own: `FILE.jsonl`, `FILE.csv`, `FILE.parquet` or `hf:NAME[@REVISION][:[CONFIG/]SPLIT]`.

The file is checked as a whole before anything is asked: every fault is named with its line (of a text file) or row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mosseval.benchmarks.base import Dataset, HubSource, questions_sha256
from mosseval.benchmarks.own.columns import Columns, find_columns, parse_columns
from mosseval.benchmarks.own.pictures import Pictures
from mosseval.benchmarks.own.remote import Remote
from mosseval.benchmarks.own.rows import samples_of
from mosseval.errors import DataError, UsageError
from mosseval.tables.faults import Faults, shown
from mosseval.tables.reading import SUFFIXES, Table, hub_rows, read_table
from mosseval.types import Sample, Task

__all__ = ["OwnBenchmark", "Reading", "is_own", "parse_reading"]

HUB = "hf:"
MOST_GROUPS = 50
"""A tag with more values than this is kept, but no summary is broken down by it."""
TASKS: Mapping[str, Task] = {"refusal": "refusal", "yes_no": "yes_no"}
_HUB_NAME = re.compile(r"hf:(?P<name>[^@:]+)(?:@(?P<revision>[^:]+))?(?::(?:(?P<config>[^/:]+)/)?(?P<split>[^/:]+))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: columns by role, the task (None: by the expected answers), whether URLs are fetched."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    task: Task | None = None
    remote: Remote | None = None

    @property
    def given(self) -> bool:
        """Whether anything was asked for that only a benchmark of one's own knows."""
        return bool(self.columns) or self.task is not None or self.remote is not None


def parse_reading(columns: str | None, task: str | None, *, remote: bool) -> Reading:
    """The flags `--columns`, `--task` and `--remote-images`. Raises UsageError."""
    if task is not None and task not in TASKS:
        raise UsageError(f"there is no task {task!r}", hint=f"{' or '.join(TASKS)}")
    return Reading(parse_columns(columns), TASKS[task] if task else None, Remote() if remote else None)


def is_own(name: str) -> bool:
    """Whether a `--benchmark` names a file or a data set of the hub, and no built-in one."""
    return name.startswith(HUB) or name.lower().endswith(SUFFIXES)


@dataclass(frozen=True, slots=True)
class OwnBenchmark:
    """See `base.Benchmark`; `source` is what `--benchmark` says, `taken` the names that it may not have."""

    source: str
    reading: Reading = field(default_factory=Reading)
    taken: frozenset[str] = frozenset()
    licence: str = "your own"
    size: int = 0
    needs_data: bool = False
    hub: HubSource | None = None

    @property
    def name(self) -> str:
        """The file's stem in the characters that a folder and a key may hold."""
        stem = self.source.removeprefix(HUB).partition("@")[0].partition(":")[0] if self._is_hub else self._file.stem
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip(".-")[:80] or "own"
        return f"{slug}-own" if slug in self.taken else slug

    @property
    def task(self) -> Task:
        """What `--task` says; `load` settles it where that says nothing."""
        return self.reading.task or "refusal"

    @property
    def title(self) -> str:
        """The name."""
        return self.name

    @property
    def description(self) -> str:
        """Where it comes from."""
        return f"read from {self.source}"

    @property
    def _is_hub(self) -> bool:
        return self.source.startswith(HUB)

    @property
    def _file(self) -> Path:
        return Path(self.source)

    def load(self, data: Path | None) -> Dataset:
        """See `base.Benchmark.load`; `data` is not used. Raises DataError with every fault of the file."""
        faults = Faults(self.source, "line" if self.source.lower().endswith((".jsonl", ".csv")) else "row")
        table, pictures, revision = self._opened(faults)
        if not table.rows:
            faults.raise_if_any()
            raise DataError(f"{self.source} holds no rows", hint="a row a sample, with a column for the prompt")
        columns = find_columns(table.columns, self.reading.columns, self.source)
        samples = samples_of(self.name, table, columns, pictures, faults)
        task = self._task(samples, columns, table, faults)
        faults.raise_if_any()
        return Dataset(
            name=self.name,
            task=task,
            samples=samples,
            questions_sha256=questions_sha256(samples),
            source=self.source,
            roots=pictures.roots,
            revision=revision,
            notes=() if columns.id else ("no column is known as the id: samples are numbered by their rows",),
            by=_groupable(samples),
        )

    def fetch(self, into: Path | None = None) -> Dataset:
        """Always UsageError: it is read where it lies."""
        raise UsageError(f"{self.source} is read where it lies; there is nothing to fetch")

    def _opened(self, faults: Faults) -> tuple[Table, Pictures, str | None]:
        if not self._is_hub:
            file = self._file
            if not file.is_file():
                raise DataError(f"{file} is no file that is there", hint="name a .jsonl, .csv or .parquet file")
            return read_table(file, faults), Pictures(file.absolute().parent, self.reading.remote), None
        found = _HUB_NAME.fullmatch(self.source)
        if found is None:
            raise UsageError(f"{self.source!r} is no hf:NAME[@REVISION][:[CONFIG/]SPLIT]", hint="hf:org/name:test")
        table = hub_rows(found["name"], found["revision"], found["config"], found["split"])
        local = Path(found["name"])
        return table, Pictures(local.resolve() if local.is_dir() else None, self.reading.remote), found["revision"]

    def _task(self, samples: tuple[Sample, ...], columns: Columns, table: Table, faults: Faults) -> Task:
        """The task: what was asked for, else yes_no where every sample expects yes or no."""
        answers = [(sample.expected or "").lower() in ("yes", "no") for sample in samples]
        if self.reading.task is None:
            return "yes_no" if columns.expected and all(answers) else "refusal"
        if self.reading.task == "yes_no":
            if columns.expected is None:
                raise UsageError(
                    f"{self.source}: --task yes_no needs a column with the expected answers",
                    hint="--columns expected=COLUMN",
                )
            for (place, row), good in zip(table.rows, answers, strict=True):
                if not good:
                    faults.add(place, f"expected is {shown(row.get(columns.expected))}, not yes or no")
        return self.reading.task


def _groupable(samples: tuple[Sample, ...]) -> tuple[str, ...]:
    """The tags that a summary can be broken down by: few enough values."""
    values: dict[str, set[object]] = {}
    for sample in samples:
        for tag, value in sample.tags.items():
            values.setdefault(tag, set()).update(value if isinstance(value, tuple) else (value,))
    return tuple(tag for tag, found in values.items() if len(found) <= MOST_GROUPS)
