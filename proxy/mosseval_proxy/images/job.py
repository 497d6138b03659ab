"""What the gateway asks of a process that decodes pictures, and the form in which it is asked."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import Any

LENGTHS = struct.Struct("<IQ")
"""How a message begins: the lengths of its head, which is JSON, and of its content."""


class Unreadable(Exception):
    """This picture cannot be sent; `str(error)` says why."""


class Unfinished(Unreadable):
    """Nobody can say whether it could be: the machine may have been the reason, and another time it may go well."""


@dataclass(frozen=True, slots=True)
class Target:
    """What has to come out: `Rules`, as far as they concern the making of one picture."""

    types: tuple[str, ...]
    max_base64: int | None
    max_side: int | None
    max_pixels: int | None
    min_side: int
    useful_side: int | None
    max_source_pixels: int
    """A picture of more is not decoded."""

    @property
    def max_bytes(self) -> float:
        """Bytes of the file."""
        return math.inf if self.max_base64 is None else self.max_base64 // 4 * 3


def pack(head: dict[str, Any], content: bytes = b"") -> tuple[bytes, bytes]:
    """A message, in two pieces so that the content need not be copied."""
    written = json.dumps(head).encode()
    return LENGTHS.pack(len(written), len(content)) + written, content
