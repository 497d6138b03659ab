"""`run.json`: what a run is. Its `config` is its identity; the rest may grow or is provenance."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_args

from mosseval.errors import RunMismatch
from mosseval.types import Task

FORMAT = 1


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What may not differ between two commands that write one folder.

    `endpoint` is `embedded`, `gateway` or the normalised URL, never a port chosen for one run.
    """

    benchmark: str
    model: str
    endpoint: str
    gateway_config_sha256: str | None = None
    replay_sha256: str | None = None
    decoding: Mapping[str, Any] = field(default_factory=dict)
    safety_settings: Mapping[str, Any] | None = None
    system_prompt: str | None = None
    image: Mapping[str, Any] = field(default_factory=dict)
    shards: int = 1

    def differences(self, other: RunConfig) -> list[str]:
        """One line for each field that differs: `field: this, there that`."""
        mine, theirs = asdict(self), asdict(other)
        return [f"{name}: {mine[name]!r}, there {theirs[name]!r}" for name in mine if mine[name] != theirs[name]]


@dataclass(frozen=True, slots=True)
class Data:
    """Where the benchmark was read from, and the two hashes of it, independent of its layout."""

    source: str
    revision: str | None
    samples: int
    questions_sha256: str
    images_sha256: str
    roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of `run.json`. `selected` is the union of the sample ids that any command asked for."""

    config: RunConfig
    task: str
    simulated: bool
    repeats: int
    data: Data
    selected: tuple[str, ...]
    unusable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    """Tags of this benchmark that a summary is broken down by, beside those that every one is."""
    judges: tuple[str, ...] = ()
    """Who judged in the last command, the first of them for the numbers."""
    versions: Mapping[str, str] = field(default_factory=dict)
    created_at: str = ""
    updated_at: str = ""
    format: int = FORMAT

    def merged(self, earlier: Manifest, known: Set[str]) -> Manifest:
        """This manifest as the continuation of an earlier one: selections unite, repeats only grow.

        What is not in `known`, the ids that the data has now, is selected no more.
        """
        united = dict.fromkeys((*earlier.selected, *self.selected))
        return replace(
            self,
            selected=tuple(sample_id for sample_id in united if sample_id in known),
            repeats=max(self.repeats, earlier.repeats),
            judges=self.judges or earlier.judges,
            created_at=earlier.created_at,
        )

    def differences(self, found: Manifest) -> list[str]:
        """One line for each reason why this command cannot go on with the run that is there."""
        differences = self.config.differences(found.config)
        if self.repeats < found.repeats:
            differences.append(f"repeats: {self.repeats}, there {found.repeats} (they may only grow)")
        return differences

    def answer_names(self) -> frozenset[str]:
        """What files of labels may call this run's answers: the samples' ids, and the keys of their repeats."""
        prefix = self.config.benchmark
        keys = (f"{prefix}/{each}/{repeat}" for each in self.selected for repeat in range(self.repeats))
        return frozenset((*self.selected, *keys))

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def mismatch(name: str, differences: list[str]) -> RunMismatch:
    """What to say of a run, `name`, that was configured otherwise."""
    listing = "\n  ".join(differences)
    return RunMismatch(
        f"{name} holds a run that was configured otherwise:\n  {listing}",
        hint="name another place with --out, or start anew with --fresh (the old run is kept beside it)",
    )


def parse(document: Mapping[str, Any]) -> Manifest:
    """A manifest from its JSON form. Raises KeyError, TypeError or ValueError on a document that is none."""
    if document["format"] != FORMAT:
        raise ValueError(f"format {document['format']!r}, this version reads {FORMAT}")
    if document["task"] not in get_args(Task):
        raise ValueError(f"task {document['task']!r}, this version reads {', '.join(get_args(Task))}")
    known = {each.name for each in fields(Manifest)}
    values = {key: value for key, value in document.items() if key in known}
    values["config"] = RunConfig(**document["config"])
    values["data"] = Data(**{**document["data"], "roots": tuple(document["data"]["roots"])})
    values["selected"] = tuple(document["selected"])
    values["unusable"] = tuple((str(row), str(why)) for row, why in document["unusable"])
    values["notes"] = tuple(document["notes"])
    values["judges"] = tuple(document.get("judges", ()))
    values["by"] = tuple(document.get("by", ()))
    return Manifest(**values)
