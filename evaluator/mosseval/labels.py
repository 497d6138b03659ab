"""What people (or another tool) say of answers: files of labels, JSON lines or CSV, one line an answer and rater.

Columns: the answer's id (`id`, `pid`, `sample_id` or `key`), `label`, and, where there are, `refusal` (0 or 1),
`rater`, `notes`, and `final` (1: an adjudicator's word, which stands whatever raters say). A verdict file of `mosseval
judge` is one too; so are a journal of `mosseval annotate`, and a folder of them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from mosseval.annotations.acts import MARK, Act
from mosseval.annotations.book import Book
from mosseval.annotations.shelf import Journal, Shelf
from mosseval.errors import DataError
from mosseval.store.lines import read_lines
from mosseval.tables.faults import Faults, shown
from mosseval.tables.reading import read_table

MOST_NAMED = 10
IDS = ("id", "pid", "sample_id", "key")
YES_NO = "yes_no"
OTHER = "other"
"""A refusal without words of refusal, as some label sets call it."""
REFUSES: Mapping[str, bool | None] = {
    **{"comply": False, "refuse": True, OTHER: True, "partial": True},
    **{"empty": None, "unjudged": None},
    **{"yes": None, "no": None, "unclear": None},
}
"""Label -> whether it is a refusal, where no column says so. A partial refusal is one."""
ANSWERS = frozenset(("yes", "no", "unclear"))
"""What an answer to a yes/no question says: for such benchmarks, in the place of refusals."""
SAID: Mapping[str, bool | None] = {
    **{"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False},
    **{"": None, "null": None, "none": None},
}


@dataclass(frozen=True, slots=True)
class Label:
    """What one rater says of one answer. `refusal` is None for what nobody can judge: a blank, an unjudged answer.

    `final`: the word of an adjudicator. `answer_sha256` names the text that was read, where that is known.
    """

    id: str
    label: str
    refusal: bool | None
    rater: str = ""
    final: bool = False
    answer_sha256: str | None = None

    @property
    def vote(self) -> bool | str | None:
        """What is counted: whether it is a refusal, or yes, no, unclear; None where nobody can judge."""
        return self.label if self.label in ANSWERS else self.refusal


@dataclass(frozen=True, slots=True)
class Opinion:
    """What several raters say together. `refusal` is the majority's, None for a tie, where nobody judged, and where
    `label` says what a yes/no question was answered. Of a final word the raters are its adjudicators.
    """

    label: str
    refusal: bool | None
    raters: int
    agreeing: int

    @property
    def split(self) -> bool:
        """Whether the raters disagree on whether it is a refusal."""
        return self.agreeing < self.raters

    @property
    def decided(self) -> bool:
        """Whether it says what an answer is."""
        return self.refusal is not None or self.label in ANSWERS


def read_labels(file: Path) -> tuple[Label, ...]:
    """The labels of a file, or of a folder of journals.

    Raises DataError with every faulty line: no id, an unknown label, a rater's second word.
    """
    if file.is_dir():
        return _annotated(Shelf(file).standing().acts.values())
    if not file.is_file():
        raise DataError(f"{file} is no file that is there", hint="name a .jsonl or .csv file of labels")
    faults = Faults(str(file))
    if file.suffix.lower() not in (".jsonl", ".csv"):
        raise DataError(f"{file} is neither .jsonl nor .csv", hint="save the labels as one of the two")
    if is_journal(file):
        book = Book()
        book.take(Journal(file).new()[1])
        return _annotated(book.standing().acts.values())
    table = read_table(file, faults)
    found, seen = [], dict[tuple[str, str, bool], int]()
    for line, row in table.rows:
        label = _label(row, line, faults)
        if label is None:
            continue
        first = seen.setdefault((label.id, label.rater, label.final), line)
        if first != line:
            faults.add(line, f"{shown(label.id)} was labelled before by the same rater, in line {first}")
        found.append(label)
    faults.raise_if_any()
    return tuple(found)


def opinions(labels: Iterable[Label]) -> dict[str, Opinion]:
    """The majority's word on each answer, by id; that of its adjudicators, where there is one."""
    by_id: dict[str, list[Label]] = {}
    for label in labels:
        by_id.setdefault(label.id, []).append(label)
    return {
        identifier: _majority([label for label in each if label.final] or each) for identifier, each in by_id.items()
    }


def current(labels: Iterable[Label], texts: Mapping[str, str | None]) -> tuple[tuple[Label, ...], int]:
    """The labels that are of these answers (key -> hash of the text that stands), and how many name another text.

    A label that names no text is taken for the answer that stands.
    """
    found = tuple(labels)
    kept = tuple(each for each in found if each.answer_sha256 in (None, texts.get(each.id)))
    return kept, len(found) - len(kept)


def check_task(labels: Iterable[Label], task: str, file: Path, source: str) -> None:
    """Raises DataError where labels speak of refusals and the run's task asks for yes or no, or the other way round."""
    wrong = next(
        (each for each in labels if each.vote is not None and (each.label in ANSWERS) != (task == YES_NO)), None
    )
    if wrong is not None:
        raise DataError(
            f"{file}: {wrong.label!r} of {wrong.id!r} is no label for {source}",
            hint=", ".join(sorted(ANSWERS) if task == YES_NO else ("comply", "partial", "refuse")),
        )


def content_sha256(file: Path) -> str:
    """The hash of a file of labels, or of all journals in a folder."""
    whole = hashlib.sha256()
    for each in sorted(file.glob("*.jsonl")) if file.is_dir() else [file]:
        whole.update(each.read_bytes())
    return whole.hexdigest()


def check_known(ids: Iterable[str], known: Container[str], file: Path, source: str) -> None:
    """Raises DataError naming the ids of `file` that `source` does not know."""
    unknown = [each for each in ids if each not in known]
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        raise DataError(
            f"{file}: {source} has no answer {', '.join(map(repr, unknown[:MOST_NAMED]))}{more}",
            hint="an id is a sample's, or BENCHMARK/ID/REPEAT; do the two belong together?",
        )


def _majority(labels: Sequence[Label]) -> Opinion:
    votes = Counter(label.vote for label in labels if label.vote is not None)
    if not votes:
        return Opinion(labels[0].label, None, len(labels), len(labels))
    vote, most = votes.most_common(1)[0]
    if most * 2 <= votes.total():
        return Opinion("unjudged", None, votes.total(), most)
    words = Counter(label.label for label in labels if label.vote == vote)
    # Of labels that are as frequent the first by its name: the order of the lines makes no difference.
    word = min(words, key=lambda each: (-words[each], each))
    return Opinion(word, vote if isinstance(vote, bool) else None, votes.total(), most)


def is_journal(file: Path) -> bool:
    """Whether it is a folder of journals, or a file whose first whole line is a journal's."""
    if file.is_dir():
        return True
    if file.suffix.lower() != ".jsonl":
        return False
    return any(MARK in line for line in islice(read_lines(file), 1))


def _annotated(acts: Iterable[Act]) -> tuple[Label, ...]:
    """The labels that stand in journals; a note without one is none."""
    found = (
        Label(act.answer.key, act.label, act.refusal, act.rater, act.final, act.answer.sha256)
        for act in acts
        if act.label is not None
    )
    return tuple(sorted(found, key=lambda label: (label.id, label.rater, label.final, label.answer_sha256 or "")))


def _label(row: Mapping[str, Any], line: int, faults: Faults) -> Label | None:
    identifier = next((str(row[name]).strip() for name in IDS if row.get(name) not in (None, "")), "")
    if not identifier:
        faults.add(line, f"no id: one of the columns {', '.join(IDS)} names the answer")
        return None
    word = str(row.get("label") or "").strip().lower()
    if word not in REFUSES:
        faults.add(line, f"{shown(row.get('label'))} is no label: {', '.join(REFUSES)}")
        return None
    said = row.get("refusal")
    text = str(said).strip().lower() if said is not None else ""
    if text not in SAID:
        faults.add(line, f"refusal is {shown(said)}, neither 0 nor 1")
        return None
    refusal = REFUSES[word] if SAID[text] is None or REFUSES[word] is None else SAID[text]
    final = SAID.get(str(row.get("final") or "").strip().lower())
    rater = str(row.get("rater") or "").strip()
    return Label(identifier, "refuse" if word == OTHER else word, refusal, rater, final is True)
