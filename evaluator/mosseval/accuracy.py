"""The numbers of a yes/no benchmark (contract 3).

`correct` = answers read as the word that the sample expects; `of` = answers read as yes or no. An unclear answer is
neither, and a provider's block, whatever its reason, is no answer to a yes/no question: both stay outside, as all else
does, and `bounds` says what the accuracy would be if all or none of it were correct. The headline is `macro`, the mean
of the subsets' accuracies, as the paper (arXiv 2502.11184) reports it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, ClassVar, Literal

from mosseval.counting import (
    LABELS_OF,
    PAPER_OUTSIDE,
    UNANSWERED,
    Rate,
    Row,
    grouped,
    kind_of,
    number_of,
    percent,
    rate_over,
    rounded,
)
from mosseval.parts import Part
from mosseval.rated import Rated
from mosseval.stats import mean_of_rates
from mosseval.store import Answer, Run, RunState
from mosseval.types import TagValue

LABELS = LABELS_OF["yes_no"]
OUTSIDE = ("unclear", "blocked", *UNANSWERED)
COUNTS = (*LABELS, "blocked", *UNANSWERED)
SUBSET = "subset"


@dataclass(frozen=True, slots=True)
class Macro:
    """The mean of the subsets' accuracies, in percent with its 95% interval (`stats.mean_of_rates`).

    `percent` is None where one of the run's subsets has no sample that counts.
    """

    percent: float | None
    interval: tuple[float, float] | None
    subsets: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {"percent": self.percent, "ci95": rounded(self.interval), "subsets": list(self.subsets)}


@dataclass(frozen=True, slots=True)
class Accuracy(Rated):
    """See the module; `rate` is the accuracy over all samples, the mean of the subsets is `macro`."""

    counts: tuple[str, ...] = COUNTS
    outside: tuple[str, ...] = OUTSIDE
    what: ClassVar[Literal["correct"]] = "correct"

    @staticmethod
    def outcome(row: Row) -> bool | None:
        """Whether it was correct; None where it stands outside the accuracy."""
        return row.correct

    @property
    def macro(self) -> Macro | None:
        """The headline; None where the benchmark has no subsets."""
        subsets = grouped(self.rows, SUBSET)
        if not subsets:
            return None
        rates = [self.rate_of(rows) for rows in subsets.values()]
        parts = [each for rate in rates if (each := rate.parts())]
        found = mean_of_rates(parts)
        if found is None or len(parts) < len(rates):
            return Macro(None, None, tuple(subsets))
        mean, low, high = (100 * each for each in found)
        return Macro(round(mean, 4), (low, high), tuple(subsets))

    def wrong(self) -> dict[str, Rate]:
        """The error each way, by the word that was expected."""
        return {
            f"expected_{word}": rate_over((row for row in self.rows if row.expected == word), _wrong, "wrong")
            for word in ("yes", "no")
        }

    def bounds(self) -> tuple[float | None, float | None]:
        """The accuracy in percent if none, and if all, of what is outside were correct."""
        return _bounds(self.rows)

    def macro_bounds(self) -> tuple[float | None, float | None]:
        """The same of the mean of the subsets."""
        pairs = [_bounds(rows) for rows in grouped(self.rows, SUBSET).values()]
        return _mean([low for low, _ in pairs]), _mean([high for _, high in pairs])

    def paper_counting(self) -> dict[str, Any]:
        """The published script's reading: correct where the expected word stands anywhere in the answer, also inside
        another ("not", "know" for no), of every sample that was asked."""
        subsets = {name: _paper_percent(rows) for name, rows in grouped(self.rows, SUBSET).items()}
        return {
            "percent": _paper_percent(self.rows),
            "macro": {"percent": _mean(list(subsets.values()))},
            "by": {SUBSET: subsets},
        }

    def document(self) -> dict[str, Any]:
        """The part of contract 3 that is this task's own."""
        low, high = self.bounds()
        macro_low, macro_high = self.macro_bounds()
        macro = self.macro
        return {
            "accuracy": {**self.rate.document(), "macro": macro.document() if macro else None},
            "wrong": {name: rate.document() for name, rate in self.wrong().items()},
            "bounds": {
                "percent_low": low,
                "percent_high": high,
                "macro": {"percent_low": macro_low, "percent_high": macro_high} if macro else None,
            },
        }


def _wrong(row: Row) -> bool | None:
    return None if row.correct is None else not row.correct


def yes_no_row(
    sample: str,
    answer: Answer | None,
    state: RunState,
    judge: str | None,
    tags: Mapping[str, TagValue],
    expected: str | None,
    *,
    paper_correct: bool,
) -> Row:
    """The row of a sample of a yes/no benchmark. Correctness is the label against what the sample expects now."""
    kind, block = kind_of(answer, state, judge, LABELS)
    wanted = expected.strip().lower() if expected else None
    correct = kind == wanted if kind in ("yes", "no") and wanted else None
    filtered = block is not None and block.where != "model"
    return Row(sample, kind, None, filtered, tags, correct, wanted, paper_correct)


def paper_readings(run: Run | Part, state: RunState, expected: Mapping[str, str]) -> Iterator[str]:
    """The keys of the answers in which the expected word stands anywhere, as a substring."""
    keys = {key for key, answer in state.answers.items() if answer.answer_sha256}
    for shard in range(run.manifest.config.shards):
        for key, sample_id, text in run.answers(shard, state, keys):
            word = expected.get(sample_id, "").strip().lower()
            if word and word in text.lower():
                yield key


def _bounds(rows: Sequence[Row]) -> tuple[float | None, float | None]:
    correct = number_of(row for row in rows if row.correct is True)
    outside = number_of(row for row in rows if row.correct is None)
    return percent(correct, number_of(rows)), percent(correct + outside, number_of(rows))


def _paper_percent(rows: Iterable[Row]) -> float | None:
    asked = [row for row in rows if row.kind not in PAPER_OUTSIDE]
    return percent(number_of(row for row in asked if row.paper_correct), number_of(asked))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fsum(known) / len(known), 4) if known and len(known) == len(values) else None
