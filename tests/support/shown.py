"""Commands as README.md and docs/ show them, and whether an output is the one that is shown.

A fence says what becomes of its commands, in words that no renderer shows:

    ```console run              runs in the page's own folder, after the page's earlier commands, and ends with 0
    ```console run exit=2       the last command ends with 2
    ```console run stop         the last command does not end by itself: it is ended once all that is shown has come
    ```console needs=docker     is not run here; `NEEDS` says why
    ```console needs=data       runs where ../shared/data is there

Lines that begin with `$ ` are commands (a `\\` at the end goes on), the others are what a command writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NEEDS = {
    "checkout": "the repository's own Makefile, environments and time",
    "cluster": "a Kubernetes cluster",
    "data": "data sets that this repository may not hold",
    "docker": "a Docker engine",
    "gpu": "a GPU, a model's weights, or both",
    "hub": "the Hugging Face hub",
    "key": "a provider's key, and money",
    "people": "somebody at a browser or at the keys",
    "torch": "torch and a model: `make test-serve` runs the like",
}
SHELLS = frozenset({"console", "bash", "sh", "shell"})
FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")
PROMPT = "$ "
ANYTHING = "…"
VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d[:-]\d\d(\.\d+)?Z?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\d[\d,.]*(?=/s\b)"), "<speed>"),
    (re.compile(r"\d+(\.\d+)?(?= s\b)"), "<seconds>"),
)
"""What differs from run to run, on either side."""
LINES = re.compile(r"[─━│┃╭╮╰╯┌┐└┘├┤┬┴┼]+")


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the lines that are shown below it."""

    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A fence with commands. `words` are its info string's words after the language."""

    line: int
    words: tuple[str, ...]
    commands: tuple[Command, ...]

    @property
    def needs(self) -> str | None:
        """What it needs that is not here."""
        return next((word.removeprefix("needs=") for word in self.words if word.startswith("needs=")), None)

    @property
    def stop(self) -> bool:
        """Whether its last command is to be ended from outside."""
        return "stop" in self.words

    @property
    def code(self) -> int:
        """The exit code of its last command."""
        return next((int(word.removeprefix("exit=")) for word in self.words if word.startswith("exit=")), 0)

    def fault(self) -> str | None:
        """What is wrong with its marks."""
        kinds = [word for word in self.words if word == "run" or word.startswith("needs=")]
        if len(kinds) != 1:
            return "say `run` or `needs=…` after the language"
        if self.needs is not None and self.needs not in NEEDS:
            return f"needs={self.needs} is none of {', '.join(NEEDS)}"
        rest = [word for word in self.words if word not in kinds]
        unknown = [word for word in rest if word != "stop" and not re.fullmatch(r"exit=\d+", word)]
        if unknown:
            return f"{unknown[0]} is no mark"
        return None if self.commands else "no line begins with `$ `: what is no command is `text`"


def blocks(page: Path) -> Iterator[Block]:
    """The fences of a page that show commands: a shell's, and those of no language with a prompt in them."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening is None:
            number += 1
            continue
        end = next(at for at in range(number + 1, len(lines)) if lines[at].lstrip().startswith(opening["marks"]))
        inside = [line.removeprefix(opening["indent"]) for line in lines[number + 1 : end]]
        language, *words = opening["info"].split() or [""]
        if language in SHELLS or (not language and any(line.startswith(PROMPT) for line in inside)):
            yield Block(number + 1, tuple(words), tuple(_commands(inside)))
        number = end + 1


def _commands(lines: list[str]) -> Iterator[Command]:
    waiting = list(lines)
    while waiting:
        line = waiting.pop(0)
        if not line.startswith(PROMPT):
            continue
        text = line.removeprefix(PROMPT)
        while text.endswith("\\"):
            text = f"{text}\n{waiting.pop(0)}"
        shown = []
        while waiting and not waiting[0].startswith(PROMPT):
            shown.append(waiting.pop(0))
        yield Command(text, tuple(shown))


def missing(command: Command, output: str) -> list[str]:
    """The lines that are shown and did not come. Spaces, rules of tables, times, speeds and hashes do not count; `…`
    stands for anything, a line of `…` for any number of lines."""
    came = [_plain(line) for line in output.splitlines()]
    return [line for line in command.shown if _plain(line) and not any(_like(_plain(line), each) for each in came)]


def _plain(line: str) -> str:
    for pattern, name in VARYING:
        line = pattern.sub(name, line)
    line = " ".join(LINES.sub(" ", line).split())
    return line if re.search(r"\w", line) else ""


def _like(shown: str, line: str) -> bool:
    pattern = ".*".join(re.escape(piece) for piece in shown.split(ANYTHING))
    return re.fullmatch(pattern, line) is not None
