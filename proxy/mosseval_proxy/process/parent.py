"""The end of standard input: the system closes it when the parent dies, however it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable


def when_stdin_ends(ended: Callable[[], None]) -> None:
    """Has `ended` called in the running event loop, once. A thread reads: an event loop takes no files or devices."""
    arguments = (asyncio.get_running_loop(), ended)
    threading.Thread(target=_wait_for_end, args=arguments, daemon=True, name="stdin").start()


def _wait_for_end(loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    # The loop may have been closed in the meantime: then there is nothing left to end.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(ended)
