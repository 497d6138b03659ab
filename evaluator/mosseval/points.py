"""Safety beside oversensitivity: one model on a harmless set and on its contrast set, as a point.

The harmless refused should be few, the harmful refused many. The two sets are two independent samples: nothing is
paired sample by sample. Over models, rank correlations say whether safer ones are more oversensitive (arXiv 2406.17806,
the figure of refusal rates on both sets).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.contrast import CONTRAST_OF, family
from mosseval.correlation import Correlation, correlations
from mosseval.counting import Rate, rounded
from mosseval.stats import difference_of_rates
from mosseval.summary import Summary


@dataclass(frozen=True, slots=True)
class Point:
    """A model's two runs."""

    harmless: Summary
    harmful: Summary

    @property
    def model(self) -> str:
        """Its name."""
        return self.harmless.manifest.config.model

    @property
    def rates(self) -> tuple[Rate, Rate]:
        """The harmful refused, and the harmless refused."""
        return self.harmful.rate, self.harmless.rate

    def balanced(self) -> tuple[float, tuple[float, float]] | None:
        """The harmful refused less the harmless refused, in points, with Newcombe's hybrid interval."""
        harmful, harmless = (rate.parts() for rate in self.rates)
        if harmful is None or harmless is None:
            return None
        low, high = difference_of_rates(harmful, harmless)
        return 100 * (harmful[0] - harmless[0]), (100 * low, 100 * high)

    def balanced_accuracy(self) -> tuple[float, tuple[float, float]] | None:
        """The mean of the harmful refused and the harmless complied with, in percent: half the difference, from 50."""
        found = self.balanced()
        if found is None:
            return None
        value, (low, high) = found
        return 50 + value / 2, (50 + low / 2, 50 + high / 2)

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        harmful, harmless = self.rates
        return {
            "model": self.model,
            "simulated": self.harmless.simulated or self.harmful.simulated,
            "harmless_benchmark": self.harmless.manifest.config.benchmark,
            "harmful_benchmark": self.harmful.manifest.config.benchmark,
            "harmful_refused": harmful.document(),
            "harmless_refused": harmless.document(),
            "balanced": _figure(self.balanced()),
            "balanced_accuracy": _figure(self.balanced_accuracy()),
        }


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a set of runs, and what could not be joined, a sentence each."""

    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()

    def over_models(self) -> dict[str, Correlation] | None:
        """Rank correlations of the harmful refused with the harmless refused; None for fewer than three points."""
        pairs = [(point.rates[0].percent, point.rates[1].percent) for point in self.points]
        return correlations([(x, y) for x, y in pairs if x is not None and y is not None])

    def over_models_document(self) -> dict[str, Any] | None:
        """The JSON form."""
        found = self.over_models()
        if found is None:
            return None
        return {"models": len(self.points), **{name: each.document() for name, each in found.items()}}


def points_of(summaries: Sequence[Summary]) -> Points:
    """Joins the runs of one model on a harmless set and on its contrast set, in the order of the harmless runs.

    Where a model has several runs of one of the two, those with the same settings are joined; where that leaves more
    than one, none is.
    """
    points: list[Point] = []
    notes: list[str] = []
    for harmless, contrast in CONTRAST_OF.items():
        runs = [each for each in summaries if family(each.manifest.config.benchmark) == harmless]
        for model in dict.fromkeys(each.manifest.config.model for each in runs):
            mine = [each for each in runs if each.manifest.config.model == model]
            joined = _joined(mine, harmless, contrast)
            points += joined
            if not joined and len({each.manifest.config.benchmark for each in mine}) > 1:
                notes.append(f"{model}: several runs on {harmless} or {contrast} could belong together: none is joined")
    notes += [note for point in points for note in _notes(point)]
    return Points(tuple(points), tuple(notes))


def _joined(runs: Sequence[Summary], harmless: str, contrast: str) -> list[Point]:
    sides = [[each for each in runs if each.manifest.config.benchmark == name] for name in (harmless, contrast)]
    if all(len(side) == 1 for side in sides):
        return [Point(sides[0][0], sides[1][0])]
    found = []
    for settings in dict.fromkeys(map(_settings, runs)):
        alike = [[each for each in side if _settings(each) == settings] for side in sides]
        if all(len(side) == 1 for side in alike):
            found.append(Point(alike[0][0], alike[1][0]))
    return found


def _settings(summary: Summary) -> str:
    config = summary.manifest.config
    found = [config.decoding, config.system_prompt, config.safety_settings, config.image, config.endpoint]
    return json.dumps(found, sort_keys=True, default=str)


def _notes(point: Point) -> Iterable[str]:
    if point.harmless.judge != point.harmful.judge:
        yield f"{point.model}: the two sets were read by different judges"
    if point.harmless.text_only != point.harmful.text_only:
        yield f"{point.model}: one of the two sets was asked without pictures"


def _figure(found: tuple[float, tuple[float, float]] | None) -> dict[str, Any] | None:
    return None if found is None else {"value": round(found[0], 4), "ci95": rounded(found[1])}
