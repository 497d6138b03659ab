"""What a benchmark is, what loading one yields, and how its questions are identified."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import orjson

from mosseval.errors import DataError
from mosseval.images import lies_within
from mosseval.types import Sample, TagValue, Task

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}")

PICTURE_FAULT = "image_invalid"
Fault = tuple[str, str]
"""Code and message of what makes one sample unusable (`Sample.fault`)."""


@dataclass(frozen=True, slots=True)
class HubSource:
    """Where on the Hugging Face hub a data set lies; `revision` is a full commit, so it cannot change.

    `endpoint` is the hub's address; None: HF_ENDPOINT where that is set, else the public hub.
    """

    repo: str
    revision: str
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A benchmark that was read.

    `samples` stand in the data set's order. `questions_sha256` covers ids, texts, expected answers and tags,
    and depends neither on the layout nor on the order nor on file names. `source` tells people where it was
    read from; `roots` are the resolved folders in which its pictures may lie, empty where it has none.
    `revision` is the hub's commit where known. `unusable` lists (id, reason) of rows that can never be asked;
    `notes` are warnings worth showing. `by` names tags that a summary is broken down by beside the usual ones.
    `sensitive`: the texts are offensive by design, and no listing shows them unasked.
    """

    name: str
    task: Task
    samples: tuple[Sample, ...]
    questions_sha256: str
    source: str
    roots: tuple[Path, ...]
    revision: str | None = None
    unusable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    sensitive: bool = False

    def without_pictures(self) -> Dataset:
        """The same questions, each asked without its picture; what was wrong with a picture is no fault then."""
        samples = tuple(_without_picture(sample) for sample in self.samples)
        return replace(self, samples=samples, roots=())


class Benchmark(Protocol):
    """A benchmark that the tool knows by name.

    `size` is the published number of samples. `needs_data`: it does not come with the package, so it is read
    from a folder of the user's or from what `fetch` stored. `hub` is None where there is nothing to fetch.
    """

    @property
    def name(self) -> str: ...
    @property
    def task(self) -> Task: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def needs_data(self) -> bool: ...
    @property
    def hub(self) -> HubSource | None: ...

    def load(self, data: Path | None) -> Dataset:
        """The data set from the folder `data`; None: from the package, or from what `fetch` stored.

        Raises DataError, naming file, sample and remedy, where the data as a whole cannot be used.
        """
        ...

    def fetch(self, into: Path | None = None) -> Dataset:
        """Downloads the data set from the hub into the folder `into` (None: the user's data folder) and loads
        it.

        Raises UsageError where there is nothing to fetch, MissingExtra without the extra 'hf', DataError
        where the hub cannot be reached or what came is not what was expected.
        """
        ...


def _without_picture(sample: Sample) -> Sample:
    fault = None if sample.fault and sample.fault[0] == PICTURE_FAULT else sample.fault
    return replace(sample, image=None, image_name=None, more_images=(), fault=fault)


def questions_sha256(samples: Iterable[Sample]) -> str:
    """SHA-256 over ids, questions, expected answers and tags of `samples`, whatever their order and layout.

    Spaces around a text and the kind of line ends do not count (CSV and JSON differ in them), nor does a tag
    without a value. Where pictures lie and what they hold is no part of it.
    """
    rows = sorted((_canonical(sample) for sample in samples), key=lambda row: row[0])
    return hashlib.sha256(b"\n".join(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in rows)).hexdigest()


def _canonical(sample: Sample) -> tuple[str, str, str | None, dict[str, object]]:
    tags = {key: _plain(value) for key, value in sample.tags.items() if value is not None}
    expected = None if sample.expected is None else _text(sample.expected)
    return sample.id, _text(sample.question), expected, tags


def _plain(value: TagValue) -> object:
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return valid_unicode(text.replace("\r\n", "\n").strip())


def valid_unicode(text: str) -> str:
    """`text` with lone surrogates, which JSON can hold and UTF-8 cannot, written out as `\\udXXX`."""
    return text.encode("utf-8", "backslashreplace").decode()


def resolved_roots(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The folders among `folders` that exist, resolved: the only places where pictures may lie."""
    return tuple(folder.resolve() for folder in folders if os.path.isdir(folder))


def sample_fault(question: str, picture: Path | None, name: str | None, roots: Sequence[Path]) -> Fault | None:
    """What makes this one sample unusable, if anything. A missing file does not: it is `missing_image`."""
    if not question.strip():
        return "question_blank", "the question is blank"
    if valid_unicode(question) != question:
        return "question_invalid", "the question holds lone surrogates, which cannot be sent"
    if name is not None and not name.strip():
        return PICTURE_FAULT, "the data set names no picture file"
    if picture is not None and not lies_within(picture, roots):
        return PICTURE_FAULT, f"the picture's path leads out of the data folder: {name}"
    return None


def size_note(found: int, published: int) -> tuple[str, ...]:
    """A note where the number of samples is not the published one."""
    return () if found == published else (f"{found} samples; the published set has {published}",)


def is_id(identifier: str) -> bool:
    """Whether a text can be a sample's id: 1 to 128 letters, digits, dots, dashes and underscores."""
    return _ID.fullmatch(identifier) is not None


def check_ids(ids: Iterable[str], file: Path) -> None:
    """Raises DataError at the first id of `file` that occurs twice or cannot stand in a record's key."""
    seen: set[str] = set()
    for identifier in ids:
        if not is_id(identifier):
            raise DataError(
                f"{file}: {identifier[:80]!r} is no sample id",
                hint="an id has 1 to 128 letters, digits, dots, dashes and underscores",
            )
        if identifier in seen:
            raise DataError(
                f"{file}: sample id {identifier!r} occurs twice",
                hint="remove one of the two; ids must be unique",
            )
        seen.add(identifier)
