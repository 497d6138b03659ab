"""Which lines of a run stand, found in memory that does not grow with the run: `merge` copies those."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from mosseval.judges.spec import FILE_NAME
from mosseval.store.buckets import Buckets
from mosseval.store.codec import record_line
from mosseval.store.state import Answer, answer_of

BUCKETS = 128
_RECORD, _JUDGEMENT, _RECORD_THERE, _JUDGEMENT_THERE = range(4)
Line = dict[str, Any]


class Marks:
    """One bit for each line of a file, by its number from 0."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def set(self, number: int) -> None:
        """Marks a line."""
        place, bit = divmod(number, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        self._bits[place] |= 1 << bit

    def __contains__(self, number: int) -> bool:
        place, bit = divmod(number, 8)
        return place < len(self._bits) and bool(self._bits[place] >> bit & 1)


class Standing:
    """Which of many lines are to be copied to a run: those that stand, and are not there yet.

    Of each key the last record stands, and of each judge the last verdict on that record's answer. A context manager;
    give it the lines once, in their order, then read `records` and `judgements`.
    """

    def __init__(self) -> None:
        self._buckets = Buckets(BUCKETS)
        self.records = Marks()
        self.judgements = Marks()

    def __enter__(self) -> Standing:
        self._buckets.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._buckets.__exit__(*raised)

    def offer(self, records: Iterable[Line], judgements: Iterable[Line], *, compared: bool) -> None:
        """Takes the lines to be copied. `compared`: there are others that they will be compared with."""
        for number, answer in _answers(records):
            said = _said(answer) if compared else None
            self._buckets.put(answer.record.key, [_RECORD, answer.record.key, number, answer.answer_sha256, said])
        for number, line in _verdicts(judgements):
            key = line["key"]
            entry = [_JUDGEMENT, key, line["judge"], number, line["answer_sha256"], _word(line)]
            self._buckets.put(key, entry)

    def there(self, records: Iterable[Line], judgements: Iterable[Line]) -> None:
        """Takes the lines of the run that is copied to."""
        for _, answer in _answers(records):
            key = answer.record.key
            self._buckets.put(key, [_RECORD_THERE, key, answer.answer_sha256, _said(answer)])
        for _, line in _verdicts(judgements):
            key = line["key"]
            self._buckets.put(key, [_JUDGEMENT_THERE, key, line["judge"], line["answer_sha256"], _word(line)])

    def settle(self) -> None:
        """Finds out what stands."""
        for bucket in self._buckets.each():
            _Bucket(bucket).mark(self.records, self.judgements)


class _Bucket:
    """Some keys with all that was said of them."""

    def __init__(self, entries: Iterable[list[Any]]) -> None:
        self._records: dict[str, tuple[int, str | None, str | None]] = {}
        self._verdicts: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        self._records_there: dict[str, tuple[str | None, str]] = {}
        self._verdicts_there: dict[tuple[str, str], tuple[str, str]] = {}
        for kind, key, *rest in entries:
            if kind == _RECORD:
                self._records[key] = (rest[0], rest[1], rest[2])
            elif kind == _RECORD_THERE:
                self._records_there[key] = (rest[0], rest[1])
            elif kind == _JUDGEMENT:
                self._verdicts.setdefault((rest[0], key), []).append((rest[1], rest[2], rest[3]))
            else:
                self._verdicts_there[rest[0], key] = (rest[1], rest[2])

    def mark(self, records: Marks, judgements: Marks) -> None:
        """Marks what stands and is not there."""
        for key, (number, named, said) in self._records.items():
            if said is None or self._records_there.get(key) != (named, said):
                records.set(number)
        for (judge, key), found in self._verdicts.items():
            standing = self._records.get(key)
            last = next((each for each in reversed(found) if standing and each[1] == standing[1]), None)
            if last is not None and self._verdicts_there.get((judge, key)) != last[1:]:
                judgements.set(last[0])


def _answers(lines: Iterable[Line]) -> Iterator[tuple[int, Answer]]:
    for number, line in enumerate(lines):
        answer = answer_of(line)
        if answer is not None:
            yield number, answer


def _verdicts(lines: Iterable[Line]) -> Iterator[tuple[int, Line]]:
    """Those that name an answer, by a judge whose name can be that of a file."""
    for number, line in enumerate(lines):
        judge, key, named = line.get("judge"), line.get("key"), line.get("answer_sha256")
        if isinstance(judge, str) and isinstance(key, str) and isinstance(named, str) and FILE_NAME.fullmatch(judge):
            yield number, line


def _said(answer: Answer) -> str:
    """A hash of all that an `Answer` keeps of its record."""
    return hashlib.sha256(orjson.dumps(record_line(answer.record), default=dict)).hexdigest()


def _word(line: Line) -> str:
    """What makes two verdicts on one answer the same."""
    return "\n".join(str(line.get(name)) for name in ("label", "judge_version", "reason"))
