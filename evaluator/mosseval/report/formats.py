"""Summaries as JSON, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from mosseval.points import points_of
from mosseval.report import cells, points
from mosseval.report.sheet import escaped, markdown_row
from mosseval.summary import Summary


def as_json(summaries: Sequence[Summary]) -> str:
    """One object a line, a line a run (contract 3); ASCII, so that no name in it can steer a terminal.

    A run that makes a point with another of its model (`points`) holds it too, with the correlations over all points.
    """
    found = points_of(summaries)
    over_models = found.over_models_document()
    lines = []
    for summary in summaries:
        mine = [each for each in found.points if summary is each.harmless or summary is each.harmful]
        point = {**mine[0].document(), "over_models": over_models} if mine else None
        lines.append(json.dumps({**summary.document(), "point": point}) + "\n")
    return "".join(lines)


def as_markdown(summaries: Sequence[Summary]) -> str:
    """A Markdown table for each task, then the notes."""
    blocks = []
    for headline, runs in cells.by_task(summaries):
        rows = [headline.columns, ["---"] * len(headline.columns), *(headline.row(summary) for summary in runs)]
        blocks.append("\n".join(markdown_row(row) for row in rows))
    found = points_of(summaries)
    if sheet := points.sheet(found):
        blocks.append(sheet.as_markdown())
    said = [*(note for summary in summaries for note in cells.notes(summary, summaries)), *points.notes(found)]
    notes = [f"- {escaped(note)}" for note in said]
    return "\n\n".join([*blocks, "\n".join(notes)]).rstrip() + "\n"


def as_csv(summaries: Sequence[Summary]) -> str:
    """One row a run: the rate or the accuracy, its parts, and every count; a cell that a task does not have is
    empty."""
    text = io.StringIO()
    rows = [_flat(summary) for summary in summaries]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(summary: Summary) -> dict[str, Any]:
    document = summary.document()
    rate = document["accuracy" if summary.task == "yes_no" else "refusal_rate"]
    low, high = rate["ci95"] or (None, None)
    return {
        "model": _plain(document["model"]),
        "benchmark": _plain(document["benchmark"]),
        **{name: document[name] for name in ("task", "text_only", "simulated", "judge", "samples")},
        "percent": rate["percent"],
        "ci95_low": low,
        "ci95_high": high,
        "interval": rate["interval"],
        summary.rate.what: summary.rate.count,
        "of": rate["of"],
        **{name: document["bounds"][name] for name in ("percent_low", "percent_high")},
        "paper_counting_percent": document["paper_counting"]["percent"],
        **(_macro(document) if summary.task == "yes_no" else {}),
        **document["counts"],
        **_repeats(document),
    }


def _repeats(document: dict[str, Any]) -> dict[str, Any]:
    """How steady the answers are, where samples were asked several times."""
    found = document["repeats"]
    if found is None:
        return {}
    return {
        "k": found["k"],
        **{f"{name}_percent": each["percent"] for name, each in found.items() if name != "k"},
    }


def _macro(document: dict[str, Any]) -> dict[str, Any]:
    """The mean of the subsets, each subset, and the error each way."""
    macro = document["accuracy"]["macro"] or {"percent": None, "ci95": None}
    low, high = macro["ci95"] or (None, None)
    subsets = document["by"].get("subset", {})
    return {
        "macro_percent": macro["percent"],
        "macro_ci95_low": low,
        "macro_ci95_high": high,
        **{f"{name}_percent": rate["percent"] for name, rate in subsets.items()},
        **{f"wrong_{name}_percent": rate["percent"] for name, rate in document["wrong"].items()},
    }


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
