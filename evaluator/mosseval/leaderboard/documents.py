"""The JSON files behind the pages; `method.html` says what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mosseval.leaderboard.board import Board, Run, Section
from mosseval.leaderboard.table import ASKED
from mosseval.published import DATE, MOSSBENCH, SOURCE, STIMULI
from mosseval.report import points
from mosseval.version import __version__


def board_document(board: Board, title: str) -> dict[str, Any]:
    """`data/leaderboard.json`: what the tables say."""
    return {
        "title": title,
        "mosseval": __version__,
        "benchmarks": [_section(section) for section in board.sections],
        "points": [point.document() for point in board.points.points],
        "over_models": board.points.over_models_document(),
        "notes": list(points.notes(board.points)),
    }


def run_document(run: Run) -> dict[str, Any]:
    """`data/runs/NAME.json`: what `mosseval summary --format json` prints of the run, called by its folder's name."""
    document = run.source.summary.document()
    return {**document, "provenance": {**document["provenance"], "run": run.source.called}}


def published_document() -> dict[str, Any]:
    """`data/published.json`: the published figures."""
    return {
        "source": SOURCE,
        "date": DATE,
        "benchmark": "mossbench",
        "unit": "percent of 100 samples a stimulus type; blanks and failures counted as refusals",
        "stimuli": list(STIMULI),
        "models": list(_published()),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "benchmark": section.benchmark,
        "task": section.task,
        "good_outcome": section.good,
        "runs": [_run(run, section.group_tag) for run in section.runs],
        "published": list(_published()) if section.published else [],
        "remarks": list(section.remarks),
    }


def _run(run: Run, tag: str) -> dict[str, Any]:
    summary = run.source.summary
    found = run.headline
    return {
        "label": run.label,
        "model": summary.manifest.config.model,
        "kind": "simulated" if run.simulated else "measured",
        "ranks": [run.ranks.best, run.ranks.worst] if run.ranks else None,
        "headline": found.document(),
        "counted": summary.rate.count,
        "of": summary.rate.of,
        "outside": summary.gaps,
        "by": {name: rate.document() for name, rate in summary.by().get(tag, {}).items()},
        "people": _people(run),
        "judge": run.judge,
        "access": run.access,
        "date": run.date,
        "summary": f"runs/{run.slug}.json",
    }


def _people(run: Run) -> dict[str, Any] | None:
    return None if run.people is None else run.people.document()


def _published() -> Iterator[dict[str, Any]]:
    for model, row in MOSSBENCH.items():
        gpt, people = row.averages
        yield {
            "model": model,
            "kind": "published",
            "access": row.access,
            "of": ASKED,
            "gpt": {"percent": round(gpt, 4), "by": dict(zip(STIMULI, row.gpt, strict=True))},
            "people": {"percent": round(people, 4), "by": dict(zip(STIMULI, row.people, strict=True))},
        }
