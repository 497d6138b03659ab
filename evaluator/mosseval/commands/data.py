"""`mosseval data list|show|fetch`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mosseval import benchmarks
from mosseval.benchmarks import Reading
from mosseval.errors import UsageError
from mosseval.terminal import clean, one_line
from mosseval.types import Picture, Sample

GROUPS = ("stimulus", "subset", "type")
"""The tags of which a listing shows the first that a sample has."""
HIDDEN = "(text hidden)"
TITLES = ("benchmark", "samples", "licence", "where it is")


def list_benchmarks() -> None:
    """Prints the benchmarks that are known by name."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in TITLES:
        table.add_column(title, justify="right" if title == "samples" else "left", no_wrap=True)
    for each in benchmarks.BENCHMARKS.values():
        origin = "packaged" if not each.needs_data else "fetch, or --data" if each.hub else "--data"
        table.add_row(each.name, str(each.size), each.licence, origin)
    Console().print(table)


def list_samples(name: str, data: Path | None, reading: Reading, *, texts: bool) -> None:
    """Prints a tab-separated line a sample: id, stimulus or subset, question, and whether its picture is missing.

    Texts that are offensive by design are printed with `texts` alone.
    """
    dataset = benchmarks.get(name, reading).load(data)
    hidden = dataset.sensitive and not texts
    for sample in dataset.samples:
        group = next((str(sample.tags[tag]) for tag in GROUPS if tag in sample.tags), "")
        absent = sample.image_name is not None and not _all_there(sample)
        question = HIDDEN if hidden else one_line(sample.question, 300)
        cells = [sample.id, one_line(group), question, *(["(picture missing)"] if absent else [])]
        sys.stdout.write("\t".join(cells) + "\n")
    if hidden:
        sys.stderr.write(f"mosseval: the texts of {dataset.name} are offensive by design; --texts shows them\n")


def show_sample(name: str, sample_id: str, data: Path | None, reading: Reading) -> None:
    """Prints one sample whole."""
    dataset = benchmarks.get(name, reading).load(data)
    sample = next((each for each in dataset.samples if each.id == sample_id), None)
    if sample is None:
        raise UsageError(f"{name} has no sample {sample_id!r}", hint=f"`mosseval data list {name}` prints the ids")
    console = Console(highlight=False, soft_wrap=True)
    rows = [("sample", f"{name}/{sample.id}"), ("question", sample.question), ("expected", sample.expected)]
    rows += [("picture", f"{each.path}{'' if _there(each) else ' (missing)'}") for each in sample.pictures]
    rows += [(key, _words(value)) for key, value in sample.tags.items()]
    rows += [("fault", sample.fault[1])] if sample.fault else []
    for key, value in rows:
        if value is not None:
            console.print(Text(f"{key:18} ", style="bold") + Text(clean(str(value))))


def _all_there(sample: Sample) -> bool:
    return bool(sample.pictures) and all(map(_there, sample.pictures))


def _there(picture: Picture) -> bool:
    return os.path.isfile(picture.path)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def fetch_benchmark(name: str, into: Path | None) -> None:
    """Downloads a benchmark and says what came and where it lies."""
    dataset = benchmarks.get(name).fetch(into)
    roots = ", ".join(str(root) for root in dataset.roots)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"{name}: {len(dataset.samples)} samples, questions {dataset.questions_sha256}, in {roots}")
