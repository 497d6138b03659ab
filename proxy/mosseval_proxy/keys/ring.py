"""Who may ask: bearer keys, kept as hashes and compared in constant time, each with what it may do."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mosseval_proxy.allowance import Allowance
from mosseval_proxy.errors import GatewayError

UNLIMITED = Allowance()


@dataclass(frozen=True, slots=True)
class Key:
    """What one key may do. Its name stands in logs and messages; the key itself is nowhere."""

    name: str
    models: tuple[str, ...] = ("*",)
    """Models' ids; a `*` stands for anything."""
    allowance: Allowance = UNLIMITED
    budget_usd: float | None = None
    expires: datetime.date | None = None
    """From the beginning of this day (UTC) it opens nothing."""

    def allows(self, model: str) -> bool:
        """Whether it may ask this model."""
        return self.models == ("*",) or any(_pattern(each).fullmatch(model) for each in self.models)

    def allows_some_of(self, model: str) -> bool:
        """The same for a listed id, which may itself be a wildcard: whether it may ask any that it stands for."""
        if model.endswith("*") and any(each.startswith(model[:-1]) for each in self.models):
            return True
        return self.allows(model)

    def check_model(self, model: str) -> None:
        """Raises GatewayError `model_not_allowed`, whether there is such a model or not."""
        if not self.allows(model):
            raise GatewayError(
                "model_not_allowed", f"the key {self.name} is not for the model {model[:100]!r}", param="model"
            )


ANYBODY = Key("anybody")
"""Who asks where the gateway has no keys."""


class KeyRing:
    """The gateway's own keys by their SHA-256. Without any, every request may pass (loopback has been checked before).

    A plain hash is enough because the keys are long and random; it would not be for words that people think of.
    """

    def __init__(self, keys: Iterable[tuple[bytes, Key]]) -> None:
        self._keys = tuple(keys)

    def check(self, authorization: bytes | None) -> Key:
        """The key of the header `Authorization: Bearer KEY`. Raises GatewayError `invalid_api_key`."""
        if not self._keys:
            return ANYBODY
        scheme, _, given = (authorization or b"").strip().partition(b" ")
        if scheme.lower() != b"bearer" or not given.strip():
            raise GatewayError("invalid_api_key", "no key: send the header Authorization: Bearer KEY")
        key = self._find(digest(given.strip()))
        if key is None:
            raise GatewayError("invalid_api_key", "this key does not open the gateway")
        if key.expires is not None and datetime.datetime.now(datetime.UTC).date() >= key.expires:
            raise GatewayError("invalid_api_key", f"the key {key.name} expired on {key.expires}")
        return key

    def __iter__(self) -> Iterator[Key]:
        return (key for _, key in self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def _find(self, given: bytes) -> Key | None:
        """Compares with every key, so that the time says nothing of which it was."""
        found = None
        for known, key in self._keys:
            if hmac.compare_digest(given, known):
                found = key
        return found


def plain_keys(keys: Iterable[str]) -> list[tuple[bytes, Key]]:
    """Keys given as such: they may do everything, and are called by their position."""
    return [(digest(key.encode()), Key(f"key-{position}")) for position, key in enumerate(keys, 1)]


def digest(key: bytes) -> bytes:
    """How a key is kept."""
    return hashlib.sha256(key).digest()


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))
