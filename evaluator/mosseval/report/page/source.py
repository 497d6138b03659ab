"""A run as the report reads it, and what its answers say, which a `RunState` does not keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mosseval.report import cells
from mosseval.store import Run, RunState
from mosseval.store.codec import answer_sha256
from mosseval.summary import Summary, summarise
from mosseval.values import mapping, string


@dataclass(frozen=True, slots=True)
class Source:
    """One run."""

    folder: Run
    state: RunState
    summary: Summary
    label: str = ""
    """What the report calls it: its model, and its folder where two runs of a benchmark are of one model."""

    @classmethod
    def read(cls, folder: Run, judge: str | None) -> Source:
        """Reads the run; `judge` as `summarise` takes it."""
        state = folder.state()
        return cls(folder, state, summarise(folder, judge=judge, state=state))

    @property
    def benchmark(self) -> str:
        """The benchmark's name."""
        return self.folder.manifest.config.benchmark

    @property
    def called(self) -> str:
        """The last part of where it lies: a report is sent to others."""
        return Path(self.folder.name).resolve().name if "://" not in self.folder.name else Path(self.folder.name).name

    def key(self, sample_id: str) -> str:
        """The key of a sample's first repeat."""
        return f"{self.benchmark}/{sample_id}/0"

    def kinds(self) -> dict[str, str]:
        """How each sample ended in its first repeat, as the counts name it."""
        selected = self.folder.manifest.selected
        return {row.sample: row.kind for row in self.summary.rows[: len(selected)]}


def labelled(sources: Sequence[Source]) -> list[Source]:
    """The same runs, each with a label that no other run of its benchmark has."""
    plain = [cells.label(source.summary) for source in sources]
    named = [
        label if _alone(label, source.benchmark, plain, sources) else f"{label}, {source.called}"
        for label, source in zip(plain, sources, strict=True)
    ]
    return [
        replace(source, label=label if _alone(label, source.benchmark, named, sources) else f"{label} (run {number})")
        for number, (label, source) in enumerate(zip(named, sources, strict=True), 1)
    ]


def _alone(label: str, benchmark: str, labels: Sequence[str], sources: Sequence[Source]) -> bool:
    alike = [each for each, source in zip(labels, sources, strict=True) if source.benchmark == benchmark]
    return alike.count(label) == 1


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says, and what the judge says of it; `evidence` is not checked yet."""

    text: str | None = None
    reason: str = ""
    evidence: Any = None
    sure: bool | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What one pass over a run's lines found: answers by key; `changed` counts pictures by what was made of them."""

    said: Mapping[str, Said]
    changed: Mapping[str, int]
    tokens: int


def read_answers(source: Source, wanted: Set[str]) -> Read:
    """The answers of `wanted`, with the judge's words; pictures and tokens over all that stands."""
    texts: dict[str, str] = {}
    pictures: dict[str, Mapping[str, int]] = {}
    tokens: dict[str, int] = {}
    for line in source.folder.record_lines():
        key, text = str(line.get("key")), line.get("text")
        if key not in source.state.answers:
            continue
        pictures[key], tokens[key] = changes_of(line.get("images")), tokens_of(line.get("usage"))
        if key in wanted and isinstance(text, str):
            texts[key] = text
    said = {key: Said(text) for key, text in texts.items()}
    for line in source.folder.judgement_lines():
        key = str(line.get("key"))
        if key in said and line.get("judge") == source.summary.judge:
            answer = texts[key]
            if line.get("answer_sha256") == answer_sha256(answer):
                said[key] = Said(answer, str(line.get("reason") or ""), line.get("evidence"), line.get("sure"))
    return Read(said, together(pictures.values()), sum(tokens.values()))


def together(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums of counts by name."""
    found: dict[str, int] = {}
    for each in counts:
        for what, count in each.items():
            found[what] = found.get(what, 0) + count
    return found


def changes_of(images: Any) -> dict[str, int]:
    """How many pictures of a record were made anew, by what of and into what."""
    found: dict[str, int] = {}
    for each in images if isinstance(images, list) else []:
        image = mapping(each)
        before, after = (string(image.get(name)) or "unknown" for name in ("from", "to"))
        if before != after:
            found[f"{before} → {after}"] = found.get(f"{before} → {after}", 0) + 1
    return found


def tokens_of(usage: Any) -> int:
    """What an answer took in tokens, as its endpoint counted them."""
    total = mapping(usage).get("total_tokens")
    return total if isinstance(total, int) and 0 <= total < 10**12 else 0
