"""A run's folder as far as it was read: only what was added since is read again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mosseval.errors import UsageError
from mosseval.report.page.source import changes_of, tokens_of
from mosseval.store import Answer, Manifest, RunState
from mosseval.store.codec import answer_sha256
from mosseval.store.lines import objects_in
from mosseval.store.state import answer_named, verdict_of
from mosseval.view import sound
from mosseval.view.folder import Line, Rows, ViewedFolder, Where, line_at, named
from mosseval.view.tail import Replaced, Tail, whole

MOST_ANSWERS = 200_000
"""Of a run that pages show; a summary reads larger ones in parts."""
MOST_BYTES = 4 * 1024**3
"""Of its files together."""
MOST_JUDGES = 50
MOST_MANIFEST, MOST_SAMPLES = 256 * 1024**2, 1024**3
SEARCHED = 64 * 1024**2
"""Characters of a run's answers that a search by words looks in, shared among them."""
LEAST_SEARCHED, MOST_SEARCHED = 300, 20_000
"""Of one answer."""


@dataclass(slots=True)
class Said:
    """What is kept of the answers beside their state, by key: small letters for a search, and where the whole lies.

    `limit`: characters of an answer that are kept, `characters` all of them; `longer` answers have more.
    """

    limit: int
    words: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    places: dict[str, Where] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], Where] = field(default_factory=dict)
    unsure: set[tuple[str, str]] = field(default_factory=set)
    changed: dict[str, Mapping[str, int]] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    longer: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What a run said when it was read. `touched`: keys that changed since the reading before; None where all may."""

    folder: ViewedFolder
    state: RunState
    said: Said
    touched: frozenset[str] | None

    def record(self, key: str) -> Line:
        """The record that counts for a key, as it lies in its file; empty where something else lies there by now."""
        line = line_at(self.folder.path, self.said.places.get(key))
        return line if line is not None and line.get("key") == key else {}

    def judgement(self, judge: str, key: str) -> Line:
        """The line of a judge's verdict, as it lies in its file; empty where it does no more."""
        return line_at(self.folder.path, self.said.verdicts.get((judge, key))) or {}


class Followed:
    """One run. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._refused: tuple[object, UsageError] | None = None
        self._begin()

    def _begin(self) -> None:
        self._tails: dict[str, Tail] = {}
        self._head: tuple[tuple[int, int, int], ...] = ()
        self._folder: ViewedFolder | None = None
        self._state = RunState({}, {})
        self._said = Said(0)

    def read(self) -> Read:
        """What the run says now. Raises UsageError where it cannot be read, OSError where it goes away."""
        for _ in range(2):
            try:
                return self._read()
            except Replaced:
                self._begin()
            except (UsageError, OSError):
                self._begin()
                raise
        raise UsageError("the run's files are replaced faster than they can be read")

    def _read(self) -> Read:
        # Read before the lines: what is written meanwhile is read with the next ones.
        anew = self._read_head()
        folder = self._folder
        assert folder is not None
        touched: set[str] = set()
        names = {prefix: named(self._path, prefix) for prefix in ("records-", "judgements-")}
        present = {name for found in names.values() for name in found}
        if self._tails.keys() - present:
            raise Replaced
        # Others may be looking at the state that was handed out.
        state = RunState(
            dict(self._state.answers),
            {judge: dict(found) for judge, found in self._state.verdicts.items()},
            spent_usd=self._state.spent_usd,
            dearest_usd=self._state.dearest_usd,
        )
        for name in names["records-"]:
            for where, line in self._lines(name):
                self._record(state, where, line, touched)
        for name in names["judgements-"]:
            for where, line in self._lines(name):
                self._judgement(state, where, line, touched)
        self._state = state
        return Read(folder, state, self._said, None if anew else frozenset(touched))

    def _read_head(self) -> bool:
        """Reads run.json and the samples where they changed; whether they did."""
        files = (self._path / "run.json", self._path / "samples.jsonl")
        head = tuple(_signature(file) for file in files)
        if self._folder is not None and head == self._head:
            return False
        if self._refused is not None and self._refused[0] == head:
            raise self._refused[1]
        try:
            self._folder = self._found(*files)
        except UsageError as error:
            self._refused = head, error
            raise
        self._head = head
        return True

    def _found(self, *files: Path) -> ViewedFolder:
        manifest = _manifest(files[0])
        answers = len(manifest.selected) * manifest.repeats
        if answers > MOST_ANSWERS:
            raise UsageError(
                f"the run has {answers:,} answers; pages show runs of at most {MOST_ANSWERS:,}",
                hint="`mosseval summary` reads runs of any size, `mosseval run --limit` makes smaller ones",
            )
        if sum(size for size in _sizes(self._path)) > MOST_BYTES:
            raise UsageError(f"the run has more than {MOST_BYTES / 1024**3:.0f} GiB of files")
        rows = _rows(files[1])
        limit = max(LEAST_SEARCHED, min(MOST_SEARCHED, SEARCHED // (answers or 1)))
        if limit < self._said.limit:
            raise Replaced
        self._said.limit = self._said.limit or limit
        return ViewedFolder(self._path, manifest, rows)

    def _lines(self, name: str) -> Iterator[tuple[Where, Line]]:
        tail = self._tails.setdefault(name, Tail(self._path / name))
        for start, content in tail.news():
            for line in objects_in([content]):
                yield Where(name, start, len(content)), line

    def _record(self, state: RunState, where: Where, found: Line, touched: set[str]) -> None:
        line = sound.record(found)
        if line is None:
            return
        text = line.get("text") if line["status"] == "answered" else None
        answer = answer_named(line, answer_sha256(text) if isinstance(text, str) else None)
        if answer is None:
            return
        key = answer.record.key
        self._charge(state, answer)
        state.answers[key] = answer
        if len(state.answers) > 2 * MOST_ANSWERS:
            raise UsageError(f"the run holds more than {2 * MOST_ANSWERS:,} answers")
        self._keep(key, where, text if isinstance(text, str) else "", found)
        touched.add(key)

    def _keep(self, key: str, where: Where, text: str, found: Line) -> None:
        said = self._said
        said.places[key] = where
        said.longer += (len(text) > said.limit) - (said.lengths.get(key, 0) > said.limit)
        said.lengths[key] = len(text)
        said.characters -= len(said.words.get(key, ""))
        said.words[key] = text[: said.limit].lower()
        said.characters += len(said.words[key])
        said.changed[key] = changes_of(found.get("images"))
        said.tokens[key] = tokens_of(found.get("usage"))

    @staticmethod
    def _charge(state: RunState, answer: Answer) -> None:
        cost = answer.record.cost_usd or 0.0
        state.spent_usd += cost
        state.dearest_usd = max(state.dearest_usd, cost)

    def _judgement(self, state: RunState, where: Where, found: Line, touched: set[str]) -> None:
        line = sound.judgement(found)
        verdict = verdict_of(line, state.answers) if line is not None else None
        if verdict is None or (verdict.judge not in state.verdicts and len(state.verdicts) >= MOST_JUDGES):
            return
        # Its answer may have been written since the records were read.
        given = state.verdicts.setdefault(verdict.judge, {})
        given[verdict.key] = verdict
        if len(given) > 2 * MOST_ANSWERS:
            raise UsageError(f"the run holds more than {2 * MOST_ANSWERS:,} verdicts of one judge")
        self._said.verdicts[verdict.judge, verdict.key] = where
        (self._said.unsure.add if found.get("sure") is False else self._said.unsure.discard)(
            (verdict.judge, verdict.key)
        )
        touched.add(verdict.key)


def _manifest(file: Path) -> Manifest:
    try:
        return sound.manifest(whole(file, MOST_MANIFEST))
    except FileNotFoundError as error:
        raise UsageError("there is no run here any more") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file.name} cannot be read as a run's: {error}") from error


def _rows(file: Path) -> Rows:
    try:
        content = whole(file, MOST_SAMPLES)
    except FileNotFoundError:
        return {}
    found = (sound.sample(line) for line in objects_in(content.split(b"\n")))
    return {row["sample_id"]: row for row in found if row is not None}


def _signature(file: Path) -> tuple[int, int, int]:
    try:
        status = os.lstat(file)
    except FileNotFoundError:
        return (0, 0, 0)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _sizes(path: Path) -> Iterator[int]:
    with os.scandir(path) as files:
        for each in files:
            yield each.stat(follow_symlinks=False).st_size
