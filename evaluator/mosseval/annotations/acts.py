"""One line of a journal: what one person said of one answer, or that they take something back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mosseval.annotations.choices import CHOICES
from mosseval.values import mend

MARK = "annotation"
"""The field by which a line is known; its value is the version of its form."""
VERSION = 1
LONGEST_NOTE = 2000
LONGEST_RATER = 80
LONGEST_FIELD = 1000
TIME = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}\+00:00")
SAID = frozenset((each.label, each.refusal) for choices in CHOICES.values() for each in choices)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is labelled: a record's key and the hash of its text, so that no label passes to another text."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Act:
    """A label, a note, or both. `label` None: only the note. `final`: an adjudicator's word, which then stands.

    `entry` names the act, `replaces` the one of the same person that stood before it; `at` is UTC, to the
    microsecond, and only grows in a file.
    """

    entry: str
    at: str
    rater: str
    answer: Answer
    label: str | None
    refusal: bool | None
    note: str = ""
    final: bool = False
    replaces: str | None = None

    @property
    def slot(self) -> Slot:
        """What it is the word of and on."""
        return Slot(self.rater, self.answer, self.final)

    def document(self) -> dict[str, Any]:
        """The line."""
        return {
            MARK: VERSION,
            "entry": self.entry,
            "at": self.at,
            "rater": self.rater,
            "id": self.answer.key,
            "label": self.label,
            "refusal": self.refusal,
            "note": self.note,
            "final": self.final,
            "replaces": self.replaces,
            "answer_sha256": self.answer.sha256,
        }


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes one act of the same person back, for good: what stood before it stands again."""

    entry: str
    at: str
    rater: str
    undoes: str

    def document(self) -> dict[str, Any]:
        """The line."""
        return {MARK: VERSION, "entry": self.entry, "at": self.at, "rater": self.rater, "undoes": self.undoes}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where at most one act stands: one person's word on one answer, as a rater or (`final`) as adjudicator."""

    rater: str
    answer: Answer
    final: bool = False


def parse(line: Mapping[str, Any]) -> Act | Undo | None:
    """The act of a line; None for a line that is none. Files come from others: nothing in them is taken on trust."""
    if line.get(MARK) != VERSION:
        return None
    words = {name: line.get(name) for name in ("entry", "at", "rater")}
    if not all(isinstance(word, str) and word.strip() and len(word) <= LONGEST_FIELD for word in words.values()):
        return None
    entry, at, rater = (mend(str(word)) for word in words.values())
    if not TIME.fullmatch(at):
        return None
    if "undoes" in line:
        undoes = line["undoes"]
        return Undo(entry, at, rater, undoes) if isinstance(undoes, str) else None
    key, sha256, label, refusal = (line.get(name) for name in ("id", "answer_sha256", "label", "refusal"))
    if not isinstance(key, str) or not isinstance(sha256, str) or not _is_said(label, refusal):
        return None
    note, replaces = line.get("note"), line.get("replaces")
    return Act(
        entry=entry,
        at=at,
        rater=rater,
        answer=Answer(mend(key), sha256),
        label=label,
        refusal=refusal,
        note=mend(note[:LONGEST_NOTE]) if isinstance(note, str) else "",
        final=line.get("final") is True,
        replaces=replaces if isinstance(replaces, str) else None,
    )


def _is_said(label: object, refusal: object) -> bool:
    if label is None:
        return refusal is None
    return isinstance(label, str) and (refusal is None or isinstance(refusal, bool)) and (label, refusal) in SAID
