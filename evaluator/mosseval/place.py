"""Where a run lies: a folder, or a prefix in an object store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from mosseval.errors import UsageError

SCHEMES = ("s3", "gs", "az", "file")


@dataclass(frozen=True, slots=True)
class Remote:
    """A prefix in an object store; `url` ends with no slash and holds no key."""

    url: str

    @property
    def scheme(self) -> str:
        """One of SCHEMES."""
        return self.url.partition("://")[0]

    @property
    def path(self) -> str:
        """What follows the scheme: bucket and prefix, or a file's path."""
        return self.url.partition("://")[2]

    @property
    def bucket(self) -> str:
        """The bucket or container."""
        return self.path.partition("/")[0]

    def __truediv__(self, name: str) -> Remote:
        return Remote(f"{self.url}/{name}")

    def __str__(self) -> str:
        return self.url


Place: TypeAlias = Path | Remote


def place(text: str | Path | Remote) -> Place:
    """A place from what a user typed. Raises UsageError for a URL that names none, or that holds a key."""
    if not isinstance(text, str) or "://" not in text:
        return Path(text) if isinstance(text, str) else text
    scheme, _, rest = text.partition("://")
    if scheme not in SCHEMES:
        raise UsageError(
            f"{scheme}:// is no place for a run", hint=f"a folder, or {', '.join(f'{each}://…' for each in SCHEMES)}"
        )
    if "@" in urlsplit(text).netloc or "?" in text or "#" in text:
        raise UsageError(
            f"a {scheme}:// address is bucket and prefix alone",
            hint="credentials come from the environment, as the store's own tools read them",
        )
    parts = [part for part in rest.split("/") if part]
    if any(part in (".", "..") for part in parts) or not rest.isprintable():
        raise UsageError(f"{text!r} is no address of a run", hint="for example s3://bucket/runs/one")
    if scheme == "file":
        if not rest.startswith("/") or not parts:
            raise UsageError(f"{text!r} is no address of a run", hint="an absolute path: file:///srv/runs/one")
        return Remote(f"file:///{'/'.join(parts)}")
    if len(parts) < 2:
        raise UsageError(f"{text!r} names no prefix in a bucket", hint=f"for example {scheme}://bucket/runs/one")
    return Remote(f"{scheme}://{'/'.join(parts)}")
