"""A run's samples by what became of them, what they are, and their words: which fit, and how many beside each filter.

A set of samples is a whole number whose bit N stands for the Nth: filters are `&`, counts are `bit_count`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from mosseval.accuracy import yes_no_row
from mosseval.counting import Row, refusal_row
from mosseval.view.followed import Line, Read

STATUS, LABEL, ONLY, TAG = "status", "label", "only", "tag."
"""Groups of filters; a tag's is TAG and its name."""
DISAGREE, FLIPS, UNSURE, SPLIT = "judges disagree", "repeats differ", "judge unsure", "panel split"
WRONG = "wrong"
MOST_OF_A_TAG = 60
"""Values up to which a tag is offered as a filter."""
SEARCHES = 24
"""Searches that are remembered."""
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Group:
    """One group of filters: what each sample has of it, and the set of samples of each value."""

    values: tuple[frozenset[str], ...]
    sets: Mapping[str, int]

    @classmethod
    def of(cls, found: Iterable[Iterable[str]]) -> Group:
        """From the values of every sample."""
        values = tuple(frozenset(each) for each in found)
        rows: dict[str, bytearray] = {}
        for number, each in enumerate(values):
            for value in each:
                row = rows.get(value)
                if row is None:
                    row = rows[value] = bytearray(len(values) // 8 + 1)
                row[number >> 3] |= 1 << (number & 7)
        return cls(values, {value: int.from_bytes(row, "little") for value, row in rows.items()})

    def after(self, changes: Mapping[int, frozenset[str]]) -> Group:
        """With other values of some samples."""
        changed = {number: new for number, new in changes.items() if new != self.values[number]}
        if not changed:
            return self
        values, sets = list(self.values), dict(self.sets)
        for number, new in changed.items():
            bit = 1 << number
            for value in values[number] - new:
                sets[value] &= ~bit
            for value in new - values[number]:
                sets[value] = sets.get(value, 0) | bit
            values[number] = new
        return Group(tuple(values), {value: found for value, found in sets.items() if found})


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one sample: a row of the numbers a repeat, and the groups of its filters that change."""

    rows: tuple[Row, ...]
    status: frozenset[str]
    label: frozenset[str]
    only: frozenset[str]


class Searches:
    """Which samples hold words, remembered; samples that changed are looked at again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[str, ...], int] = OrderedDict()

    def get(self, words: tuple[str, ...]) -> int | None:
        """What was found."""
        with self._lock:
            return self._found.get(words)

    def put(self, words: tuple[str, ...], found: int) -> None:
        """Remembers it."""
        with self._lock:
            self._found[words] = found
            while len(self._found) > SEARCHES:
                self._found.popitem(last=False)

    def after(self, index: Index, numbers: Sequence[int]) -> Searches:
        """The same for an index in which these samples changed."""
        made = Searches()
        with self._lock:
            known = list(self._found.items())
        for words, found in known:
            for number in numbers:
                bit = 1 << number
                found = found | bit if index.holds(number, words) else found & ~bit
            made.put(words, found)
        return made


class Index:
    """See the module. `ids` are the samples in the run's order; `ended` says what became of each, by one judge."""

    def __init__(self, read: Read, judge: str | None, ended: tuple[Ended, ...], asked: Sequence[str]) -> None:
        self.read = read
        self.judge = judge
        self.ids = read.folder.manifest.selected
        self.ended = ended
        self.all = (1 << len(self.ids)) - 1
        self._asked = asked
        self._searches = Searches()
        self._groups: dict[str, Group] = {}

    @classmethod
    def of(cls, read: Read, judge: str | None) -> Index:
        """The index of a run by the verdicts of a judge."""
        rows = read.folder.samples()
        ids = read.folder.manifest.selected
        ended = tuple(_ended(read, judge, each, rows.get(each)) for each in ids)
        made = cls(read, judge, ended, [_asked(each, rows.get(each)) for each in ids])
        made._groups = {
            STATUS: Group.of(each.status for each in ended),
            LABEL: Group.of(each.label for each in ended),
            ONLY: Group.of(each.only for each in ended),
            **made._tags(rows),
        }
        return made

    def after(self, read: Read) -> Index:
        """The index when a run was read again; its samples are the same."""
        benchmark, rows = read.folder.manifest.config.benchmark, read.folder.samples()
        samples = {key.rpartition("/")[0].removeprefix(f"{benchmark}/") for key in read.touched or ()}
        numbers = [self.numbers[sample] for sample in samples if sample in self.numbers]
        if not numbers:
            return self
        ended = list(self.ended)
        for number in numbers:
            ended[number] = _ended(read, self.judge, self.ids[number], rows.get(self.ids[number]))
        made = Index(read, self.judge, tuple(ended), self._asked)
        made._groups = dict(self._groups)
        for name in (STATUS, LABEL, ONLY):
            changes = {number: getattr(ended[number], name) for number in numbers}
            made._groups[name] = self._groups[name].after(changes)
        made._searches = self._searches.after(made, numbers)
        return made

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The place of each sample."""
        return {sample: number for number, sample in enumerate(self.ids)}

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every group that is offered as a filter."""
        return {name: group for name, group in self._groups.items() if not name.startswith(TAG) or _groups(group)}

    def sets(self, group: str) -> Mapping[str, int]:
        """The samples of each value of a group."""
        return self._groups[group].sets if group in self._groups else {}

    @property
    def names(self) -> Iterable[str]:
        """Every group, those with too many values to be offered too."""
        return self._groups.keys()

    def figure(self, number: int, column: str) -> float:
        """What samples are sorted by: `length` of the answers, `latency` of the slowest (s), `cost` of all (USD)."""
        said, answers = self.read.said, self.read.state.answers
        keys = self.keys(number)
        if column == "length":
            return sum(said.lengths.get(key, 0) for key in keys)
        found = [answers[key].record for key in keys if key in answers]
        if column == "cost":
            return sum(record.cost_usd or 0.0 for record in found)
        return max((record.latency_s or 0.0 for record in found), default=0.0)

    def fitting(self, group: str, values: Iterable[str]) -> int:
        """The samples that have one of the values; all of them where there are none to have, or no such group."""
        sets, wanted = self.sets(group), list(values)
        if not wanted:
            return self.all
        found = 0
        for value in wanted:
            found |= sets.get(value, 0)
        return found

    def with_words(self, words: tuple[str, ...]) -> int:
        """The samples that hold every word, each in the question, an answer, a reason, a tag or the id."""
        if not words:
            return self.all
        found = self._searches.get(words)
        if found is None:
            row = bytearray(len(self.ids) // 8 + 1)
            for number in range(len(self.ids)):
                if self.holds(number, words):
                    row[number >> 3] |= 1 << (number & 7)
            found = int.from_bytes(row, "little")
            self._searches.put(words, found)
        return found

    def holds(self, number: int, words: Sequence[str]) -> bool:
        """Whether a sample holds every word."""
        asked = self._asked[number]
        missing = [word for word in words if word not in asked]
        if not missing:
            return True
        pieces = list(self._answered(number))
        return all(any(word in piece for piece in pieces) for word in missing)

    def keys(self, number: int) -> list[str]:
        """The keys of a sample's repeats."""
        manifest = self.read.folder.manifest
        return [f"{manifest.config.benchmark}/{self.ids[number]}/{repeat}" for repeat in range(manifest.repeats)]

    def _answered(self, number: int) -> Iterator[str]:
        words, state = self.read.said.words, self.read.state
        for key in self.keys(number):
            if key in words:
                yield words[key]
            for verdicts in state.verdicts.values():
                if (verdict := verdicts.get(key)) is not None:
                    yield verdict.reason.lower()
            answer = state.answers.get(key)
            if answer is not None and (answer.record.error or answer.record.block):
                yield _failed(answer.record.error, answer.record.block)

    def _tags(self, rows: Mapping[str, Line]) -> dict[str, Group]:
        tags = [rows[each]["tags"] if each in rows else {} for each in self.ids]
        names = dict.fromkeys(name for each in tags for name in each)
        return {f"{TAG}{name}": Group.of(_values(each.get(name)) for each in tags) for name in list(names)[:100]}


def _groups(group: Group) -> bool:
    """Whether a tag puts samples together, as a description does not."""
    return len(group.sets) <= min(MOST_OF_A_TAG, 2 + sum(map(bool, group.values)) // 2)


def numbers_in(found: int) -> list[int]:
    """The samples of a set, in order."""
    content = found.to_bytes((found.bit_length() + 7) // 8, "little")
    return [8 * place + bit for place, byte in enumerate(content) if byte for bit in range(8) if byte >> bit & 1]


def _ended(read: Read, judge: str | None, sample: str, row: Line | None) -> Ended:
    manifest, state = read.folder.manifest, read.state
    tags, expected = (row["tags"], row["expected"]) if row else ({}, None)
    rows, status, label, only = [], set(), set(), set()
    for repeat in range(manifest.repeats):
        key = f"{manifest.config.benchmark}/{sample}/{repeat}"
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
    found = [each for name in read.state.verdicts if (each := read.state.verdict(name, key)) is not None]
    words = {each.label if task == "yes_no" else each.refusal for each in found if each.label != "unjudged"} - {None}
    if len(words) > 1:
        yield DISAGREE
    if any(each.split for each in found if each.judge == judge):
        yield SPLIT
    if any(read.said.unsure.get((each.judge, key)) for each in found if each.judge == judge):
        yield UNSURE


def _asked(sample: str, row: Line | None) -> str:
    if row is None:
        return sample.lower()
    tags = " ".join(value for found in row["tags"].values() for value in _values(found))
    return f"{sample}\n{row['question']}\n{tags}\n{tags.replace('_', ' ')}".lower()


def _values(value: object) -> list[str]:
    found = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in found]


def _failed(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part is not None).lower()
