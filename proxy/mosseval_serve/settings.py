"""What the server was told on its command line and by its environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mosseval_serve.errors import StartError
from mosseval_serve.pictures import PictureLimits

KEY_VARIABLE = "MOSSEVAL_SERVE_KEY"
KEY_FILE_VARIABLE = "MOSSEVAL_SERVE_KEY_FILE"
"""A file that holds the key, in place of the key itself."""
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes in bytes, times in seconds."""

    name: str
    """The model's id at the endpoint."""
    host: str = "127.0.0.1"
    port: int = 8000
    key: str | None = None
    no_auth: bool = False
    max_requests: int = 40
    """Requests that are read, waiting or answered at once; one more gets 429."""
    max_body_bytes: int = 32 * MIB
    body_timeout_s: float = 30.0
    timeout_s: float = 600.0
    """How long a request may wait and be answered."""
    grace_s: float = 30.0
    """How long requests in flight may take to finish once the server is told to end."""
    pictures: PictureLimits = field(default_factory=PictureLimits)


def read_key(environment: Mapping[str, str] = os.environ) -> str | None:
    """The key that opens the server, if one was set, also in a file. Raises StartError for one no header can carry."""
    key = environment.get(KEY_VARIABLE) or _filed(environment.get(KEY_FILE_VARIABLE))
    if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
        raise StartError(f"{KEY_VARIABLE} holds characters that no Authorization header can carry")
    return key


def _filed(path: str | None) -> str | None:
    if not path:
        return None
    try:
        key = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{KEY_FILE_VARIABLE}: {path} cannot be read: {type(error).__name__}") from None
    if not key:
        raise StartError(f"{KEY_FILE_VARIABLE}: {path} is empty")
    return key


def check_exposure(settings: Settings) -> None:
    """Refuses to listen where others can reach it without a key. Raises StartError."""
    if settings.key or settings.no_auth or is_loopback(settings.host):
        return
    raise StartError(
        f"refusing to listen on {settings.host} without a key: set {KEY_VARIABLE}, listen on 127.0.0.1, "
        "or allow it by name with --no-auth"
    )


def is_loopback(host: str) -> bool:
    """Whether a name or address leads to this machine and cannot be meant otherwise."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
