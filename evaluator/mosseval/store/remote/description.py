"""`run.json` in an object store: never replaced, but followed by `run-2.json`, `run-3.json`, …; the last one counts.

Each version is created only where it is not there yet, so that of two commands that change a run at the same time
the second one sees what the first one did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import orjson

from mosseval.errors import UsageError
from mosseval.store.lines import joined, objects_in
from mosseval.store.manifest import Manifest, mismatch, parse
from mosseval.store.remote.bucket import Bucket
from mosseval.store.remote.lease import current
from mosseval.store.remote.names import RECORDS, digest, segment_of

_SAMPLES = re.compile(r"samples-[0-9a-f]{32}\.jsonl")
_OURS = re.compile(r"run(-\d+)?\.json|samples-[0-9a-f]{32}\.jsonl|shard-\d+/.*")


@dataclass(frozen=True, slots=True)
class Description:
    """One version of a run's description; `samples` is the object that holds its questions."""

    version: int
    manifest: Manifest
    samples: str

    def content(self) -> bytes:
        """The object."""
        document = {**self.manifest.document(), "samples_object": self.samples}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def says_the_same(self, other: Description) -> bool:
        """Whether they differ in nothing but their time."""
        mine = replace(self.manifest, updated_at="", created_at="")
        return self.samples == other.samples and mine == replace(other.manifest, updated_at="", created_at="")


def latest(bucket: Bucket) -> Description | None:
    """The description that counts; None where there is no run."""
    version, content = 0, None
    while (later := bucket.get(_name(version + 1))) is not None:
        version, content = version + 1, later
    return _parsed(bucket, version, content) if content is not None else None


def opened(bucket: Bucket, wanted: Manifest, samples: Iterable[Mapping[str, Any]], known: Set[str]) -> Description:
    """The description under which a command goes on: the one that counts now, or a new version of it.

    Raises RunMismatch, UsageError as `RunFolder.open` does.
    """
    rows = {str(row["sample_id"]): row for row in samples}
    while True:
        found = latest(bucket)
        if found is None:
            _refuse_foreign(bucket)
        going_on = found if found is not None and _binds(bucket, found, wanted) else None
        manifest = wanted.merged(going_on.manifest, known) if going_on else wanted
        content = _samples(bucket, going_on, rows)
        version = found.version + 1 if found else 1
        made = Description(version, _dated(manifest), f"samples-{digest(content)}.jsonl")
        if found is not None and made.says_the_same(found):
            return found
        bucket.put(made.samples, content)
        if bucket.create(_name(version), made.content()):
            return made


def sample_lines(bucket: Bucket, description: Description) -> Iterator[dict[str, Any]]:
    """The rows of the run's questions."""
    content = bucket.get(description.samples)
    if content is None:
        raise UsageError(f"{bucket.remote}/{description.samples} is gone", hint="the run cannot be read without it")
    yield from objects_in(BytesIO(content))


def _name(version: int) -> str:
    return "run.json" if version == 1 else f"run-{version}.json"


def _parsed(bucket: Bucket, version: int, content: bytes) -> Description:
    try:
        document = orjson.loads(content)
        samples = document["samples_object"]
        if not _SAMPLES.fullmatch(samples):
            raise ValueError(f"samples_object {samples!r}")
        return Description(version, parse(document), samples)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{bucket.remote}/{_name(version)} cannot be read as a run: {error}") from error


def _refuse_foreign(bucket: Bucket) -> None:
    bucket.require()
    foreign = [name for name in bucket.names() if not _OURS.fullmatch(name)]
    if foreign:
        raise UsageError(
            f"{bucket.remote} holds other objects ({foreign[0]} …) and no run", hint="name an empty prefix with --out"
        )


def _binds(bucket: Bucket, found: Description, wanted: Manifest) -> bool:
    """Whether the run goes on. One without a record, that nobody writes, binds nobody. Raises RunMismatch."""
    differences = wanted.differences(found.manifest)
    if not differences:
        return True
    names = bucket.names("")
    segments = [segment for name in names if (segment := segment_of(name))]
    leases = [current(bucket, shard, names) for shard in range(found.manifest.config.shards)]
    if any(each.kind == RECORDS for each in segments) or any(each and not each.released for each in leases):
        raise mismatch(bucket.remote.url, differences)
    return False


def _samples(bucket: Bucket, going_on: Description | None, rows: Mapping[str, Mapping[str, Any]]) -> bytes:
    merged: dict[str, Mapping[str, Any]] = {}
    if going_on:
        merged = {row["sample_id"]: row for row in sample_lines(bucket, going_on) if "sample_id" in row}
    merged.update(rows)
    return joined(merged.values())


def _dated(manifest: Manifest) -> Manifest:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(manifest, created_at=manifest.created_at or now, updated_at=now)
