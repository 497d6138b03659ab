"""Secrets that stand in files, so that no environment shows them: `NAME_FILE` for one, `MOSSEVAL_SECRETS_DIR` for many.

What is read becomes the variable NAME of this process; what named the files is taken out, for workers inherit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from pathlib import Path

from mosseval_proxy.errors import ConfigError

FOLDER = "MOSSEVAL_SECRETS_DIR"
"""A folder in which each file has the name of a variable: a mounted Kubernetes Secret, or one made by hand."""
SUFFIX = "_FILE"
NAME = re.compile(r"[A-Z][A-Z0-9_]*")
MAX_BYTES = 64 * 1024


def read_folder(environment: MutableMapping[str, str]) -> None:
    """Reads every file of the folder that has a variable's name; a variable that is set already stands.

    Raises ConfigError that names the file, never what is in it.
    """
    named = environment.pop(FOLDER, "")
    if not named:
        return
    folder = Path(named)
    try:
        files = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    except OSError as error:
        raise ConfigError(f"{FOLDER}: {folder} cannot be read: {error.strerror}") from None
    for path in files:
        if not environment.get(path.name):
            environment[path.name] = _content(path, FOLDER)


def read_files(names: Iterable[str], environment: MutableMapping[str, str]) -> None:
    """Reads `NAME_FILE` for those of the names that have one. Raises ConfigError, also where NAME is set beside it."""
    for name in sorted(names):
        variable = name + SUFFIX
        if not environment.get(variable):
            continue
        if environment.get(name):
            raise ConfigError(f"{variable}: {name} is set too; leave one of them out")
        environment[name] = _content(Path(environment.pop(variable)), variable)


def _content(path: Path, variable: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{variable}: {path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{variable}: {path} has more than {MAX_BYTES} bytes")
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        raise ConfigError(f"{variable}: {path} is no text") from None
    if not text or "\0" in text:
        raise ConfigError(f"{variable}: {path} is {'no text' if text else 'empty'}")
    return text
