"""What a person presses: single keys at a terminal, lines where standard input is none."""

from __future__ import annotations

import codecs
import os
import sys
import termios
import tty
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

BACK, FORWARD, END = "back", "forward", "end"
_ARROWS = {"D": BACK, "A": BACK, "C": FORWARD, "B": FORWARD}
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key, or BACK, FORWARD, END; `rest` is what followed it on its line, None where keys come singly."""

    key: str
    rest: str | None = None


class Keys(Protocol):
    """Where keys come from. A context manager."""

    def next(self) -> Pressed:
        """Waits for a key."""

    def line(self, prompt: str) -> str | None:
        """Asks for a line of text; None at the end of the input."""

    def __enter__(self) -> Keys: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def keys() -> Keys:
    """Those of standard input."""
    return Terminal(sys.stdin.fileno()) if sys.stdin.isatty() else Lines()


class Lines:
    """Keys as the first characters of lines."""

    def next(self) -> Pressed:
        """The next line that is not blank."""
        while line := sys.stdin.readline():
            if word := line.strip():
                return Pressed(word[0], word[1:].strip())
        return Pressed(END)

    def line(self, prompt: str) -> str | None:
        """The next line."""
        line = sys.stdin.readline()
        return line.strip() if line else None

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Terminal:
    """Single keys of a terminal, without Enter and without echo. Its settings are given back at the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._settings = termios.tcgetattr(descriptor)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = ""

    def next(self) -> Pressed:
        """The next key; an arrow is BACK or FORWARD, Ctrl-D END. Other keys of several characters are passed over."""
        # Each time: a shell that stopped this process and went on with it has set the terminal anew.
        self._single()
        while True:
            if not self._waiting and not self._read():
                return Pressed(END)
            key, self._waiting = self._waiting[0], self._waiting[1:]
            if key == "\x04":
                return Pressed(END)
            if key != "\x1b":
                return Pressed(key)
            arrow = self._escape()
            if arrow is not None:
                return Pressed(arrow)

    def line(self, prompt: str) -> str | None:
        """A line, with the terminal's own editing; what was typed ahead is its beginning."""
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._settings)
        sys.stdout.write(prompt + self._waiting)
        sys.stdout.flush()
        while "\n" not in self._waiting:
            if not self._read():
                return None
        self._single()
        line, _, self._waiting = self._waiting.partition("\n")
        return line.strip()

    def _single(self) -> None:
        """Keys come one by one; what was typed ahead is kept."""
        tty.setcbreak(self._descriptor, termios.TCSADRAIN)

    def _escape(self) -> str | None:
        """What an escape sequence of a cursor key means; the sequence is taken away."""
        if self._waiting[:1] not in ("[", "O"):
            return None
        rest = self._waiting[1:]
        length = next((place for place, each in enumerate(rest) if "\x40" <= each <= "\x7e"), len(rest))
        self._waiting = rest[length + 1 :]
        return _ARROWS.get(rest[: length + 1])

    def _read(self) -> bool:
        """Waits for more; False at the end of the input."""
        try:
            block = os.read(self._descriptor, _BLOCK)
        except OSError:  # the terminal is gone
            return False
        self._waiting += self._decoder.decode(block).replace("\r", "\n")
        return bool(block)

    def __enter__(self) -> Terminal:
        self._single()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._settings)
