"""Where the journals of a run lie: in its folder `annotations`, or in one that a person names."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path

from mosseval.annotations.acts import LONGEST_RATER
from mosseval.errors import UsageError
from mosseval.place import Place
from mosseval.terminal import one_line

FOLDER = "annotations"
OUT_HINT = "name a folder for the labels with --out"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_PART = 40


def rater_name(text: str) -> str:
    """A person's name as it is written down: on one line, composed. Raises UsageError where it is none."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise UsageError("a rater needs a name", hint="for example --rater Anna; it is written beside each label")
    if len(name) > LONGEST_RATER:
        raise UsageError(f"the rater's name has {len(name)} characters; {LONGEST_RATER} are enough")
    if not name.isprintable():
        raise UsageError(f"{one_line(name)!r} is no name: it holds characters that cannot be seen")
    return name


def journal_name(rater: str) -> str:
    """The file of a rater: what is plain of the name, and a hash of all of it, so that no two share one."""
    plain = _NOT_IN_A_NAME.sub("-", rater)[:_LONGEST_PART].strip("-")
    digest = hashlib.sha256(rater.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{plain}-{digest}.jsonl" if plain else f"{digest}.jsonl"


def own_folder(run: Place) -> Path | None:
    """The folder in a run's own; None for one in an object store."""
    return run / FOLDER if isinstance(run, Path) else None


def folder_for(run: Place, out: Path | None) -> Path:
    """Where labels on this run are written. Raises UsageError where they cannot be."""
    folder = out if out is not None else own_folder(run)
    if folder is None:
        raise UsageError(f"{run} lies in an object store, where labels cannot be appended to", hint=OUT_HINT)
    check_real(folder, within=out is None)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint=OUT_HINT)
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"{there} cannot be written to", hint=OUT_HINT)
    return folder


def check_real(path: Path, *, within: bool = True) -> None:
    """Raises UsageError where `path`, which lies `within` a folder that may be a stranger's, leads out of it."""
    if within and path.is_symlink():
        raise UsageError(f"{path} is a link; labels are neither read nor written through one", hint=OUT_HINT)
