"""A run that is too large for memory, in parts: each holds some of the samples with all that is known of them.

The lines are read once, shared out by sample into files (`store.buckets`), and read again part by part; what numbers
do not need stays behind. A part takes as much memory as a run of its size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain
from types import TracebackType
from typing import Any

import orjson

from mosseval.store import Answer, Manifest, Run, RunState
from mosseval.store.buckets import Buckets, bucket_of
from mosseval.store.codec import answer_sha256
from mosseval.store.state import LEFT_OUT, answer_named
from mosseval.types import TagValue
from mosseval.values import mapping

LARGE = 200_000
"""Answers from which on a run is read in parts."""
A_PART = 50_000
"""Answers of a part, about."""
MOST = 200
"""Parts at most: each is an open file while lines are shared out."""
_ROW, _RECORD, _JUDGEMENT = range(3)
_KEPT_OF_VERDICTS = ("key", "label", "refusal", "correct", "judge", "judge_version", "reason", "answer_sha256")
Line = dict[str, Any]


def answers_of(manifest: Manifest) -> int:
    """How many answers a run has when it is complete."""
    return len(manifest.selected) * manifest.repeats


class Part:
    """Some of a run's samples; says of them what the run would."""

    def __init__(self, manifest: Manifest, rows: dict[str, Line], state: RunState, texts: dict[str, str]) -> None:
        self.manifest = manifest
        self.state = state
        self._rows = rows
        self._texts = texts

    def samples(self) -> dict[str, Line]:
        """Expected answers and tags by sample id."""
        return self._rows

    def tags(self) -> dict[str, Mapping[str, TagValue]]:
        """The tags of each sample by its id."""
        return {sample_id: row["tags"] for sample_id, row in self._rows.items()}

    def answers(self, shard: int, state: RunState, keys: Set[str]) -> Iterator[tuple[str, str, str]]:
        """Key, sample id and text of the answers that stand for `keys`."""
        for key in keys:
            answer, text = state.answers[key], self._texts.get(key)
            if text is not None and answer_sha256(text) == answer.answer_sha256:
                yield key, answer.record.sample_id, text


class Parts:
    """The parts of a run; a context manager, which reads the run. `judges`: how many lines of each there are.

    `tags` are those that count. Texts of answers are kept for yes/no benchmarks alone, whose numbers read them.
    """

    def __init__(self, run: Run, tags: Sequence[str]) -> None:
        self.judges: Counter[str] = Counter()
        self._run = run
        self._tags = tags
        self._number = min(MOST, -(-answers_of(run.manifest) // A_PART)) or 1
        self._buckets = Buckets(self._number, few=0)
        self._reads_texts = run.manifest.task == "yes_no"

    def __enter__(self) -> Parts:
        self._buckets.__enter__()
        benchmark = self._run.manifest.config.benchmark
        for row in self._run.sample_lines():
            if isinstance(sample_id := row.get("sample_id"), str):
                tags = mapping(row.get("tags"))
                kept = {tag: tags[tag] for tag in self._tags if tag in tags}
                self._buckets.put(f"{benchmark}/{sample_id}", [_ROW, sample_id, row.get("expected"), kept])
        for line in self._run.record_lines():
            if isinstance(key := line.get("key"), str):
                self._buckets.put(_sample_of(key), [_RECORD, *self._record(line)])
        for line in self._run.judgement_lines():
            if isinstance(key := line.get("key"), str):
                self.judges[str(line.get("judge"))] += 1
                self._buckets.put(_sample_of(key), [_JUDGEMENT, _judgement(line)])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._buckets.__exit__(kind, error, trace)

    def each(self) -> Iterator[Part]:
        """The parts, one at a time."""
        manifest = self._run.manifest
        config = replace(manifest.config, shards=1)
        selected: list[list[str]] = [[] for _ in range(self._number)]
        for sample_id in manifest.selected:
            selected[bucket_of(f"{config.benchmark}/{sample_id}", self._number)].append(sample_id)
        known: dict[bytes, Mapping[str, TagValue]] = {}
        for ids, bucket in zip(selected, self._buckets.each(), strict=True):
            yield _part(replace(manifest, config=config, selected=tuple(ids)), bucket, known)

    def _record(self, line: Line) -> tuple[Line, str | None, str | None]:
        """What is kept of a record, the hash of its answer, and its text where that is read."""
        text = line.get("text") if line.get("status") == "answered" else None
        kept = {name: value for name, value in line.items() if name not in LEFT_OUT}
        if not isinstance(text, str):
            return kept, None, None
        return kept, answer_sha256(text), text if self._reads_texts else None


def _part(manifest: Manifest, bucket: Iterable[list[Any]], known: dict[bytes, Mapping[str, TagValue]]) -> Part:
    """`known` holds one copy of tags that many samples share."""
    rows: dict[str, Line] = {}
    texts: dict[str, str] = {}
    entries, verdicts = iter(bucket), list[list[Any]]()

    def answers() -> Iterator[Answer]:
        for entry in entries:
            if entry[0] == _ROW:
                _, sample_id, expected, tags = entry
                shared = known.setdefault(orjson.dumps(tags), tags)
                rows[sample_id] = {"expected": expected, "tags": shared}
            elif entry[0] == _RECORD:
                _, line, named, text = entry
                answer = answer_named(line, named)
                if answer is not None:
                    if text is not None:
                        texts[answer.record.key] = text
                    yield answer
            else:
                verdicts.append(entry)
                return

    state = RunState.of_answers(answers(), (line for _, line in chain(verdicts, entries)))
    return Part(manifest, rows, state, texts)


def _judgement(line: Line) -> Line:
    split = mapping(line.get("details")).get("split") is True
    kept = {name: line[name] for name in _KEPT_OF_VERDICTS if name in line}
    return {**kept, "details": {"split": True}} if split else kept


def _sample_of(key: str) -> str:
    """The part of a key that all repeats of a sample share."""
    return key.rpartition("/")[0]
