"""Whether two runs may be compared: refused where they asked other questions, warned where they asked otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mosseval.errors import UsageError
from mosseval.store import RunState
from mosseval.summary import Summary

IMPORTED = "import"
SETTINGS = (
    ("prompts", "system_prompt"),
    ("decoding", "decoding"),
    ("safety switches", "safety_settings"),
    ("picture options", "image"),
)
"""What a warning calls a setting of `run.json`."""


def warnings(baseline: Summary, run: Summary) -> tuple[str, ...]:
    """What else differs between two runs, a sentence each. Raises UsageError where they answer other questions."""
    _require_one_kind(baseline, run)
    return (*_questions(baseline, run), *_pictures(baseline, run), *_settings(baseline, run), *_judges(baseline, run))


def common_judge(states: Sequence[RunState]) -> str | None:
    """The judge that read most of the answers of all runs; None where no judge read in all of them."""
    common = set.intersection(*(set(state.verdicts) for state in states))
    counts = {name: sum(len(state.verdicts[name]) for state in states) for name in common}
    return max(sorted(counts), key=lambda name: counts[name]) if counts else None


def _require_one_kind(baseline: Summary, run: Summary) -> None:
    ours, theirs = run.manifest, baseline.manifest
    if ours.task != theirs.task:
        raise UsageError(f"{_name(run)} is a {ours.task} run, {_name(baseline)} a {theirs.task} run")
    if ours.config.benchmark != theirs.config.benchmark:
        raise UsageError(
            f"{_name(run)} answers {ours.config.benchmark}, {_name(baseline)} {theirs.config.benchmark}",
            hint="compare runs of one benchmark, or of one and its contrast set",
        )
    mine, other = ours.data.questions_sha256, theirs.data.questions_sha256
    if mine and other and mine != other:
        raise UsageError(
            f"{_name(run)} and {_name(baseline)} asked different questions: SHA-256 {mine[:12]}… and {other[:12]}…",
            hint="run both on the same revision of the data",
        )


def _questions(baseline: Summary, run: Summary) -> Iterator[str]:
    unknown = [_name(each) for each in (baseline, run) if not each.manifest.data.questions_sha256]
    if unknown:
        yield (
            f"the questions of {' and '.join(unknown)} are not known (imported without data): samples pair by id, and "
            "the judge may have read the answers without their questions"
        )
    if baseline.manifest.repeats != run.manifest.repeats:
        yield f"repeats differ: {baseline.manifest.repeats} and {run.manifest.repeats}"


def _pictures(baseline: Summary, run: Summary) -> Iterator[str]:
    imported = [_name(each) for each in (baseline, run) if each.manifest.config.endpoint == IMPORTED]
    if len(imported) == 1:
        yield f"which pictures {imported[0]} was asked with is not known (imported)"
    elif not imported and baseline.manifest.data.images_sha256 != run.manifest.data.images_sha256:
        yield "the pictures differ (SHA-256 of the images)"


def _settings(baseline: Summary, run: Summary) -> Iterator[str]:
    ours, theirs = run.manifest.config, baseline.manifest.config
    imported = [_name(each) for each in (baseline, run) if each.manifest.config.endpoint == IMPORTED]
    if imported:
        yield f"prompts and decoding of {' and '.join(imported)} are not known (imported)"
        return
    for words, field in SETTINGS:
        mine, other = getattr(ours, field), getattr(theirs, field)
        if mine != other:
            yield f"{words} differ: {_shown(other)} and {_shown(mine)}"
    dropped, others = (", ".join(each.provenance["dropped_params"]) or "nothing" for each in (run, baseline))
    if dropped != others:
        yield f"decoding differs in what the provider does not take: {others} and {dropped}"


def _judges(baseline: Summary, run: Summary) -> Iterator[str]:
    if baseline.judge != run.judge:
        yield f"judges differ: {baseline.judge or 'none'} and {run.judge or 'none'}"
    elif baseline.provenance["judge_versions"] != run.provenance["judge_versions"]:
        versions = [", ".join(each.provenance["judge_versions"]) or "none" for each in (baseline, run)]
        yield f"versions of the judge {run.judge} differ: {versions[0]} and {versions[1]}; `mosseval score` mends that"


def _shown(value: Any) -> str:
    if not value:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in sorted(value.items()))
    return repr(value)


def _name(summary: Summary) -> str:
    return str(summary.provenance["run"])
