"""What has been found out about pictures, by their content and by what was asked of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from mosseval_proxy.images.rules import Rules

ENTRY_BYTES = 512
"""What an entry takes beside its picture, roughly."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out: a fault; or the picture made, as base64; or neither, where it goes as it is."""

    fault: str | None = None
    kind: str = ""
    payload: bytes | None = None
    size: int = 0
    sha256: str = ""
    changes: tuple[str, ...] = ()


Key = tuple[bytes, Rules]
"""The SHA-256 of a picture's bytes, and what was asked for."""


class Cache:
    """The verdicts used last, within a bound of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[Key, Verdict] = OrderedDict()
        self.bytes = 0

    def get(self, key: Key) -> Verdict | None:
        """What is known; None: nothing."""
        verdict = self._held.get(key)
        if verdict is not None:
            self._held.move_to_end(key)
        return verdict

    def put(self, key: Key, verdict: Verdict) -> None:
        """Keeps a verdict, and lets go of those used longest ago."""
        if key in self._held:
            self.bytes -= _bytes(self._held.pop(key))
        self._held[key] = verdict
        self.bytes += _bytes(verdict)
        while self.bytes > self._max_bytes:
            _, oldest = self._held.popitem(last=False)
            self.bytes -= _bytes(oldest)


def _bytes(verdict: Verdict) -> int:
    return ENTRY_BYTES + len(verdict.payload or b"")
