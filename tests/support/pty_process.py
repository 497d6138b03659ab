"""A command at a real terminal (a pty): what it shows, and keys pressed one by one."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mosseval_process import Mosseval

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class AtTerminal:
    """The command's side of the conversation. `descriptor` is the person's end of the terminal."""

    def __init__(self, process: subprocess.Popen[str], descriptor: int) -> None:
        self.process = process
        self.descriptor = descriptor
        self.shown = ""

    def until(self, words: str, timeout_s: float = 20.0) -> str:
        """Waits for words; returns what was shown up to them since the last time."""
        deadline = time.monotonic() + timeout_s
        while words not in self.shown:
            if time.monotonic() > deadline:
                raise AssertionError(f"no {words!r} in {self.shown!r}")
            self._read(0.2)
        before, _, self.shown = self.shown.partition(words)
        return before

    def press(self, keys: str) -> None:
        """Types, without Enter."""
        os.write(self.descriptor, keys.encode())

    def rest(self, timeout_s: float = 20.0) -> str:
        """What is shown until the command has ended."""
        deadline = time.monotonic() + timeout_s
        while self._read(0.2) or self.process.poll() is None:
            assert time.monotonic() < deadline, self.shown
        return self.shown

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed, line by line, as a shell expects it."""
        flags = termios.tcgetattr(self.descriptor)[3]
        return bool(flags & termios.ECHO) and bool(flags & termios.ICANON)

    def _read(self, wait_s: float) -> bool:
        ready, _, _ = select.select([self.descriptor], [], [], wait_s)
        if not ready:
            return False
        try:
            block = os.read(self.descriptor, 65536)
        except OSError:  # the other end is closed
            return False
        self.shown += CODES.sub("", block.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(block)


@contextmanager
def at_terminal(command: Mosseval, *arguments: object) -> Iterator[AtTerminal]:
    """The command with its three streams at one terminal, as its own session."""
    ours, theirs = pty.openpty()
    process = command.start(
        *arguments,
        environment={"TERM": "xterm"},
        start_new_session=True,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    try:
        yield AtTerminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
