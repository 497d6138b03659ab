"""The words and figures of a summary, the same in every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mosseval.accuracy import Accuracy, Macro
from mosseval.contrast import good_outcome
from mosseval.repeats import Repeats
from mosseval.summary import Rate, Summary

SIMULATED = "simulated"
TEXT_ONLY = "text only"
NOTHING = "–"
OUTSIDE_WORDS = {
    "unclear": "unclear",
    "blocked": "blocked",
    "blocked_other": "blocked for other reasons",
    "empty": "empty",
    "error": "failed",
    "missing_image": "missing image",
    "unjudged": "unjudged",
    "pending": "pending",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The table that every format opens with, for the runs of one task.

    `columns` are its titles, `figures` those of them that are numbers, `outside` the titles of what stands outside;
    `row` gives one run's cells; `breakdown` is the tag that a second table is broken down by.
    """

    title: str
    columns: tuple[str, ...]
    figures: frozenset[str]
    outside: tuple[str, ...]
    breakdown: str
    row: Callable[[Summary], list[str]]


def _refusal_row(summary: Summary) -> list[str]:
    return [
        model(summary),
        benchmark(summary),
        percent(summary.rate.percent),
        interval(summary.rate),
        share(summary.rate),
        outside(summary),
        bounds(summary.bounds()),
        summary.judge or "none",
    ]


def _accuracy_row(summary: Summary) -> list[str]:
    numbers = Accuracy(summary.rows)
    macro = numbers.macro
    return [
        model(summary),
        benchmark(summary),
        percent(macro.percent if macro else None),
        interval(macro) if macro else NOTHING,
        percent(summary.rate.percent),
        share(summary.rate),
        outside(summary),
        bounds(numbers.macro_bounds() if macro else summary.bounds()),
        summary.judge or "none",
    ]


HEADLINES: Mapping[str, Headline] = MappingProxyType(
    {
        "refusal": Headline(
            title="Refusal rate",
            columns=("model", "benchmark", "refusal rate", "95% CI", "refused", "outside the rate", "bounds", "judge"),
            figures=frozenset({"refusal rate", "95% CI", "refused", "bounds"}),
            outside=("model", "outside the rate", "bounds", "judge"),
            breakdown="stimulus",
            row=_refusal_row,
        ),
        "yes_no": Headline(
            title="Accuracy",
            columns=(
                *("model", "benchmark", "mean of subsets", "95% CI", "all samples", "correct"),
                *("outside the accuracy", "bounds", "judge"),
            ),
            figures=frozenset({"mean of subsets", "95% CI", "all samples", "correct", "bounds"}),
            outside=("model", "outside the accuracy", "bounds", "judge"),
            breakdown="subset",
            row=_accuracy_row,
        ),
    }
)
"""The headline of each task; `bounds` are those of the first figure in the row."""


def by_task(summaries: Sequence[Summary]) -> list[tuple[Headline, list[Summary]]]:
    """The summaries by their tasks, each with its headline, in the order in which the tasks first occur."""
    tasks = dict.fromkeys(summary.task for summary in summaries)
    return [(HEADLINES[task], [each for each in summaries if each.task == task]) for task in tasks]


def model(summary: Summary) -> str:
    """The model's name; a simulated one is always said to be simulated."""
    name = summary.manifest.config.model
    return f"{name} (simulated)" if summary.simulated and "simulated" not in name else name


def benchmark(summary: Summary) -> str:
    """The benchmark's name; that it was asked without pictures is always said."""
    name = summary.manifest.config.benchmark
    return f"{name} ({TEXT_ONLY})" if summary.text_only else name


def label(summary: Summary, among: Sequence[Summary] = ()) -> str:
    """The model where a table does not name the benchmark; both where the summaries shown are of several."""
    if len({each.manifest.config.benchmark for each in among}) > 1:
        return f"{model(summary)}, {benchmark(summary)}"
    return f"{model(summary)} ({TEXT_ONLY})" if summary.text_only else model(summary)


def percent(value: float | None) -> str:
    """One decimal, or a dash."""
    return NOTHING if value is None else f"{value:.1f}%"


def interval(rate: Rate | Macro) -> str:
    """The 95% interval in percent."""
    bounds = rate.interval() if isinstance(rate, Rate) else rate.interval
    return NOTHING if bounds is None else f"{bounds[0]:.1f}–{bounds[1]:.1f}"


def share(rate: Rate) -> str:
    """Numerator and denominator."""
    return f"{rate.count} of {rate.of}"


def rate(rate: Rate) -> str:
    """A group's rate; an accuracy or its errors with the interval."""
    between = f" [{interval(rate)}]" if rate.what != "refused" and rate.of else ""
    return f"{percent(rate.percent)}{between} ({share(rate)})"


def outside(summary: Summary) -> str:
    """Every count outside the denominator that is not zero; `none` where all are."""
    counts = summary.counts
    kinds = summary.numbers.outside
    return ", ".join(f"{counts[kind]} {OUTSIDE_WORDS[kind]}" for kind in kinds if counts[kind]) or "none"


def bounds(pair: tuple[float | None, float | None]) -> str:
    """The rate if none, and if all, of what is outside were counted."""
    low, high = pair
    return f"{percent(low)[:-1]}–{percent(high)}" if low is not None else NOTHING


def words(name: str) -> str:
    """A tag's value as people write it."""
    return name.replace("_", " ")


def notes(summary: Summary, among: Sequence[Summary] = ()) -> list[str]:
    """What a reader must know beside the numbers, a sentence each."""
    told = (*_of_the_question(summary), *_of_the_answers(summary), *_of_the_judges(summary))
    return [f"{label(summary, among)}: {each}" for each in told]


def _of_the_question(summary: Summary) -> Iterator[str]:
    if summary.simulated:
        yield "a simulated model; the numbers say nothing about any real one"
    if good_outcome(summary.task, summary.manifest.config.benchmark) == "refusal":
        yield f"{summary.manifest.config.benchmark} is a contrast set: refusal is the good outcome here"
    if summary.text_only:
        yield "asked without the pictures (--text-only); the numbers say nothing about the questions with them"
    if summary.provenance["unusable"]:
        yield f"{summary.provenance['unusable']} rows of the data set cannot be asked"
    selected, everything = len(summary.manifest.selected), summary.manifest.data.samples
    if summary.task == "yes_no" and selected < everything:
        macro = Accuracy(summary.rows).macro
        covered = f"; the mean covers {', '.join(map(words, macro.subsets))}" if macro else ""
        yield f"{selected} of {everything} samples{covered}"


def _of_the_answers(summary: Summary) -> Iterator[str]:
    if repeats := summary.numbers.repeats:
        yield _steadiness(repeats)
    provenance, blocked = summary.provenance, summary.counts["blocked"]
    if blocked and summary.task == "refusal":
        yield f"{blocked} blocked for safety or an unknown reason count as refusals"
    elif blocked:
        yield f"{blocked} blocked for safety or an unknown reason: no answer, outside the accuracy"
    if at_limit := provenance["empty_at_token_limit"]:
        yield f"{at_limit} empty because the token limit ran out; raise --max-tokens"
    if errors := provenance["errors"]:
        listing = ", ".join(f"{count} × {code}" for code, count in errors.items())
        yield f"failed with {listing}"
    if "replay" in provenance["providers"]:
        yield "recorded answers; this run's decoding had no part in them"
    elif dropped := provenance["dropped_params"]:
        yield f"the provider takes no {', '.join(dropped)}; not sent"
    if added := provenance["added_params"]:
        yield f"sent without being asked for: {', '.join(added)}"


def _steadiness(repeats: Repeats) -> str:
    """What the repeats say: flips, and samples that came out the same each time."""
    flips = f"{percent(repeats.flip.percent)} of samples flip [{interval(repeats.flip)}] ({share(repeats.flip)})"
    steady = ", ".join(
        f"{word} {repeats.what} in all {repeats.k}: {percent(rate.percent)} ({share(rate)})"
        for word, rate in (("never", repeats.never), ("always", repeats.always))
    )
    return f"asked {repeats.k} times, intervals over samples; {flips}; {steady}"


def _of_the_judges(summary: Summary) -> Iterator[str]:
    if summary.splits:
        yield f"the members of {summary.judge} disagree on {summary.splits} answers"
    for each in summary.beside:
        yield f"the numbers are by {summary.judge}; {each.said(str(summary.judge))}"
