"""The process that decodes pictures: hostile bytes meet the decoders here, where no key and no request is.

Reads jobs from standard input and writes replies to standard output, one at a time, until its input ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from mosseval_proxy.images.job import LENGTHS, Target, Unreadable, pack
from mosseval_proxy.images.normalise import check, normalise, one_thread

NICENESS = 10
"""Decoding waits where the gateway itself has something to do."""
END_WITH_PARENT = 1
"""Linux's PR_SET_PDEATHSIG: reading the end of standard input would have to wait for the picture at hand."""
ROOM_BYTES = 2 * 1024**3
BYTES_A_PIXEL = 16
"""Memory that a picture may take while it is worked on, beside `ROOM_BYTES`: four copies of 4 bytes each."""


def main() -> None:
    """Works until standard input ends."""
    max_pixels, cpu_s = int(sys.argv[1]), float(sys.argv[2])
    os.nice(NICENESS)
    _go_first()
    room = ROOM_BYTES + BYTES_A_PIXEL * max_pixels
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    one_thread()
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while (message := _read(asked)) is not None:
        # Where it runs out, the signal ends the process: a decoder's loop would not hear of anything milder.
        signal.setitimer(signal.ITIMER_PROF, cpu_s)
        head, content = _answer(*message)
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.writelines(pack(head, content))
        told.flush()


def _go_first() -> None:
    """Ends with the gateway, however that ends, and before it where memory runs out (both on Linux alone)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


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
