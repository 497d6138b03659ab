"""Why samples have no answer, or none that counts: the gaps of a run by their cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mosseval.report import cells
from mosseval.report.page.source import Source

MOST = 25
"""Causes that are listed for a run; the rest are one line."""
NAMED = 4
"""Samples that are named for a cause."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: the kind of the count it belongs to, what happened, and where."""

    kind: str
    words: str
    what: str
    detail: str
    count: int
    samples: tuple[str, ...]
    more: int


def causes(source: Source) -> tuple[Cause, ...]:
    """Every cause with how many samples (times repeats) it holds, the most frequent of a kind first."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, sample, kind in _rows(source):
        what = _what(source, key, kind)
        if what is not None:
            found.setdefault((kind, what[0]), []).append((sample, what[1]))
    counted = list(source.summary.counts)
    order = sorted(found, key=lambda each: (counted.index(each[0]), -len(found[each]), each[1]))
    listed = [_cause(kind, what, found[kind, what]) for kind, what in order[:MOST]]
    rest = [met for each in order[MOST:] for met in found[each]]
    if rest:
        listed.append(replace(_cause("error", "", rest), words="other", what=f"{len(order) - MOST} other causes"))
    return tuple(listed)


def _cause(kind: str, what: str, met: list[tuple[str, str]]) -> Cause:
    samples = tuple(dict.fromkeys(sample for sample, _ in met))
    detail = next((detail for _, detail in met if detail), "")
    words = cells.OUTSIDE_WORDS.get(kind, kind)
    return Cause(kind, words, what, detail, len(met), samples[:NAMED], max(0, len(samples) - NAMED))


def _rows(source: Source) -> Iterator[tuple[str, str, str]]:
    """Key, sample and kind of every row of the summary, which stand repeat by repeat."""
    selected = source.folder.manifest.selected
    for number, row in enumerate(source.summary.rows):
        yield f"{source.benchmark}/{row.sample}/{number // len(selected)}", row.sample, row.kind


def _what(source: Source, key: str, kind: str) -> tuple[str, str] | None:
    """What happened, and a detail; None where there is an answer that counts."""
    answer = source.state.answers.get(key)
    if answer is None:
        return "not asked yet, or not answered", ""
    record = answer.record
    if kind == "error" and record.error is not None:
        return str(record.error.code), str(record.error.message)
    if kind in ("blocked", "blocked_other") and record.block is not None:
        block = record.block
        by = f" by {block.provider}" if block.provider else ""
        return f"{block.category}, at the {block.where}{by}", str(block.reason or "")
    if kind == "empty":
        limit = record.finish_reason == "length"
        return (
            "a blank; the token limit ran out" if limit else f"a blank; finish {record.finish_reason or 'unknown'}",
            "",
        )
    if kind == "missing_image":
        return "the picture was not in the data folder", ""
    if kind == "unjudged":
        verdict = source.state.verdict(source.summary.judge, key) if source.summary.judge else None
        return (verdict.reason if verdict else "no verdict yet") or "no reason given", ""
    return None
