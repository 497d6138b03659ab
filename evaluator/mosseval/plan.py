"""What a run is to do: the samples that a command selects, their pictures' hashes, and what is still owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.benchmarks import images_sha256
from mosseval.benchmarks.base import Dataset
from mosseval.errors import UsageError
from mosseval.images import ImageInfo, ImageInvalid, inspect
from mosseval.request import RequestSpec
from mosseval.store import RunState
from mosseval.types import Picture, Sample

Digest = ImageInfo | ImageInvalid | None
"""What is known of a sample's picture before it is read to be sent: its identity, why it is unusable, or absent."""
Digests = tuple[Digest, ...]
"""Those of a sample's pictures, in order; empty where it has none or cannot be asked."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a data set a command asks for. `shard` counts from 0; shards split the whole data set."""

    limit: int | None = None
    ids: tuple[str, ...] = ()
    shard: int = 0
    shards: int = 1
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """One question to be asked once: a sample in a repeat, with the fingerprint of its request.

    `digests` are those of its pictures; `images` says how one was changed before it was sent (contract 1's form),
    empty where none was.
    """

    key: str
    sample: Sample
    repeat: int
    digests: Digests
    request_sha256: str
    images: tuple[Mapping[str, Any], ...] = ()


class Plan:
    """A data set, a selection of it, and the request that its samples share."""

    def __init__(
        self, dataset: Dataset, selection: Selection, spec: RequestSpec, digests: Mapping[str, Digests]
    ) -> None:
        self.dataset = dataset
        self.selection = selection
        self.spec = spec
        self.samples = select(dataset, selection)
        self.digests = digests

    @property
    def images_sha256(self) -> str:
        """The hash of the whole data set's pictures."""
        known = {
            key: [each if isinstance(each, ImageInfo) else None for each in found]
            for key, found in self.digests.items()
        }
        return images_sha256(self.dataset, known)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of `samples.jsonl` for the selection."""
        for sample in self.samples:
            pictures = _image_rows(sample, self.digests[sample.id])
            yield {
                "sample_id": sample.id,
                "question": sample.question,
                "expected": sample.expected,
                "tags": sample.tags,
                "image": pictures[0] if pictures else None,
                **({"images": pictures} if len(pictures) > 1 else {}),
            }

    def tasks(self) -> Iterator[Task]:
        """Every task of this command's shard, in the data set's order, one repeat after the other."""
        for key, sample, repeat in self._asked():
            yield self._task(key, sample, repeat)

    def task_keys(self) -> Iterator[str]:
        """The keys of `tasks`, in their order."""
        return (key for key, _, _ in self._asked())

    def owed(self, state: RunState) -> Iterator[Task]:
        """The tasks that have no final record of the very same request."""
        for task in self.tasks():
            answer = state.answers.get(task.key)
            if answer is None or not answer.final or answer.record.request_sha256 != task.request_sha256:
                yield task

    def _asked(self) -> Iterator[tuple[str, Sample, int]]:
        shard, shards = self.selection.shard, self.selection.shards
        place = {sample.id: number for number, sample in enumerate(self.dataset.samples)}
        for repeat in range(self.selection.repeats):
            for sample in self.samples:
                if place[sample.id] % shards == shard:
                    yield f"{sample.benchmark}/{sample.id}/{repeat}", sample, repeat

    def _task(self, key: str, sample: Sample, repeat: int) -> Task:
        digests = self.digests[sample.id]
        hashes = [digest.sha256 if isinstance(digest, ImageInfo) else None for digest in digests]
        return Task(
            key=key,
            sample=sample,
            repeat=repeat,
            digests=digests,
            request_sha256=self.spec.fingerprint(sample.question, hashes),
        )


def digest_all(dataset: Dataset) -> dict[str, Digests]:
    """The digests of every sample's pictures, by sample id: one pass over the files, none kept in memory."""
    return {
        sample.id: tuple(_digest(picture, dataset) for picture in sample.pictures) if sample.fault is None else ()
        for sample in dataset.samples
    }


def select(dataset: Dataset, selection: Selection) -> tuple[Sample, ...]:
    """The samples that a selection names, before sharding. Raises UsageError for ids that there are not."""
    samples: Sequence[Sample] = dataset.samples
    if selection.ids:
        known = {sample.id: sample for sample in samples}
        missing = [each for each in selection.ids if each not in known]
        if missing:
            raise UsageError(
                f"{dataset.name} has no sample {', '.join(map(repr, missing))}",
                hint=f"`mosseval data list {dataset.name}` prints the ids",
            )
        samples = [known[each] for each in dict.fromkeys(selection.ids)]
    return tuple(samples[: selection.limit])


def _digest(picture: Picture, dataset: Dataset) -> Digest:
    try:
        return inspect(picture.path, dataset.roots)
    except FileNotFoundError:
        return None
    except ImageInvalid as invalid:
        return invalid


def _image_rows(sample: Sample, digests: Digests) -> list[Mapping[str, Any]]:
    """A row for each picture that the data set names, also where nothing is known of the file."""
    if sample.image_name is None:
        return []
    names = [sample.image_name, *(picture.name for picture in sample.more_images)]
    known = digests or (None,) * len(names)
    return [_image_row(name, digest) for name, digest in zip(names, known, strict=True)]


def _image_row(name: str, digest: Digest) -> Mapping[str, Any]:
    if not isinstance(digest, ImageInfo):
        return {"path": name, "sha256": None, "type": None, "bytes": None}
    return {"path": name, "sha256": digest.sha256, "type": digest.type, "bytes": digest.bytes}
