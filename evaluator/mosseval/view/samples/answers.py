"""What was answered to one sample: each repeat's text as it lies in the run's files, every judge's verdict, and where
the answer came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from mosseval.report.page.samples import WORDS, in_its_place
from mosseval.store.codec import answer_sha256
from mosseval.store.state import Answer, Verdict
from mosseval.values import items, mapping, strings
from mosseval.view import sound
from mosseval.view.folder import Line
from mosseval.view.samples.index import Index
from mosseval.web.text import Span, clipped, pieces, prose, shown, span_of

Tags = tuple[tuple[str, str, str], ...]
LONGEST, EXCERPT, QUOTE, REMARK = 50_000, 420, 400, 2_000
"""Characters of an answer that are shown, on its page and in a list, of what another judge marks, and of what judges
and providers say."""


@dataclass(frozen=True, slots=True)
class Given:
    """One judge's verdict. `quote` is what it marks, where it is not the one whose marks the answer shows."""

    judge: str
    kind: str
    words: str
    reason: str
    sure: bool | None
    version: str
    quote: Markup | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Repeat:
    """One repeat. `said` is None where there is no text; `failed` says what there is in its place."""

    number: int
    kind: str
    words: str
    said: Markup | None
    marked: bool
    failed: str
    refusal: str
    reasoning: str
    verdicts: tuple[Given, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """One sample. `tags`: name, value, and the URL of those that have it too."""

    question: str
    expected: str
    tags: Tags
    repeats: tuple[Repeat, ...]


def answered(index: Index, number: int, question: str, expected: str, tags: Tags) -> Answered:
    """Everything about a sample."""
    repeats = tuple(_repeat(index, number, repeat, key) for repeat, key in enumerate(index.keys(number)))
    return Answered(question, expected, tags, repeats)


def excerpt(index: Index, number: int) -> tuple[Markup | None, str]:
    """The beginning of the first repeat's answer with what decided, and the judge's or the failure's word."""
    key = index.keys(number)[0]
    answer = index.read.state.answers.get(key)
    text, _ = _text(index, key, answer)
    verdict = index.read.state.verdict(index.judge, key) if index.judge else None
    span = _span(index, verdict, text)
    said = prose(pieces(text, span, EXCERPT)) if text else None
    return said, f"{verdict.judge}: {verdict.reason}" if verdict and verdict.reason else in_its_place(answer)


def _repeat(index: Index, number: int, repeat: int, key: str) -> Repeat:
    answer, kind = index.read.state.answers.get(key), index.ended[number].rows[repeat].kind
    text, line = _text(index, key, answer)
    shown_by = index.read.state.verdict(index.judge, key) if index.judge else None
    span = _span(index, shown_by, text)
    reasoning = line.get("reasoning")
    return Repeat(
        number=repeat,
        kind=kind,
        words=WORDS.get(kind, kind),
        said=prose(pieces(text, span, LONGEST)) if text else None,
        marked=span is not None,
        failed=clipped(in_its_place(answer), REMARK),
        refusal=clipped(answer.record.refusal or "", REMARK) if answer else "",
        reasoning=shown(reasoning, LONGEST) if isinstance(reasoning, str) else "",
        verdicts=tuple(_given(index, key, text)),
        facts=tuple(_facts(answer, line)) if answer else (),
    )


def _text(index: Index, key: str, answer: Answer | None) -> tuple[str, Line]:
    """The answer's text and its record's line; nothing where the file says something else by now."""
    line = index.read.record(key) if answer else {}
    if not line or answer is None:
        return "", {}
    text = line.get("text")
    if not isinstance(text, str) or answer_sha256(text) != answer.answer_sha256:
        return "", line
    return text, line


def _span(index: Index, verdict: Verdict | None, text: str) -> Span | None:
    if verdict is None or not text:
        return None
    return span_of(index.read.judgement(verdict.judge, verdict.key).get("evidence"), text)


def _given(index: Index, key: str, text: str) -> Iterator[Given]:
    state = index.read.state
    for judge in sorted(state.verdicts, key=lambda each: (each != index.judge, each)):
        verdict = state.verdict(judge, key)
        if verdict is None:
            continue
        line = index.read.judgement(judge, key)
        sure = line.get("sure")
        span = span_of(line.get("evidence"), text) if text and judge != index.judge else None
        yield Given(
            judge=judge,
            kind=verdict.label,
            words=WORDS.get(verdict.label, verdict.label),
            reason=clipped(verdict.reason, REMARK),
            sure=sure if isinstance(sure, bool) else None,
            version=verdict.judge_version,
            quote=prose(pieces(text[span.start : span.end], None, QUOTE)) if span else None,
            counts=judge == index.judge,
        )


def _facts(answer: Answer, line: Line) -> Iterator[tuple[str, str]]:
    """Where one answer came from; only what is known."""
    record = answer.record
    told = (
        ("model served", record.served_model),
        ("provider", record.provider),
        ("finish", record.finish_reason),
        ("attempts", str(record.attempts) if record.attempts else None),
        ("seconds", None if record.latency_s is None else f"{record.latency_s:.2f}"),
        ("cost", None if record.cost_usd is None else f"{record.cost_usd:.5f} USD"),
        ("tokens", _tokens(mapping(line.get("usage")))),
        ("not sent, as the provider does not take it", ", ".join(record.dropped_params)),
        ("sent without being asked for", _settings(record.added_params)),
        ("safety switches sent", _settings(record.safety_settings or {})),
        ("pictures made anew", ", ".join(_changes(line))),
        ("request, SHA-256", record.request_sha256[:16]),
    )
    yield from ((name, word) for name, word in told if word)


def _tokens(usage: Mapping[str, Any]) -> str:
    names = {"prompt_tokens": "in", "completion_tokens": "out"}
    return ", ".join(f"{usage[name]:,} {word}" for name, word in names.items() if isinstance(usage.get(name), int))


def _settings(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sound.shallow(dict(values)).items())


def _changes(line: Line) -> Iterator[str]:
    for each in items(line.get("images")):
        forms = strings([mapping(each).get(name) for name in ("from", "to")])
        if len(forms) == 2 and forms[0] != forms[1]:
            yield " → ".join(forms)
