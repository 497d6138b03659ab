"""`mosseval merge` and `mosseval summary` on runs of a hundred thousand to ten million records, as whole processes.

The runs are made up (bench/synthetic.py), what is measured is real: wall time, CPU, peak memory. What the summary
counts is compared with what was written. Needs about 25 GB of disk for ten million records; each size is removed when
it is done. Run: python bench/large.py [--quick] [--size SAMPLES/REPEATS/SHARDS …] [--folder DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from machine import Setting, setting
from processes import ChildFailed, Usage, measured
from synthetic import Size, Written, write

FULL = (Size(10_000, 10, 4), Size(100_000, 10, 4), Size(1_000_000, 10, 4))
QUICK = (Size(3_000, 10, 4), Size(30_000, 10, 4))
PACKAGES = ("mosseval", "orjson")
KINDS = ("comply", "refuse", "blocked", "empty", "error")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one size took; `bytes` are those of the shards."""

    size: Size
    bytes: int
    merge: Usage
    summary: Usage


def measure(size: Size, folder: Path) -> Outcome:
    """Writes, merges, sums up. Raises ChildFailed where the numbers are not those that were written."""
    written = write(folder, size)
    merged = folder / "merged"
    mosseval = [sys.executable, "-m", "mosseval"]
    merge = measured([*mosseval, "merge", *map(str, written.folders), "--out", str(merged)])
    printed = folder / "summary.json"
    command = f'"{sys.executable}" -m mosseval summary "{merged}" --format json > "{printed}"'
    summary = measured(["sh", "-c", f"exec {command}"])
    _compare(json.loads(printed.read_bytes()), written, size)
    return Outcome(size, written.bytes, _small(merge), _small(summary))


def _compare(document: dict[str, object], written: Written, size: Size) -> None:
    counts = document["counts"]
    assert isinstance(counts, dict)
    found = {kind: counts[kind] for kind in KINDS}
    wanted = {kind: written.kinds.get(kind, 0) for kind in KINDS}
    if found != wanted or document["samples"] != size.records:
        raise ChildFailed(f"the summary counts {found}, and {wanted} were written")


def _small(usage: Usage) -> Usage:
    return Usage(usage.wall_s, usage.cpu_s, usage.peak_mib, ())


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """The Markdown table."""
    yield "| records (samples × repeats, shards) | on disk | merge: wall, CPU a record, peak "
    yield "| summary: wall, CPU a record, peak |\n|---|---|---|---|\n"
    for each in outcomes:
        size = each.size
        yield f"| {size.records:,} ({size.samples:,} × {size.repeats}, {size.shards}) | {each.bytes / 1e9:.2f} GB "
        for usage in (each.merge, each.summary):
            yield f"| {usage.wall_s:.1f} s, {usage.cpu_s / size.records * 1e6:.1f} µs, {usage.peak_mib:.0f} MiB "
        yield "|\n"


def report(where: Setting, outcomes: list[Outcome]) -> str:
    """All that was measured, as Markdown."""
    return f"Synthetic records, real commands. {where.line()}.\n\n" + "".join(table(outcomes))


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="30,000 and 300,000 records")
    parser.add_argument("--size", type=_size, action="append", metavar="SAMPLES/REPEATS/SHARDS", help="instead of ours")
    parser.add_argument("--folder", type=Path, help="where the runs are written for a while (default: TMPDIR)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure in FILE")
    arguments = parser.parse_args()
    outcomes = []
    for size in arguments.size or (QUICK if arguments.quick else FULL):
        print(f"{size.records:,} records …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="mosseval-bench-", dir=arguments.folder) as folder:
            outcomes.append(measure(size, Path(folder)))
            print("".join(table(outcomes[-1:])), file=sys.stderr, flush=True)
    where = setting(PACKAGES)
    print(report(where, outcomes))
    if arguments.json:
        document = {"setting": asdict(where), "outcomes": [asdict(each) for each in outcomes]}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _size(text: str) -> Size:
    try:
        samples, repeats, shards = map(int, text.split("/"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no SAMPLES/REPEATS/SHARDS") from None
    if min(samples, repeats, shards) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: each number must be at least 1")
    return Size(samples, repeats, shards)


if __name__ == "__main__":
    main()
