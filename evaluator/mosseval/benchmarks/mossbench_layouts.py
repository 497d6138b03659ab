"""The two layouts in which MOSSBench is published, each read into the same rows.

Upstream (GitHub, xirui-li/MOSSBench): `data/images_information/information.json`, an object of samples by id,
with `data/images/`; the contrast set the same under `data_contrast/`. Hub (Hugging Face, AIcell/MOSSBench):
`images/metadata.csv` beside the pictures; the contrast set the same under `contrast_images/`. The hub's own
loader fails on the contrast set, so the files are read here, for both sets.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mosseval.benchmarks.base import check_ids, resolved_roots
from mosseval.benchmarks.mossbench_rows import Row, text_field
from mosseval.errors import DataError
from mosseval.tables.files import RESTORE, csv_rows, parsed_json

_INFORMATION = Path("images_information", "information.json")
_METADATA = "metadata.csv"
_NAME_COLUMNS = ("file_name", "image")
_REQUIRED = ("pid", "question", "metadata_over")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a set lies: its folder upstream, the other set's folder there, and its folder on the hub."""

    upstream: str
    other_upstream: str
    hub: str


@dataclass(frozen=True, slots=True)
class Found:
    """A layout that was found in a folder: its rows, where pictures may lie, and its name for people."""

    layout: str
    file: Path
    rows: tuple[Row, ...]
    roots: tuple[Path, ...]


def read(folder: Path, part: Part) -> Found:
    """The rows of `part` from `folder`, whichever layout it has.

    `folder` is the repository's root or another folder that holds the upstream folders, one of these itself,
    or the hub's snapshot. DataError where it is absent, has neither layout, or holds a file that cannot be
    read.
    """
    # os.path, unlike Path, takes names that are too long or places without permission for absent.
    if not os.path.isdir(folder):
        what = "is not a folder" if os.path.exists(folder) else "does not exist"
        raise DataError(f"the data folder {folder} {what}", hint="give --data the folder that holds the benchmark")
    folder = folder.absolute()
    for base in (folder / part.upstream, folder):
        if os.path.isfile(base / _INFORMATION):
            _refuse_other_set(base, part)
            return _read_upstream(base)
    if os.path.isfile(folder / part.hub / _METADATA):
        return _read_hub(folder / part.hub)
    raise DataError(
        f"{folder} holds neither {part.upstream}/{_INFORMATION} (upstream's layout) "
        f"nor {part.hub}/{_METADATA} (the hub's)",
        hint="give --data the repository's root or the hub's snapshot",
    )


def _refuse_other_set(base: Path, part: Part) -> None:
    if base.name == part.other_upstream:
        raise DataError(
            f"{base} holds the other set of this benchmark; this one lies in {part.upstream}",
            hint=f"give --data {base.parent}",
        )


def _read_upstream(base: Path) -> Found:
    file = base / _INFORMATION
    content = parsed_json(file)
    if not isinstance(content, dict):
        raise DataError(f"{file}: expected an object of samples by id", hint=RESTORE)
    check_ids(content, file)
    rows = tuple(_upstream_row(base, file, pid, fields) for pid, fields in content.items())
    return Found("upstream layout", file, rows, resolved_roots((base,)))


def _upstream_row(base: Path, file: Path, pid: str, fields: object) -> Row:
    if not isinstance(fields, dict):
        raise DataError(f"{file}: sample {pid!r} is not an object", hint=RESTORE)
    question = text_field(file, pid, fields, "question")
    name = text_field(file, pid, fields, "image")
    metadata = fields.get("metadata")
    if not isinstance(metadata, dict):
        raise DataError(f"{file}: sample {pid!r}: field 'metadata' is absent or no object", hint=RESTORE)
    if "over" not in metadata:
        raise DataError(f"{file}: sample {pid!r} has no field 'metadata.over'", hint=RESTORE)
    if str(fields.get("pid", pid)) != pid:
        raise DataError(f"{file}: sample {pid!r} calls itself {fields['pid']!r} in 'pid'", hint=RESTORE)
    extra = {key: value for key, value in fields.items() if key not in ("question", "image", "metadata", "pid")}
    return Row(file, pid, question, _place(base, name), name, extra, metadata)


def _read_hub(base: Path) -> Found:
    file = base / _METADATA
    rows = tuple(_hub_row(base, file, fields) for _, fields in csv_rows(file, _REQUIRED))
    check_ids((row.id for row in rows), file)
    # The hub's cache holds links to ../../blobs, seen from the snapshot's root.
    snapshot = base.parent
    blobs = snapshot.parent.parent / "blobs" if snapshot.parent.name == "snapshots" else None
    return Found("hub snapshot", file, rows, resolved_roots((base, *((blobs,) if blobs else ()))))


def _hub_row(base: Path, file: Path, fields: Mapping[str, str]) -> Row:
    pid = fields["pid"].strip()
    named = next((fields[column].strip() for column in _NAME_COLUMNS if fields.get(column, "").strip()), "")
    name = named or f"{pid}.png"
    prefix = "metadata_"
    metadata = {key[len(prefix) :]: value for key, value in fields.items() if key.startswith(prefix)}
    known = ("pid", "question", *_NAME_COLUMNS)
    extra = {key: value for key, value in fields.items() if key and key not in known and not key.startswith(prefix)}
    return Row(file, pid, fields["question"], _hub_picture(base, pid, name), name, extra, metadata)


def _hub_picture(base: Path, pid: str, name: str) -> Path:
    """Where the picture lies: as named, else by its bare name, else as `ID.png` beside the table.

    The published contrast table does not name its own files, which is why the hub's loader fails on it.
    """
    named = _place(base, name)
    candidates = (named, _place(base.parent, name), _place(base, Path(name).name), _place(base, f"{pid}.png"))
    inside = [path for path in candidates if ".." not in path.parts and path.is_relative_to(base)]
    return next((path for path in inside if os.path.isfile(path)), named)


def _place(base: Path, name: str) -> Path:
    """The path that `name` means in `base`; that an absolute name or `..` leads out is checked later."""
    return base / name
