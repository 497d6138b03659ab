"""Where an export goes: whole or not at all, never over something that is there unless that is asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mosseval.errors import UsageError
from mosseval.store.lines import storage_failed

FORCE = "name another place with --out, or write over it with --force"


@contextmanager
def whole_file(out: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file that stands at `out` once it is whole. Raises UsageError where something is there, StorageFailed."""
    if out.is_dir():
        raise UsageError(f"{out} is a folder", hint="this format is one file: name it with --out")
    if os.path.lexists(out) and not force:
        raise UsageError(f"{out} is there already", hint=FORCE)
    if not out.parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}", hint="make it, or name another place with --out")
    try:
        number, name = tempfile.mkstemp(prefix=f".{out.name[:80]}.", dir=out.parent)
    except OSError as error:
        raise storage_failed(out, error) from error
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, 0o644)
            yield file
        os.replace(draft, out)
    except OSError as error:
        raise storage_failed(out, error) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into, whose files stand in `out` once all are whole.

    With `force` they take the place of files of the same names in a folder that is there; no other is touched, and no
    link in it is followed. Raises UsageError, StorageFailed.
    """
    _check_folder(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name[:80]}.", dir=out.parent))
    except OSError as error:
        raise storage_failed(out, error) from error
    try:
        yield draft
        _put(draft, out)
    except OSError as error:
        raise storage_failed(out, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check_folder(out: Path, *, force: bool) -> None:
    if out.is_symlink() or (os.path.lexists(out) and not out.is_dir()):
        raise UsageError(f"{out} is no folder", hint="this format is a folder: name it with --out")
    if out.is_dir() and not force and any(out.iterdir()):
        raise UsageError(f"the folder {out} is not empty", hint=FORCE)


def _put(draft: Path, out: Path) -> None:
    out.mkdir(mode=0o755, exist_ok=True)
    for file in sorted(draft.rglob("*")):
        place = out / file.relative_to(draft)
        if file.is_dir():
            if place.is_symlink():
                raise UsageError(f"{place} is a link", hint="name another folder with --out")
            place.mkdir(mode=0o755, exist_ok=True)
        else:
            os.replace(file, place)
