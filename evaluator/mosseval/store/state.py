"""What a run says now: the record that stands for each key, and the judgements that name its answer."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args

from mosseval.store.codec import answer_sha256, record_from
from mosseval.types import Record, Status
from mosseval.values import mapping

FINAL_ERRORS = frozenset(
    {"image_invalid", "request_too_large", "context_length_exceeded", "question_blank", "question_invalid"}
)
"""Errors that asking again cannot mend: final until the request itself changes."""
LEFT_OUT: Mapping[str, Any] = MappingProxyType(
    {"text": None, "reasoning": None, "usage": None, "images": (), "tags": MappingProxyType({})}
)
"""What an `Answer` does not keep of its record: a state must stay small where a run is large."""
REPEATED = frozenset(
    {"benchmark", "model", "status", "finish_reason", "served_model", "provider"}
    | {"label", "judge", "judge_version", "reason"}
)
"""Fields whose texts many lines of a run share."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A record without what LEFT_OUT names, with the hash that judgements name its answer by."""

    record: Record
    answer_sha256: str | None

    @property
    def final(self) -> bool:
        """True if the next run need not ask again (as long as the request is the same)."""
        error = self.record.error
        return error is None or error.code in FINAL_ERRORS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement that stands for one answer."""

    key: str
    label: str
    refusal: bool | None
    correct: bool | None
    judge: str
    judge_version: str
    reason: str
    answer_sha256: str
    split: bool = False
    """Whether it is a panel's, and its members disagree."""

    @property
    def owed(self) -> bool:
        """True if the judge failed and should be asked again; an unsupported language is final."""
        return self.label == "unjudged" and self.reason == "judge_failed"


class RunState:
    """The answers of a run by key (the later record stands), and verdicts by judge and key.

    `spent_usd` and `dearest_usd` cover every record, those that a later one replaced too.
    """

    def __init__(
        self,
        answers: dict[str, Answer],
        verdicts: dict[str, dict[str, Verdict]],
        *,
        spent_usd: float = 0.0,
        dearest_usd: float = 0.0,
    ) -> None:
        self.answers = answers
        self.verdicts = verdicts
        self.spent_usd = spent_usd
        self.dearest_usd = dearest_usd

    @classmethod
    def of(cls, records: Iterable[dict[str, Any]], judgements: Iterable[dict[str, Any]]) -> RunState:
        """The state that lines make, in their order; `judgements` are read after `records`."""
        return cls.of_answers((answer for line in records if (answer := answer_of(line))), judgements)

    @classmethod
    def of_answers(cls, found: Iterable[Answer], judgements: Iterable[dict[str, Any]]) -> RunState:
        """The same, of records that were read already."""
        answers: dict[str, Answer] = {}
        spent = dearest = 0.0
        for answer in found:
            answers[answer.record.key] = answer
            spent += answer.record.cost_usd or 0.0
            dearest = max(dearest, answer.record.cost_usd or 0.0)
        verdicts: dict[str, dict[str, Verdict]] = {}
        for line in judgements:
            verdict = verdict_of(line, answers)
            if verdict is not None:
                verdicts.setdefault(verdict.judge, {})[verdict.key] = verdict
        return cls(answers, verdicts, spent_usd=spent, dearest_usd=dearest)

    def verdict(self, judge: str, key: str) -> Verdict | None:
        """The judge's verdict on the answer that stands for `key`; one on an earlier answer does not count."""
        verdict = self.verdicts.get(judge, {}).get(key)
        answer = self.answers.get(key)
        if verdict is None or answer is None or verdict.answer_sha256 != answer.answer_sha256:
            return None
        return verdict


def answer_of(line: dict[str, Any]) -> Answer | None:
    """What is kept of a record's line, None where it is none."""
    text = line.get("text") if line.get("status") == "answered" else None
    return answer_named(line, answer_sha256(text) if isinstance(text, str) else None)


def answer_named(line: dict[str, Any], named: str | None) -> Answer | None:
    """The same, where the hash of the answer's text is known."""
    try:
        record = record_from({**_shared(line), **LEFT_OUT})
    except (KeyError, TypeError):
        return None
    if not isinstance(record.key, str) or record.status not in get_args(Status):
        return None
    return Answer(record, named)


def verdict_of(line: dict[str, Any], answers: Mapping[str, Answer]) -> Verdict | None:
    """What is kept of a judgement's line, None where it is none. `answers` are those that it may name."""
    line = _shared(line)
    try:
        key, named = line["key"], line["answer_sha256"]
        answer = answers.get(key)
        if answer is not None and answer.answer_sha256 == named:
            key, named = answer.record.key, answer.answer_sha256
        return Verdict(
            key,
            line["label"],
            line["refusal"],
            line["correct"],
            line["judge"],
            line["judge_version"],
            line["reason"],
            named,
            split=mapping(line.get("details")).get("split") is True,
        )
    except (KeyError, TypeError):
        return None


def _shared(line: dict[str, Any]) -> dict[str, Any]:
    """The line with one copy for all of every short text that many lines repeat."""
    return {
        name: sys.intern(value) if name in REPEATED and type(value) is str else value for name, value in line.items()
    }
