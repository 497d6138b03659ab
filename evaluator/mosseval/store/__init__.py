"""A run (contract 2): `run.json`, its samples, and records and judgements by shard; in a folder or an object store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mosseval.place import Place
from mosseval.store.base import Lines, Run
from mosseval.store.bounds import Bounds
from mosseval.store.folder import RunFolder, keep_old
from mosseval.store.manifest import Data, Manifest, RunConfig
from mosseval.store.state import Answer, RunState, Verdict

if TYPE_CHECKING:
    from mosseval.store.remote.run import RemoteRun

__all__ = [
    "Answer",
    "Bounds",
    "Data",
    "Lines",
    "Manifest",
    "Run",
    "RunConfig",
    "RunFolder",
    "RunState",
    "Verdict",
    "earlier_state",
    "keep_old",
    "open_run",
    "read_run",
]


def read_run(place: Place, *, writing: bool = False) -> Run:
    """Opens an existing run for reading (`writing`: for adding judgements); raises UsageError where there is none."""
    return RunFolder.read(place) if isinstance(place, Path) else _remote().read(place, writing=writing)


async def open_run(
    place: Place, manifest: Manifest, samples: Iterable[Mapping[str, Any]], known: Set[str], bounds: Bounds
) -> Run:
    """Opens a run for writing, a new one or one to go on with; see `RunFolder.open`. `bounds` are an object store's."""
    if isinstance(place, Path):
        return await RunFolder.open(place, manifest, samples, known)
    return await _remote().open(place, manifest, samples, known, bounds)


def earlier_state(place: Place, shard: int) -> RunState:
    """What earlier commands left in a shard: nothing where there is no run."""
    if isinstance(place, Path):
        return RunFolder.read(place).state(shard) if (place / "run.json").exists() else RunState({}, {})
    found = _remote().found(place)
    return found.state(shard) if found else RunState({}, {})


def _remote() -> type[RemoteRun]:
    from mosseval.store.remote.run import RemoteRun

    return RemoteRun
