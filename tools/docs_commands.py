"""The command reference, from the command line itself: a page for each command in docs/commands/, which git ignores.

An extension of Sphinx: docs/conf.py names it, and the pages are written before any page is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main

from mosseval.cli import app as command_line

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "commands"
PLAIN = "Options"
"""The panel of flags that name none, as `--help` calls it."""
EXAMPLE = re.compile(r"^mosseval ", re.MULTILINE)
KINDS = {"<int range>": "N", "<float range>": "X", "<str>": "TEXT", "<path>": "PATH", "<int>": "N", "<float>": "X"}
"""What `--help` calls a value that names none."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command and the words that call it: ('k8s', 'render')."""

    words: tuple[str, ...]
    tree: Any

    @property
    def name(self) -> str:
        """As it is typed."""
        return " ".join(("mosseval", *self.words))

    @property
    def file(self) -> str:
        """Its page, without the ending."""
        return "-".join(self.words)

    @property
    def context(self) -> Any:
        """What the flags say of themselves is said in a context."""
        return self.tree.context_class(self.tree, info_name=self.name)


def commands(tree: Any = None, words: tuple[str, ...] = ()) -> Iterator[Command]:
    """Every command that does something, in the order of `--help`."""
    tree = tree or typer.main.get_command(command_line)
    for name, each in tree.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, (*words, name))
        else:
            yield Command((*words, name), each)


def page(command: Command) -> str:
    """A command's page, as Markdown."""
    said = command.tree.help or ""
    parts = [f"# {command.name}", *_paragraphs(said)]
    panels: dict[str, list[Any]] = {}
    for each in command.tree.params:
        if not getattr(each, "hidden", False) and each.name != "help":
            panels.setdefault(getattr(each, "rich_help_panel", None) or PLAIN, []).append(each)
    for title, flags in panels.items():
        rows = [_row(flag, command) for flag in flags]
        parts.append("\n".join([f"## {title}", "", "| | |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _paragraphs(said: str) -> Iterator[str]:
    """The help's own paragraphs; examples that follow each other are one block."""
    examples: list[str] = []
    for each in said.split("\n\n"):
        if EXAMPLE.match(each):
            examples.append(each)
            continue
        if examples:
            yield _block(examples)
            examples = []
        yield _escaped(each)
    if examples:
        yield _block(examples)


def _block(examples: list[str]) -> str:
    return "\n".join(["```console", *(f"$ {' '.join(each.split())}" for each in examples), "```"])


def _row(flag: Any, command: Command) -> str:
    names, said = flag.get_help_record(command.context) or (flag.name, "")
    names = " ".join(names.split())
    for kind, word in KINDS.items():
        names = names.replace(kind, word)
    names = names.replace("|", r"\|")
    return f"| `{names}` | {_escaped(' '.join(said.split()))} |"


def _escaped(said: str) -> str:
    """Help as Markdown: what stands in backticks stays code, the rest is text."""
    pieces = said.split("`")
    return "`".join(piece if at % 2 else re.sub(r"([*_<>|\[\]{}])", r"\\\1", piece) for at, piece in enumerate(pieces))


def index(found: list[Command]) -> str:
    """The list of all commands, each with the first line of its help."""
    said = "Written from the command line itself; `mosseval COMMAND --help` says the same."
    lines = ["# Command reference", "", said]
    lines += ["", "| command | |", "|---|---|"]
    for each in found:
        first = _escaped((each.tree.help or "").partition("\n\n")[0].replace("\n", " "))
        lines.append(f"| [`{each.name}`]({each.file}.md) | {first} |")
    tree = [f"{each.name.removeprefix('mosseval ')} <{each.file}>" for each in found]
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", *tree, "```", ""])


def write(folder: Path) -> None:
    """Writes the pages that changed, and takes away those whose command is gone."""
    found = list(commands())
    texts = {f"{each.file}.md": page(each) for each in found} | {"index.md": index(found)}
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls."""
    write(Path(app.srcdir) / FOLDER)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
