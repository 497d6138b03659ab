"""The pictures that a cell names: files, base64, bytes, or URLs; all become files that are checked and sent alike.

What comes as base64, as bytes or by URL is stored once, named by its SHA-256, in `pictures` of the user's data folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mosseval.benchmarks.base import valid_unicode
from mosseval.benchmarks.fetch import data_home
from mosseval.benchmarks.own.remote import NotFetched, Remote, refusal
from mosseval.errors import DataError
from mosseval.images import MAX_FILE_BYTES, ImageInvalid, inspect, lies_within
from mosseval.types import Picture

MOST_PICTURES = 32
"""Of one sample."""
_DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*;base64,", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_BARE_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{64,}={0,2}\s*")


class PictureFault(Exception):
    """A picture of a row cannot be used; the message says why."""


class Pictures:
    """Finds the pictures of one data file's rows. `folder`: where relative paths begin; None: there are no files.

    `remote` is None where URLs are switched off. `roots` are the folders in which files may lie.
    """

    def __init__(self, folder: Path | None, remote: Remote | None) -> None:
        self._folder = folder
        self._remote = remote
        self._store = data_home() / "pictures"
        self._stored = False
        self._fetched: dict[str, Path | NotFetched] = {}

    @property
    def roots(self) -> tuple[Path, ...]:
        """The resolved folders in which the pictures may lie."""
        found = [self._folder.resolve()] if self._folder else []
        return (*found, *((self._store.resolve(),) if self._stored else ()))

    def of(self, cells: Sequence[Any]) -> tuple[Picture, ...]:
        """The pictures that a row's cells name, in order. Raises PictureFault."""
        found = tuple(self._picture(value) for cell in cells for value in _values(cell))
        if len(found) > MOST_PICTURES:
            raise PictureFault(f"{len(found)} pictures; at most {MOST_PICTURES} are sent")
        return found

    def fetch(self, cells: Sequence[Any]) -> None:
        """Downloads what the cells name by URL, several at a time; `of` then finds it or says why not."""
        if self._remote is None:
            return
        urls = [value.strip() for cell in cells for value in _urls(cell) if refusal(value.strip()) is None]
        wanted = [url for url in dict.fromkeys(urls) if not self._known(url)]
        for url, content in self._remote.fetch(wanted).items() if wanted else ():
            self._fetched[url] = content if isinstance(content, NotFetched) else self._kept_for(url, content)

    def _picture(self, value: Any) -> Picture:
        if isinstance(value, Mapping):
            return self._from_object(value)
        if isinstance(value, bytes):
            return self._inline(value)
        if not isinstance(value, str):
            raise PictureFault(f"a picture of type {type(value).__name__}; a path, a URL or base64 is expected")
        text = value.strip()
        if found := _DATA_URL.match(text):
            return self._inline(_decoded(text[found.end() :]))
        if _SCHEME.match(text):
            return self._from_url(text)
        if _BARE_BASE64.fullmatch(text) and not self._is_file(text):
            return self._inline(_decoded(text))
        return self._from_path(text)

    def _from_object(self, value: Mapping[str, Any]) -> Picture:
        """A picture as the `datasets` library holds it: `bytes`, or a `path`."""
        if isinstance(value.get("bytes"), bytes):
            return self._inline(value["bytes"])
        if isinstance(value.get("path"), str):
            return self._from_path(value["path"])
        raise PictureFault("an object with neither 'bytes' nor 'path' where a picture is expected")

    def _is_file(self, name: str) -> bool:
        return self._folder is not None and len(name) < 1024 and os.path.isfile(self._folder / name)

    def _from_path(self, name: str) -> Picture:
        if self._folder is None:
            raise PictureFault(f"{name[:80]!r} is a path; a data set of the hub holds its pictures as bytes")
        if len(name) > 1024 or valid_unicode(name) != name:
            raise PictureFault(f"{name[:60]!r} is no path, no URL and no base64")
        path = self._folder / name
        if not lies_within(path, (self._folder.resolve(),)):
            raise PictureFault(f"the path {name[:80]!r} leads out of {self._folder}")
        return Picture(path, _checked(path, name, (self._folder.resolve(),)))

    def _from_url(self, url: str) -> Picture:
        if why := refusal(url):
            raise PictureFault(f"{url[:80]!r}: {why}")
        if self._remote is None:
            raise PictureFault(f"{url[:80]!r} is a URL: download it first, or switch on --remote-images")
        found = self._fetched.get(url) or self._place(url)
        if isinstance(found, NotFetched):
            raise PictureFault(f"{url[:80]!r}: {found}")
        self._stored = True
        return Picture(found, _checked(found, url, (self._store.resolve(),)))

    def _inline(self, content: bytes) -> Picture:
        if len(content) > MAX_FILE_BYTES:
            raise PictureFault(f"the picture has {len(content)} bytes; at most {MAX_FILE_BYTES} are read")
        path = self._kept(hashlib.sha256(content).hexdigest(), content)
        return Picture(path, _checked(path, f"sha256:{path.name[:16]}", (self._store.resolve(),)))

    def _place(self, url: str) -> Path:
        """Where a URL's picture is kept: by the URL's hash, so that a second run downloads nothing."""
        return self._store / f"url-{hashlib.sha256(url.encode()).hexdigest()}"

    def _known(self, url: str) -> bool:
        return url in self._fetched or self._place(url).is_file()

    def _kept_for(self, url: str, content: bytes) -> Path:
        return self._kept(self._place(url).name, content)

    def _kept(self, name: str, content: bytes) -> Path:
        path, draft = self._store / name, self._store / f".{name}.{os.getpid()}"
        self._stored = True
        try:
            if not path.is_file():
                self._store.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(content)
                os.replace(draft, path)
        except OSError as error:
            raise DataError(
                f"{path} cannot be written: {error.strerror}", hint="set MOSSEVAL_DATA to a folder with room"
            ) from error
        return path


def _values(cell: Any) -> Iterator[Any]:
    """What a cell names: nothing, one picture, or several (a list; in CSV a list in JSON)."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = json.loads(cell)
        except ValueError:
            yield cell
            return
    if isinstance(cell, list):
        for each in cell:
            yield from _values(each)
    else:
        yield cell


def _urls(cell: Any) -> Iterator[str]:
    for value in _values(cell):
        if isinstance(value, str) and value.strip().lower().startswith("https:"):
            yield value


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise PictureFault("its base64 is broken") from None


def _checked(path: Path, name: str, roots: Sequence[Path]) -> str:
    """The name of a file that is there and whose first bytes are a picture's. Raises PictureFault."""
    try:
        if inspect(path, roots).type is None:
            raise PictureFault(f"{name[:80]!r} is no picture")
    except FileNotFoundError:
        raise PictureFault(f"the picture {name[:80]!r} is missing") from None
    except ImageInvalid as invalid:
        raise PictureFault(f"the picture {name[:80]!r}: {invalid}") from None
    return name
