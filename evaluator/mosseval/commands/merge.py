"""`mosseval merge`: the shards of a run, from wherever they lie, as one run without shards."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from mosseval.errors import RunMismatch, UsageError
from mosseval.judges.spec import FILE_NAME
from mosseval.place import Place
from mosseval.store import Bounds, Lines, Manifest, Run, RunState, open_run, read_run
from mosseval.store.state import answer_of

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
    runs = [read_run(place) for place in sources]
    _require_one_run(runs)
    holders = _holders(runs)
    merged = asyncio.run(_merged(runs, holders, out))
    shards = runs[0].manifest.config.shards
    absent = [str(shard) for shard in range(shards) if shard not in holders]
    if absent:
        _say(f"{len(absent)} of {shards} shards have no record yet: {', '.join(absent[:20])}")
    _say(f"{merged.records} records and {merged.judgements} judgements of {len(holders)} shards written")
    sys.stderr.write(f"run: {out}\n")


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
    rows = {sample_id: row for run in runs for sample_id, row in run.samples().items()}
    manifest = _manifest([run.manifest for run in runs])
    run = await open_run(out, manifest, rows.values(), set(manifest.selected), Bounds())
    merged = Merged()
    async with run.locked(0, _say):
        run.confirm()
        there = run.state(0) if run.written_shards() else RunState({}, {})
        for shard in sorted(holders):
            await _copy(holders[shard], shard, run, there, merged)
    return merged


def _manifest(manifests: Sequence[Manifest]) -> Manifest:
    united = manifests[0]
    for each in manifests[1:]:
        united = each.merged(united, {*united.selected, *each.selected})
    oldest = min(each.created_at for each in manifests)
    return replace(united, config=replace(united.config, shards=1), created_at=oldest)


async def _copy(source: Run, shard: int, out: Run, there: RunState, merged: Merged) -> None:
    """Copies what stands in one shard and is not there yet; the lines are read twice, and few things kept of them."""
    standing = _standing(source.record_lines(shard))
    with out.records(0) as lines:
        for number, line in enumerate(source.record_lines(shard)):
            key = line.get("key")
            if key in standing and standing[key][0] == number and not _is_there(line, there):
                await lines.room()
                lines.append(line)
                merged.records += 1
    verdicts = _latest_verdicts(source.judgement_lines(shard), {key: named for key, (_, named) in standing.items()})
    with ExitStack() as files:
        writers: dict[str, Lines] = {}
        for number, line in enumerate(source.judgement_lines(shard)):
            judge, key = str(line.get("judge")), str(line.get("key"))
            if verdicts.get((judge, key)) != number or _is_judged(line, there):
                continue
            if judge not in writers:
                writers[judge] = files.enter_context(out.judgements(judge, 0))
            writers[judge].append(line)
            merged.judgements += 1


def _standing(lines: Iterable[Line]) -> dict[str, tuple[int, str | None]]:
    """Of each key the number of the line that stands, and its answer's hash."""
    found: dict[str, tuple[int, str | None]] = {}
    for number, line in enumerate(lines):
        answer = answer_of(line)
        if answer is not None:
            found[answer.record.key] = number, answer.answer_sha256
    return found


def _latest_verdicts(lines: Iterable[Line], answers: Mapping[str, str | None]) -> dict[tuple[str, str], int]:
    """Of each judge and key the number of the last line that judges the answer that stands."""
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines):
        judge, key, named = line.get("judge"), line.get("key"), line.get("answer_sha256")
        if not (isinstance(judge, str) and isinstance(key, str) and FILE_NAME.fullmatch(judge)):
            continue
        if named is not None and answers.get(key) == named:
            found[judge, key] = number
    return found


def _is_there(line: Line, there: RunState) -> bool:
    known, new = there.answers.get(line["key"]), answer_of(line)
    return (
        known is not None and new is not None and (known.answer_sha256, known.record) == (new.answer_sha256, new.record)
    )


def _is_judged(line: Line, there: RunState) -> bool:
    known = there.verdict(line["judge"], line["key"])
    same = ("label", "judge_version", "reason")
    return known is not None and all(getattr(known, name) == line.get(name) for name in same)


def _say(message: str) -> None:
    sys.stderr.write(f"mosseval: {message}\n")
