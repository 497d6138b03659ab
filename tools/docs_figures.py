"""Writes what `mosseval reproduce` finds in the published answers into docs/: `python tools/docs_figures.py DATA`.

DATA is a copy of MOSSBench with `transcripts/ID.json` in it. The table of docs/papers.md is written anew, and the mean
distance to people wherever a page names it; run it when the rules change.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
TABLE = re.compile(r"(?<=<!-- table: again -->\n).*?(?=<!-- end -->)", re.DOTALL)
DISTANCES = {
    "papers.md": re.compile(r"(?<=the rules find lies )\d+\.\d+"),
    "method.md": re.compile(r"(?<=the four models lie )\d+\.\d+"),
    "scores.md": re.compile(r"(?<=the paper's GPT judge 4\.92 points, rules )\d+\.\d+"),
}
"""Page -> where it names the mean distance."""
HEAD = (
    "| model | published, GPT judge | published, people | our rules, counted as the paper does "
    "| our rate (95 % CI) | refused of | blank |\n|---|---|---|---|---|---|---|\n"
)
Rows = Sequence[Mapping[str, Any]]


def found(data: Path) -> list[dict[str, Any]]:
    """The rows of `reproduce`, one for each model and stimulus."""
    command = [sys.executable, "-m", "mosseval", "reproduce", "mossbench", "--format", "json"]
    command += ["--transcripts", str(data / "transcripts"), "--data", str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(rows: Rows) -> str:
    """Percent refused over all types, a row a model."""
    return HEAD + "".join(f"| {' | '.join(_cells(row))} |\n" for row in rows if row["stimulus"] == "all")


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    ours = row["ours"]
    low, high = ours["ci95"]
    yield f"`{row['model']}`"
    yield from (f"{row[name]:.1f}" for name in ("published_gpt", "published_people"))
    yield f"{row['paper_counting']['percent']:.1f}"
    yield f"{ours['percent']:.1f} ({low:.1f}–{high:.1f})"
    yield f"{ours['refused']} of {ours['of']}"
    yield str(row["blank"])


def distance(rows: Rows) -> str:
    """The mean distance to people in points, over the cells of model and type, counted as the paper does."""
    cells = [row for row in rows if row["stimulus"] != "all"]
    return f"{fmean(abs(row['paper_counting']['percent'] - row['published_people']) for row in cells):.2f}"


def written(name: str, page: str, rows: Rows) -> str:
    """A page with the figures of these rows. Raises ValueError where it has no place for them."""
    page, places = DISTANCES[name].subn(distance(rows), page)
    if places != 1:
        raise ValueError(f"{name} names the mean distance {places} times")
    return TABLE.sub(lambda _: table(rows), page)


def main() -> None:
    """Writes the pages."""
    rows = found(Path(sys.argv[1]))
    for name in DISTANCES:
        page = DOCS / name
        page.write_text(written(name, page.read_text(encoding="utf-8"), rows), encoding="utf-8")


if __name__ == "__main__":
    main()
