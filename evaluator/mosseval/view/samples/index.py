"""A run's samples by what became of them, what they are, and their words: which fit, and how many beside each filter.

A set of samples is a whole number whose bit N stands for the Nth: filters are `&`, counts are `bit_count`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock

from mosseval.view.folder import Line
from mosseval.view.followed import Read
from mosseval.view.samples.ended import Ended, Keys, ended_of
from mosseval.view.samples.sets import Group

STATUS, LABEL, ONLY, TAG = "status", "label", "only", "tag."
"""Groups of filters; a tag's is TAG and its name."""
MOST_OF_A_TAG = 60
"""Values up to which a tag is offered as a filter."""
SEARCHES = 24
"""Searches that are remembered."""


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
        looked_at = sum(1 << number for number in numbers)
        for words, found in known:
            made.put(words, found & ~looked_at | sum(1 << number for number in index.holding(words, numbers)))
        return made


class Index:
    """See the module. `ids` are the samples in the run's order; `ended` says what became of each, by one judge."""

    def __init__(
        self, read: Read, judge: str | None, ended: Sequence[Ended], asked: Sequence[str], keys: Sequence[Keys]
    ) -> None:
        self.read = read
        self.judge = judge
        self.ids = read.folder.manifest.selected
        self.ended = ended
        self.all = (1 << len(self.ids)) - 1
        self._asked = asked
        self._keys = keys
        self._remarks: list[str | None] = [None] * len(ended)
        self._searches = Searches()
        self._groups: dict[str, Group] = {}

    @classmethod
    def of(cls, read: Read, judge: str | None) -> Index:
        """The index of a run by the verdicts of a judge."""
        rows = read.folder.samples()
        ids = read.folder.manifest.selected
        keys = [_keys_of(read, each) for each in ids]
        ended = [ended_of(read, judge, own, rows.get(each), each) for own, each in zip(keys, ids, strict=True)]
        made = cls(read, judge, ended, [_asked(each, rows.get(each)) for each in ids], keys)
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
            sample = self.ids[number]
            ended[number] = ended_of(read, self.judge, self._keys[number], rows.get(sample), sample)
        made = Index(read, self.judge, ended, self._asked, self._keys)
        made._groups = dict(self._groups)
        made._remarks = list(self._remarks)
        for number in numbers:
            made._remarks[number] = None
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
            for number in self.holding(words, range(len(self.ids))):
                row[number >> 3] |= 1 << (number & 7)
            found = int.from_bytes(row, "little")
            self._searches.put(words, found)
        return found

    def holding(self, words: Sequence[str], numbers: Iterable[int]) -> Iterable[int]:
        """Those of these samples that hold every word, the longest words looked for first."""
        for word in sorted(words, key=len, reverse=True):
            numbers = [number for number in numbers if self._holds(word, number)]
        return numbers

    def _holds(self, word: str, number: int) -> bool:
        if word in self._asked[number]:
            return True
        said = self.read.said.words
        for key in self._keys[number]:
            if word in said.get(key, ""):
                return True
        return word in self._told(number)

    def keys(self, number: int) -> tuple[str, ...]:
        """The keys of a sample's repeats."""
        return self._keys[number]

    def _told(self, number: int) -> str:
        """What judges and failures say of a sample."""
        found = self._remarks[number]
        if found is None:
            found = self._remarks[number] = "\n".join(self._said_of(number)).lower()
        return found

    def _said_of(self, number: int) -> Iterator[str]:
        state = self.read.state
        for key in self._keys[number]:
            yield from (found[key].reason for found in state.verdicts.values() if key in found)
            answer = state.answers.get(key)
            if answer is not None and (answer.record.error or answer.record.block):
                yield f"{answer.record.error} {answer.record.block}"

    def _tags(self, rows: Mapping[str, Line]) -> dict[str, Group]:
        tags = [rows[each]["tags"] if each in rows else {} for each in self.ids]
        names = dict.fromkeys(name for each in tags for name in each)
        return {f"{TAG}{name}": Group.of(_values(each.get(name)) for each in tags) for name in list(names)[:100]}


def _groups(group: Group) -> bool:
    """Whether a tag puts samples together, as a description does not."""
    return len(group.sets) <= min(MOST_OF_A_TAG, 2 + sum(map(bool, group.values)) // 2)


def _keys_of(read: Read, sample: str) -> Keys:
    manifest = read.folder.manifest
    return tuple(f"{manifest.config.benchmark}/{sample}/{repeat}" for repeat in range(manifest.repeats))


def _asked(sample: str, row: Line | None) -> str:
    if row is None:
        return sample.lower()
    tags = " ".join(value for found in row["tags"].values() for value in _values(found))
    return f"{sample}\n{row['question']}\n{tags}\n{tags.replace('_', ' ')}".lower()


def _values(value: object) -> list[str]:
    found = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in found]
