"""A small table that every format shows alike: text in, a terminal's table or Markdown out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from mosseval.terminal import one_line


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, columns, and rows of text; the columns from the `words` first on are figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1

    def as_table(self) -> Table:
        """For a terminal."""
        table = Table(box=box.SIMPLE_HEAD, title=Text(one_line(self.title)), title_justify="left", pad_edge=False)
        for number, column in enumerate(self.columns):
            table.add_column(
                Text(one_line(column)), justify="left" if number < self.words else "right", overflow="fold"
            )
        for row in self.rows:
            table.add_row(*(Text(one_line(cell)) for cell in row))
        return table

    def as_markdown(self) -> str:
        """The title in bold, then the table."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return f"**{escaped(self.title)}**\n\n" + "\n".join(markdown_row(row) for row in lines)


def markdown_row(cells: Sequence[str]) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is; nothing in it becomes a link."""
    cleaned = one_line(text, 400).replace("&", "&amp;").replace("<", "&lt;")
    cleaned = cleaned.replace("://", ":&#47;/").replace("www.", "www&#46;")
    return "".join(f"\\{character}" if character in r"\|`*_[]" else character for character in cleaned)
