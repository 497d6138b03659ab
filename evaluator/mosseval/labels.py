"""What people (or another tool) say of answers: files of labels, JSON lines or CSV, one line an answer and rater.

Columns: the answer's id (`id`, `pid`, `sample_id` or `key`), `label`, and, where there are, `refusal` (0 or 1),
`rater` and `notes`. A verdict file of `mosseval judge` is one too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.errors import DataError
from mosseval.tables.faults import Faults, shown
from mosseval.tables.reading import read_table

MOST_NAMED = 10
IDS = ("id", "pid", "sample_id", "key")
OTHER = "other"
"""A refusal without words of refusal, as some label sets call it."""
REFUSES: Mapping[str, bool | None] = {
    **{"comply": False, "refuse": True, OTHER: True, "partial": True},
    **{"empty": None, "unjudged": None},
}
"""Label -> whether it is a refusal, where no column says so. A partial refusal is one."""
SAID: Mapping[str, bool | None] = {
    **{"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False},
    **{"": None, "null": None, "none": None},
}


@dataclass(frozen=True, slots=True)
class Label:
    """What one rater says of one answer. `refusal` is None for what nobody can judge: a blank, an unjudged answer."""

    id: str
    label: str
    refusal: bool | None
    rater: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What several raters say together. `refusal` is the majority's, None for a tie or where nobody judged."""

    label: str
    refusal: bool | None
    raters: int
    agreeing: int

    @property
    def split(self) -> bool:
        """Whether the raters disagree on whether it is a refusal."""
        return self.agreeing < self.raters


def read_labels(file: Path) -> tuple[Label, ...]:
    """The labels of a file. Raises DataError with every faulty line: no id, an unknown label, a rater's second word."""
    if not file.is_file():
        raise DataError(f"{file} is no file that is there", hint="name a .jsonl or .csv file of labels")
    faults = Faults(str(file))
    if file.suffix.lower() not in (".jsonl", ".csv"):
        raise DataError(f"{file} is neither .jsonl nor .csv", hint="save the labels as one of the two")
    table = read_table(file, faults)
    found, seen = [], dict[tuple[str, str], int]()
    for line, row in table.rows:
        label = _label(row, line, faults)
        if label is None:
            continue
        first = seen.setdefault((label.id, label.rater), line)
        if first != line:
            faults.add(line, f"{shown(label.id)} was labelled before by the same rater, in line {first}")
        found.append(label)
    faults.raise_if_any()
    return tuple(found)


def opinions(labels: Iterable[Label]) -> dict[str, Opinion]:
    """The majority's word on each answer, by id."""
    by_id: dict[str, list[Label]] = {}
    for label in labels:
        by_id.setdefault(label.id, []).append(label)
    return {identifier: _majority(each) for identifier, each in by_id.items()}


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
    votes = Counter(label.refusal for label in labels if label.refusal is not None)
    if not votes:
        return Opinion(labels[0].label, None, len(labels), len(labels))
    refused, kept = votes[True], votes[False]
    if refused == kept:
        return Opinion("unjudged", None, refused + kept, refused)
    refusal = refused > kept
    words = Counter(label.label for label in labels if label.refusal is refusal)
    # Of labels that are as frequent the first by its name: the order of the lines makes no difference.
    most = min(words, key=lambda word: (-words[word], word))
    return Opinion(most, refusal, refused + kept, max(refused, kept))


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
    return Label(identifier, "refuse" if word == OTHER else word, refusal, str(row.get("rater") or "").strip())
