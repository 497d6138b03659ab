"""A folder that is written whole: a new one, or in the place of one that was written here and not changed since.

A list of the files with their hashes (LIST) says which folder is one of ours. Nothing else is ever removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mosseval.errors import UsageError
from mosseval.values import mapping
from mosseval.version import __version__

LIST, MAKER = "mosseval-site.json", "mosseval leaderboard"
MOST_LIST_BYTES = 16_000_000
ELSEWHERE = "name a folder of its own with --out"


@dataclass
class Draft:
    """The folder while it is being written; `size` counts its bytes."""

    folder: Path
    hashes: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def write(self, name: str, content: bytes) -> None:
        """A file, at a relative path of ours."""
        place = self.folder / name
        try:
            place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            place.write_bytes(content)
        except OSError as error:
            raise _cannot(place, error) from error
        self.hashes[name] = hashlib.sha256(content).hexdigest()
        self.size += len(content)

    def finish(self) -> None:
        """Writes the list."""
        document = {"made_by": MAKER, "version": __version__, "files": self.hashes}
        self.write(LIST, json.dumps(document, indent=1).encode() + b"\n")


@contextmanager
def whole_site(out: Path) -> Iterator[Draft]:
    """What is written to the draft stands at `out` once all of it is.

    Raises UsageError where `out` holds anything but an earlier site as it was written, or cannot be written.
    """
    check(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Draft(Path(tempfile.mkdtemp(prefix=f".{out.name[:80]}.", dir=out.parent)))
    except OSError as error:
        raise _cannot(out, error) from error
    try:
        yield draft
        draft.finish()
        # Once more: writing took a while, and what was put there meanwhile is not ours to remove.
        check(out)
        _put(draft.folder, out)
    finally:
        shutil.rmtree(draft.folder, ignore_errors=True)


def check(out: Path) -> None:
    """Raises UsageError where `out` may not be written over."""
    if out.is_symlink() or (os.path.lexists(out) and not out.is_dir()):
        raise UsageError(f"{out} is no folder", hint=ELSEWHERE)
    if out.resolve() == Path.cwd().resolve():
        raise UsageError("--out is the folder that you are in", hint=ELSEWHERE)
    if not out.is_dir():
        return
    known = _listed(out)
    for file in _files(out):
        if known is None:
            raise UsageError(f"{out} holds files that are no site of ours: {file!r}", hint=ELSEWHERE)
        if file != LIST and file not in known:
            raise UsageError(f"{out} holds a file that is not of its site: {file!r}", hint=f"move it, or {ELSEWHERE}")
        if file != LIST and _hash(out / file) != known[file]:
            raise UsageError(f"{out / file} was changed after it was written", hint=f"move it, or {ELSEWHERE}")


def _put(draft: Path, out: Path) -> None:
    """The draft in the place of what is there, which is removed only when the draft stands."""
    try:
        draft.chmod(0o755)
        with tempfile.TemporaryDirectory(prefix=f".{out.name[:80]}.old.", dir=out.parent) as aside:
            old = Path(aside) / "site"
            if out.is_dir():
                out.rename(old)
            try:
                draft.rename(out)
            except BaseException:
                if old.is_dir() and not out.exists():
                    old.rename(out)
                raise
    except OSError as error:
        raise _cannot(out, error) from error


def _cannot(place: Path, error: OSError) -> UsageError:
    return UsageError(f"cannot write {place}: {error.strerror}", hint=ELSEWHERE)


def _files(folder: Path) -> Iterator[str]:
    """Everything in a folder but its folders: empty ones are nobody's loss."""
    for base, folders, files in os.walk(folder):
        folders.sort()
        links = [each for each in folders if os.path.islink(os.path.join(base, each))]
        for each in sorted((*files, *links)):
            yield os.path.relpath(os.path.join(base, each), folder)


def _listed(out: Path) -> dict[str, Any] | None:
    """The hashes of the files of a site that was written here; None where there is no list."""
    place = out / LIST
    try:
        if place.is_symlink() or place.stat().st_size > MOST_LIST_BYTES:
            return None
        found = mapping(json.loads(place.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return None
    files = found.get("files")
    return dict(files) if found.get("made_by") == MAKER and isinstance(files, dict) else None


def _hash(file: Path) -> str | None:
    """The hash of a regular file; None for a link, a pipe, a device."""
    if file.is_symlink() or not file.is_file():
        return None
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
