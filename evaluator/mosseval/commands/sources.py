"""The runs that a page is made of, read once, or why that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.report.page.source import Source
from mosseval.store import read_run


def read_sources(paths: Sequence[Place], judge: str | None) -> list[Source]:
    """Each run, by the verdicts of `judge`. Raises UsageError for one named twice, without those, without a sample."""
    seen = [path.resolve() if isinstance(path, Path) else path for path in paths]
    if len(set(seen)) < len(seen):
        raise UsageError("a run is named twice", hint="name each run once")
    return [_read(path, judge) for path in paths]


def _read(path: Place, judge: str | None) -> Source:
    source = Source.read(read_run(path), judge)
    if judge is not None and judge not in source.state.verdicts:
        known = ", ".join(sorted(source.state.verdicts)) or "nobody"
        raise UsageError(f"{path} holds no verdicts of {judge!r}", hint=f"it was judged by: {known}")
    if not source.summary.rows:
        raise UsageError(f"{path} holds no sample", hint="`mosseval run` with the same --out goes on with it")
    return source
