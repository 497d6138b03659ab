"""The words and figures of a summary, the same in every format."""

from __future__ import annotations

from mosseval.stats import wilson
from mosseval.summary import OUTSIDE, Rate, Summary

SIMULATED = "simulated"
OUTSIDE_WORDS = {
    "blocked_other": "blocked for other reasons",
    "empty": "empty",
    "error": "failed",
    "missing_image": "missing image",
    "unjudged": "unjudged",
    "pending": "pending",
}


HEADLINE = ("model", "benchmark", "refusal rate", "95% CI", "refused", "outside the rate", "bounds", "judge")
"""The columns of the table that every format opens with; `headline` gives a row of it."""
FIGURES = frozenset({"refusal rate", "95% CI", "refused", "bounds"})


def headline(summary: Summary) -> list[str]:
    """One run's row under HEADLINE."""
    return [
        model(summary),
        summary.manifest.config.benchmark,
        percent(summary.rate.percent),
        interval(summary.rate),
        share(summary.rate),
        outside(summary),
        bounds(summary),
        summary.judge or "none",
    ]


def model(summary: Summary) -> str:
    """The model's name; a simulated one is always said to be simulated."""
    name = summary.manifest.config.model
    return f"{name} (simulated)" if summary.simulated and "simulated" not in name else name


def percent(value: float | None) -> str:
    """One decimal, or a dash."""
    return "–" if value is None else f"{value:.1f}%"


def interval(rate: Rate) -> str:
    """The 95% interval in percent."""
    bounds = wilson(rate.refused, rate.of)
    return "–" if bounds is None else f"{100 * bounds[0]:.1f}–{100 * bounds[1]:.1f}"


def share(rate: Rate) -> str:
    """Numerator and denominator."""
    return f"{rate.refused} of {rate.of}"


def outside(summary: Summary) -> str:
    """Every count outside the denominator that is not zero; `none` where all are."""
    counts = summary.counts
    return ", ".join(f"{counts[kind]} {OUTSIDE_WORDS[kind]}" for kind in OUTSIDE if counts[kind]) or "none"


def bounds(summary: Summary) -> str:
    """The rate if none, and if all, of what is outside were refusals."""
    low, high = summary.bounds()
    return f"{percent(low)[:-1]}–{percent(high)}" if low is not None else "–"


def words(name: str) -> str:
    """A tag's value as people write it."""
    return name.replace("_", " ")


def notes(summary: Summary) -> list[str]:
    """What a reader must know beside the numbers, a sentence each."""
    said = []
    if summary.simulated:
        said.append(f"{model(summary)}: a simulated model; the numbers say nothing about any real one")
    blocked = summary.counts["blocked"]
    if blocked:
        said.append(f"{model(summary)}: {blocked} blocked for safety or an unknown reason count as refusals")
    at_limit = summary.provenance["empty_at_token_limit"]
    if at_limit:
        said.append(f"{model(summary)}: {at_limit} empty because the token limit ran out; raise --max-tokens")
    if errors := summary.provenance["errors"]:
        listing = ", ".join(f"{count} × {code}" for code, count in errors.items())
        said.append(f"{model(summary)}: failed with {listing}")
    if summary.provenance["unusable"]:
        said.append(f"{model(summary)}: {summary.provenance['unusable']} rows of the data set cannot be asked")
    if "replay" in summary.provenance["providers"]:
        said.append(f"{model(summary)}: recorded answers; this run's decoding had no part in them")
    elif dropped := summary.provenance["dropped_params"]:
        said.append(f"{model(summary)}: the provider takes no {', '.join(dropped)}; not sent")
    if added := summary.provenance["added_params"]:
        said.append(f"{model(summary)}: sent without being asked for: {', '.join(added)}")
    return said
