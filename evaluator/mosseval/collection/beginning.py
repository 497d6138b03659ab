"""A benchmark's data becomes a collection, or one that is there goes on."""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mosseval import benchmarks
from mosseval.benchmarks import Reading, images_sha256
from mosseval.benchmarks.base import Dataset
from mosseval.collection.begun import About, Begun, Item, PictureRef
from mosseval.collection.file import SUFFIX, Collection
from mosseval.errors import UsageError
from mosseval.images import ImageInfo, ImageInvalid
from mosseval.plan import Digest, Digests, digest_all
from mosseval.types import Sample
from mosseval.version import __version__

FOLDER = "collections"
"""Where collections lie, in the folder of the runs."""
MODEL = re.compile(r"[\w.:@+-]+(/[\w.:@+-]+)*")
LONGEST_MODEL = 256


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be collected, as a command or a form names it."""

    benchmark: str
    model: str
    data: Path | None = None
    about: About = field(default_factory=About)


def place_of(runs: Path, benchmark: str, model: str) -> Path:
    """The file of the collection of a model on a benchmark, by its data set's name."""
    slug = "".join(c if c.isalnum() or c in "._-" else "-" for c in model).strip(".-") or "model"
    return runs / FOLDER / f"{benchmark}-{slug}{SUFFIX}"


def begin(runs: Path, wish: Wish) -> Collection:
    """The collection of what is wished for: a new one, or the one that is there.

    One that is there goes on where it asks the same questions; the data folder, where one is named, is where its
    pictures lie from now on. Raises UsageError where the model's name could not be replayed, or where what is there
    asks other questions; DataError where the data cannot be used.
    """
    if MODEL.fullmatch(wish.model) is None or ".." in wish.model or len(wish.model) > LONGEST_MODEL:
        raise UsageError(
            f"{wish.model[:60]!r} cannot be a model's name",
            hint="letters, digits and ._:@+- only, for example gpt-4o-web: the gateway replays the answers under it",
        )
    dataset = benchmarks.get(wish.benchmark, Reading()).load(wish.data)
    path = place_of(runs, dataset.name, wish.model)
    with suppress(FileExistsError):
        if not path.exists():
            return Collection.create(path, _begun(wish, dataset))
    return _continued(Collection.open(path), wish, dataset)


def _begun(wish: Wish, dataset: Dataset) -> Begun:
    digests = digest_all(dataset)
    known = {key: tuple(each if isinstance(each, ImageInfo) else None for each in of) for key, of in digests.items()}
    return Begun(
        benchmark=dataset.name,
        model=wish.model,
        task=dataset.task,
        questions_sha256=dataset.questions_sha256,
        images_sha256=images_sha256(dataset, known),
        items=tuple(_item(sample, digests[sample.id]) for sample in dataset.samples),
        named=wish.benchmark,
        data=str(wish.data.resolve()) if wish.data else None,
        source=dataset.source,
        revision=dataset.revision,
        roots=tuple(map(str, dataset.roots)),
        about=wish.about,
        begun_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={"mosseval": __version__, "python": platform.python_version()},
    )


def _item(sample: Sample, digests: Digests) -> Item:
    known = digests or (None,) * len(sample.pictures)
    pictures = (_picture(picture.name, digest) for picture, digest in zip(sample.pictures, known, strict=True))
    return Item(sample.id, sample.question, tuple(pictures), sample.fault)


def _picture(name: str, digest: Digest) -> PictureRef:
    if isinstance(digest, ImageInvalid):
        return PictureRef(name, why=str(digest))
    if digest is None:
        return PictureRef(name)
    return PictureRef(name, digest.sha256, digest.type, digest.bytes)


def _continued(found: Collection, wish: Wish, dataset: Dataset) -> Collection:
    begun = found.begun
    if (begun.benchmark, begun.model) != (dataset.name, wish.model):
        raise UsageError(
            f"{found.path} collects {begun.model} on {begun.benchmark}",
            hint="name the model otherwise, or move it away",
        )
    if begun.questions_sha256 != dataset.questions_sha256:
        raise UsageError(
            f"{found.path} was begun with other questions: SHA-256 {begun.questions_sha256[:12]}… and "
            f"{dataset.questions_sha256[:12]}…",
            hint="name the data that it was begun with, or move it away",
        )
    if wish.data is not None:
        found.move(tuple(map(str, dataset.roots)))
    if wish.about != About():
        found.describe(wish.about)
    return found
