"""The process that decodes pictures: hostile bytes meet the decoders here, where no key and no request is.

Reads jobs from standard input and writes replies to standard output, one at a time, until its input ends.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any, BinaryIO

from mosseval_proxy.images.job import LENGTHS, Target, Unreadable, pack
from mosseval_proxy.images.normalise import check, normalise, one_thread

NICENESS = 10
"""Decoding waits where the gateway itself has something to do."""
ROOM_BYTES = 2 * 1024**3
BYTES_A_PIXEL = 16
"""Memory that a picture may take while it is worked on, beside `ROOM_BYTES`: four copies of 4 bytes each."""


def main() -> None:
    """Works until standard input ends."""
    max_pixels = int(sys.argv[1])
    os.nice(NICENESS)
    room = ROOM_BYTES + BYTES_A_PIXEL * max_pixels
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    one_thread()
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while (message := _read(asked)) is not None:
        head, content = _answer(*message)
        told.writelines(pack(head, content))
        told.flush()


def _answer(job: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """The reply to one job: `{"kept": true}`, the picture made, or `{"fault": why}`."""
    target = Target(**{**job["target"], "types": tuple(job["target"]["types"])})
    try:
        if job["keep"]:
            check(content, target.max_source_pixels)
            return {"kept": True}, b""
        made = normalise(content, target)
    except Unreadable as fault:
        return {"fault": str(fault)}, b""
    except MemoryError:
        return {"fault": "decoding it takes too much memory"}, b""
    return {"kind": made.kind, "changes": made.changes}, made.content


def _read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, content = LENGTHS.unpack(lengths)
    return json.loads(stream.read(head)), stream.read(content)


if __name__ == "__main__":
    main()
