"""The four things that a run asks of an object store, by whatever library speaks to it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from mosseval.errors import MissingExtra
from mosseval.place import Remote

LIBRARIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "s3": ("s3fs", "S3FileSystem"),
        # gcsfs itself offers an experimental one, which asks for rights that this needs not.
        "gs": ("gcsfs.core", "GCSFileSystem"),
        "az": ("adlfs", "AzureBlobFileSystem"),
    }
)
"""Module and class of fsspec's file systems, imported where one is used."""


class Objects(Protocol):
    """Whole objects by their names under one prefix. Errors are the library's own: see `bucket`."""

    def names(self, under: str) -> list[str]:
        """All names that begin with `under` (a folder's, with its slash, or nothing)."""

    def get(self, name: str) -> bytes:
        """Raises FileNotFoundError."""

    def put(self, name: str, data: bytes) -> None:
        """Writes or replaces. Raises FileNotFoundError where there is no such bucket."""

    def create(self, name: str, data: bytes) -> None:
        """Writes what is not there yet. Raises FileExistsError where it is."""


class FileObjects:
    """Files under a folder, for `file://`: a shared disk that several machines mount."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self, under: str) -> list[str]:
        """Every file but drafts; FileNotFoundError where the folder is absent."""
        files = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        return [name for name in files if name.startswith(under) and "/." not in f"/{name}"]

    def get(self, name: str) -> bytes:
        """The file's bytes."""
        return (self._root / name).read_bytes()

    def put(self, name: str, data: bytes) -> None:
        """A reader sees the old file or the new one."""
        self._drafted(name, data, os.replace)

    def create(self, name: str, data: bytes) -> None:
        """A link is made whole or not at all, by one of many."""
        self._drafted(name, data, os.link)

    def _drafted(self, name: str, data: bytes, settle: Callable[[Path, Path], None]) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            draft.write_bytes(data)
            settle(draft, path)
        finally:
            draft.unlink(missing_ok=True)


class FsspecObjects:
    """Objects through fsspec, for s3, gs and az; credentials are what its libraries find in the environment."""

    def __init__(self, remote: Remote) -> None:
        self._root = remote.path
        self._fs = _file_system(remote.scheme)
        # s3fs would ask for the size first, to fetch parts of large objects side by side.
        self._at_once = {"max_concurrency": 1} if remote.scheme == "s3" else {}

    def names(self, under: str) -> list[str]:
        """What the store lists; one that lists late may lack the latest."""
        start = f"{self._root}/"
        found: list[str] = self._fs.find(f"{start}{under}".rstrip("/"))
        return [path.removeprefix(start) for path in found if path.startswith(start + under)]

    def get(self, name: str) -> bytes:
        """The object's bytes."""
        data: bytes = self._fs.cat_file(f"{self._root}/{name}", **self._at_once)
        return data

    def put(self, name: str, data: bytes) -> None:
        """One request; the object is there whole or not at all."""
        self._fs.pipe_file(f"{self._root}/{name}", data)

    def create(self, name: str, data: bytes) -> None:
        """A conditional put (`If-None-Match: *` on S3), where the store honours it."""
        try:
            self._fs.pipe_file(f"{self._root}/{name}", data, mode="create")
        except OSError as error:
            if _code(error) == "PreconditionFailed":
                raise FileExistsError(name) from error
            raise


def objects_at(remote: Remote) -> Objects:
    """The objects under a prefix. Raises MissingExtra."""
    return FileObjects(Path(remote.path)) if remote.scheme == "file" else FsspecObjects(remote)


def _file_system(scheme: str) -> Any:
    """fsspec's file system for a scheme, without a cache of listings, and without retries where they are ours."""
    module, name = LIBRARIES[scheme]
    try:
        library = import_module(module)
    except ImportError as error:
        raise MissingExtra("objects", f"{scheme}://") from error
    settings: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if scheme == "s3":
        settings["config_kwargs"] = {"retries": {"total_max_attempts": 1}}
    made = getattr(library, name)(**settings)
    if scheme == "s3":
        made.retries = 1
    return made


def _code(error: BaseException) -> str:
    """S3's own code of an error, '' where there is none."""
    answer = getattr(error.__cause__, "response", None)
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
