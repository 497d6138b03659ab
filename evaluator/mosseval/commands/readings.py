"""The two readings of the same answers that `mosseval agreement` sets side by side, from runs and from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mosseval.agreement import Pair
from mosseval.errors import UsageError
from mosseval.labels import check_known, current, opinions, read_labels
from mosseval.place import Place
from mosseval.store import Run, read_run
from mosseval.store.state import RunState
from mosseval.types import TagValue


@dataclass(frozen=True, slots=True)
class Readings:
    """One source's pairs, and what stands outside them with the number of answers. `reasons` are the judge's words."""

    name: str
    judge: str
    reference: str
    pairs: tuple[Pair, ...]
    outside: Mapping[str, int]
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    """One side's word on one answer."""

    label: str
    refusal: bool | None
    reason: str = ""


def read(source: Place, reference: str, judge: str | None) -> Readings:
    """The readings of a run (by a judge of it) or of a file of verdicts, beside the reference.

    `reference` is the name of another judge of the run, or a file of labels. Raises UsageError, DataError.
    """
    if not isinstance(source, Path) or (source / "run.json").is_file():
        return _of_run(read_run(source), reference, judge)
    if source.is_dir():
        raise UsageError(f"there is no run in {source}: no run.json")
    if judge is not None:
        raise UsageError("--judge names a judge of a run; a file holds the verdicts of one", hint="leave it out")
    if not Path(reference).exists():
        raise UsageError(f"--reference {reference!r} is no file", hint="beside a file of verdicts it is one of labels")
    said = {key: _Said(opinion.label, opinion.refusal) for key, opinion in opinions(read_labels(source)).items()}
    labels = opinions(read_labels(Path(reference)))
    check_known(labels, said, Path(reference), str(source))
    found = {key: _Said(labels[key].label, labels[key].refusal) for key in said if key in labels}
    return _paired(str(source), source.stem, reference, {key: key for key in said}, said, found, {})


def _of_run(folder: Run, reference: str, judge: str | None) -> Readings:
    state = folder.state()
    known = sorted(state.verdicts)
    by_name = reference in known
    judge = judge or next((name for name in known if name != reference), None)
    for name in (judge, reference if by_name or not Path(reference).exists() else judge):
        if name not in known:
            raise UsageError(
                f"{folder.name} holds no verdicts of {name!r}",
                hint=f"it was judged by: {', '.join(known) or 'nobody'}; --reference also takes a file of labels",
            )
    assert judge is not None
    samples = {key: answer.record.sample_id for key, answer in state.answers.items() if answer.answer_sha256}
    said = _verdicts(state, judge, samples)
    found = _verdicts(state, reference, samples) if by_name else _labels(folder, state, Path(reference), samples)
    return _paired(folder.name, judge, reference, samples, said, found, folder.tags())


def _verdicts(state: RunState, judge: str, samples: Mapping[str, str]) -> dict[str, _Said]:
    found = {key: state.verdict(judge, key) for key in samples}
    return {key: _Said(verdict.label, verdict.refusal, verdict.reason) for key, verdict in found.items() if verdict}


def _labels(folder: Run, state: RunState, file: Path, samples: Mapping[str, str]) -> dict[str, _Said]:
    labels, _ = current(read_labels(file), {key: answer.answer_sha256 for key, answer in state.answers.items()})
    said = opinions(labels)
    check_known(said, folder.manifest.answer_names(), file, folder.name)
    found = {}
    for key, sample_id in samples.items():
        opinion = said.get(key) or (said.get(sample_id) if key.endswith("/0") else None)
        if opinion is not None:
            found[key] = _Said(opinion.label, opinion.refusal)
    return found


def _paired(
    name: str,
    judge: str,
    reference: str,
    samples: Mapping[str, str],
    said: Mapping[str, _Said],
    found: Mapping[str, _Said],
    tags: Mapping[str, Mapping[str, TagValue]],
) -> Readings:
    pairs, outside = [], {"not in the reference": 0, "undecided in the reference": 0, "not judged": 0}
    for key, sample_id in samples.items():
        mine, theirs = said.get(key), found.get(key)
        if theirs is None:
            outside["not in the reference"] += 1
        elif theirs.refusal is None:
            outside["undecided in the reference"] += 1
        elif mine is None or mine.refusal is None:
            outside["not judged"] += 1
        else:
            pairs.append(
                Pair(key, sample_id, theirs.refusal, mine.refusal, theirs.label, mine.label, tags.get(sample_id, {}))
            )
    reasons = {key: each.reason for key, each in said.items() if each.reason}
    return Readings(name, judge, reference, tuple(pairs), outside, reasons)
