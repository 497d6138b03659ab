"""What became of one sample, by one judge: what the filters of a run's samples go by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mosseval.accuracy import yes_no_row
from mosseval.counting import Row, refusal_row
from mosseval.view.folder import Line
from mosseval.view.followed import Read

DISAGREE, FLIPS, UNSURE, SPLIT = "judges disagree", "repeats differ", "judge unsure", "panel split"
WRONG = "wrong"
PENDING = "pending"
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one sample: a row of the numbers a repeat, and the groups of its filters that change."""

    rows: tuple[Row, ...]
    status: frozenset[str]
    label: frozenset[str]
    only: frozenset[str]


def ended_of(read: Read, judge: str | None, keys: Keys, row: Line | None, sample: str) -> Ended:
    manifest, state = read.folder.manifest, read.state
    tags, expected = (row["tags"], row["expected"]) if row else ({}, None)
    rows, status, label, only = [], set(), set(), set()
    for key in keys:
        answer = state.answers.get(key)
        if manifest.task == "yes_no":
            made = yes_no_row(sample, answer, state, judge, tags, expected, paper_correct=False)
        else:
            made = refusal_row(sample, answer, state, judge, tags)
        rows.append(made)
        status.add(answer.record.status if answer else PENDING)
        if answer is not None and answer.record.status == "answered":
            label.add(made.kind)
        if made.correct is False:
            only.add(WRONG)
        only.update(_of_judges(read, key, judge, manifest.task))
    outcomes = {each.refusal if manifest.task == "refusal" else each.correct for each in rows} - {None}
    if len(outcomes) > 1:
        only.add(FLIPS)
    return Ended(tuple(rows), frozenset(status), frozenset(label), frozenset(only))


def _of_judges(read: Read, key: str, judge: str | None, task: str) -> Iterator[str]:
    if (judge, key) in read.said.unsure:
        yield UNSURE
    found = [each for name in read.state.verdicts if (each := read.state.verdict(name, key)) is not None]
    words = {each.label if task == "yes_no" else each.refusal for each in found if each.label != "unjudged"} - {None}
    if len(words) > 1:
        yield DISAGREE
    if any(each.split for each in found if each.judge == judge):
        yield SPLIT
