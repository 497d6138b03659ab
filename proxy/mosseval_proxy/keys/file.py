"""The keys file: who may ask, for what and how much. It holds hashes alone, so that reading it opens nothing.

keys:
  - name: nightly
    sha256: 9f86d0…        # printed by `python -m mosseval_proxy key nightly`
    models: ["openai/*", "simulated/helpful"]
    rpm: 60
    tpm: 200000
    in_flight: 8
    budget_usd: 20
    expires: 2027-01-01
"""

from __future__ import annotations

import datetime
import secrets
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from mosseval_proxy.allowance import Allowance
from mosseval_proxy.keys.ring import Key, digest
from mosseval_proxy.yaml_lines import Document, Place, read_yaml

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
KEY_PREFIX = "mosseval-"
KEY_BYTES = 32
"""Of randomness: beyond guessing, which is what lets a plain hash keep it."""

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class _Entry(Allowance):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    name: str = Field(pattern=f"^{NAME}$")
    sha256: str = Field(pattern="^[0-9a-fA-F]{64}$")
    models: tuple[Pattern, ...] = Field(default=("*",), min_length=1)
    budget_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    expires: datetime.date | None = None

    def key(self) -> Key:
        """What the gateway keeps of it."""
        limits = Allowance(rpm=self.rpm, tpm=self.tpm, in_flight=self.in_flight)
        return Key(self.name, self.models, limits, self.budget_usd, self.expires)


def read_keys(file: Path) -> list[tuple[bytes, Key]]:
    """Every key with its hash. Raises ConfigError naming file, line and field, never a value."""
    document = read_yaml(file)
    entries = document.value.get("keys") if isinstance(document.value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise document.fault(("keys",), "must be a list of at least one key")
    for name in document.value:
        if name != "keys":
            raise document.fault((name,), "is not known here")
    found = [_read(document, index, entry) for index, entry in enumerate(entries)]
    for field in ("name", "sha256"):
        _check_single(document, field, [getattr(entry, field).lower() for entry in found])
    return [(bytes.fromhex(entry.sha256), entry.key()) for entry in found]


def new_key(name: str) -> tuple[str, str]:
    """A new key, and its entry for the keys file."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    return key, f"  - name: {name}\n    sha256: {digest(key.encode()).hex()}\n"


def _read(document: Document, index: int, entry: Any) -> _Entry:
    try:
        return _Entry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        path: Place = ("keys", index, *first["loc"])
        raise document.fault(path, first["msg"]) from None


def _check_single(document: Document, field: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise document.fault(("keys", index, field), "stands twice")
