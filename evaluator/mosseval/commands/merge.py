"""`mosseval merge`: the shards of a run, from wherever they lie, as one run without shards."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from mosseval.commands.standing import Standing
from mosseval.errors import RunMismatch, UsageError
from mosseval.place import Place
from mosseval.store import Bounds, Lines, Manifest, Run, open_run, read_run

Line = dict[str, Any]


@dataclass(slots=True)
class Merged:
    """How many lines were written."""

    records: int = 0
    judgements: int = 0


def merge(sources: Sequence[Place], out: Place) -> None:
    """Writes the merged run. Raises UsageError, RunMismatch where the sources are no shards of one run."""
    if out in sources:
        raise UsageError(f"{out} is one of the sources", hint="name another place with --out")
    if len(set(sources)) < len(sources):
        raise UsageError("a source is named twice", hint="name each one once")
    runs: list[Run] = []
    for place in sources:
        runs.append(read_run(place))
        _share_selection(runs)
    _require_one_run(runs)
    holders = _holders(runs)
    merged = asyncio.run(_merged(runs, holders, out))
    shards = runs[0].manifest.config.shards
    absent = [str(shard) for shard in range(shards) if shard not in holders]
    if absent:
        _say(f"{len(absent)} of {shards} shards have no record yet: {', '.join(absent[:20])}")
    _say(f"{merged.records} records and {merged.judgements} judgements of {len(holders)} shards written")
    sys.stderr.write(f"run: {out}\n")


def _share_selection(runs: Sequence[Run]) -> None:
    """The last one read holds the first one's list of samples, where they are the same: shards have it in common."""
    first, last = runs[0], runs[-1]
    if last.manifest.selected == first.manifest.selected:
        last.manifest = replace(last.manifest, selected=first.manifest.selected)


def _require_one_run(runs: Sequence[Run]) -> None:
    """Raises RunMismatch where two sources are not of one configuration, or of different questions."""
    first = runs[0]
    for run in runs[1:]:
        differences = first.manifest.config.differences(run.manifest.config)
        mine, theirs = first.manifest.data, run.manifest.data
        if mine.questions_sha256 != theirs.questions_sha256:
            differences.append(f"questions: {mine.questions_sha256[:12]}, there {theirs.questions_sha256[:12]}")
        if differences:
            listing = "\n  ".join(differences)
            raise RunMismatch(
                f"{first.name} and {run.name} are no shards of one run:\n  {listing}",
                hint="merge shards of one configuration; `mosseval compare` sets different runs beside each other",
            )
        if mine.images_sha256 != theirs.images_sha256:
            _say(f"{run.name} was asked with other pictures than {first.name}")


def _holders(runs: Sequence[Run]) -> dict[int, Run]:
    """Who holds each shard. Raises UsageError for a shard that there is not, or that two sources hold."""
    shards = runs[0].manifest.config.shards
    holders: dict[int, Run] = {}
    for run in runs:
        for shard in run.written_shards():
            if shard >= shards:
                raise UsageError(
                    f"{run.name} holds records of shard {shard}, and the run has {shards} (from 0)",
                    hint="remove what is foreign there",
                )
            if shard in holders:
                raise UsageError(
                    f"both {holders[shard].name} and {run.name} hold shard {shard}", hint="name one of the two"
                )
            holders[shard] = run
    return holders


async def _merged(runs: Sequence[Run], holders: Mapping[int, Run], out: Place) -> Merged:
    manifest = _manifest([run.manifest for run in runs])
    rows = (row for run in runs for row in run.sample_lines() if "sample_id" in row)
    run = await open_run(out, manifest, rows, set(manifest.selected), Bounds())
    async with run.locked(0, _say):
        run.confirm()
        with Standing() as standing:
            there = bool(run.written_shards())
            standing.offer(_records(holders), _judgements(holders), compared=there)
            if there:
                standing.there(run.record_lines(0), run.judgement_lines(0))
            standing.settle()
        return await _copy(holders, standing, run)


def _records(holders: Mapping[int, Run]) -> Iterator[Line]:
    return (line for shard in sorted(holders) for line in holders[shard].record_lines(shard))


def _judgements(holders: Mapping[int, Run]) -> Iterator[Line]:
    return (line for shard in sorted(holders) for line in holders[shard].judgement_lines(shard))


def _manifest(manifests: Sequence[Manifest]) -> Manifest:
    united = manifests[0]
    for each in manifests[1:]:
        same = each.selected == united.selected
        known = set() if same else {*united.selected, *each.selected}
        selected = united.selected
        united = each.merged(united, known)
        united = replace(united, selected=selected) if same else united
    oldest = min(each.created_at for each in manifests)
    return replace(united, config=replace(united.config, shards=1), created_at=oldest)


async def _copy(holders: Mapping[int, Run], standing: Standing, out: Run) -> Merged:
    """Copies what stands and is not there yet: the sources are read a second time, line by line."""
    merged = Merged()
    with out.records(0) as lines:
        for number, line in enumerate(_records(holders)):
            if number in standing.records:
                await lines.room()
                lines.append(line)
                merged.records += 1
    with ExitStack() as files:
        writers: dict[str, Lines] = {}
        for number, line in enumerate(_judgements(holders)):
            if number in standing.judgements:
                judge = line["judge"]
                if judge not in writers:
                    writers[judge] = files.enter_context(out.judgements(judge, 0))
                writers[judge].append(line)
                merged.judgements += 1
    return merged


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {message}\n")
