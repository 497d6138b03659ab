"""The card of a dataset folder: YAML for the hub, Markdown for people. Every string of a run is in a code span."""

from __future__ import annotations

import json
import re
from typing import Any

from mosseval.answer_rows import COLUMNS, Kind
from mosseval.contrast import good_outcome
from mosseval.export.licence import Licence
from mosseval.export.run import ExportedRun
from mosseval.terminal import one_line
from mosseval.version import __version__

DTYPES: dict[Kind, str] = {
    "text": "string",
    "json": "string",
    "whole": "int64",
    "number": "float64",
    "flag": "bool",
}


def text(run: ExportedRun, licence: Licence, form: str, *, images: bool) -> str:
    """The whole card."""
    return f"---\n{_header(run, licence, form, images=images)}---\n\n{_body(run, licence, images=images)}"


def code(words: object) -> str:
    """A text as a code span, in which Markdown sees no link, no tag and no emphasis."""
    shown = one_line(str(words), 200).replace("|", "¦") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}"


def _header(run: ExportedRun, licence: Licence, form: str, *, images: bool) -> str:
    """YAML whose every value is written as JSON, which is YAML too: nothing of the run can end a string."""
    config = run.manifest.config
    configs = [{"config_name": "answers", "data_files": f"data/answers.{form}", "default": True}]
    features = [
        {"config_name": "answers", "features": [{"name": name, "dtype": DTYPES[k]} for name, k in COLUMNS.items()]}
    ]
    if images:
        configs.append({"config_name": "pictures", "data_files": "pictures/pictures.parquet"})
        columns = {"sample_id": "string", "number": "int64", "image": "image"}
        named = [{"name": name, "dtype": dtype} for name, dtype in columns.items()]
        features.append({"config_name": "pictures", "features": named})
    fields: dict[str, Any] = {
        "pretty_name": one_line(f"{config.model} on {config.benchmark}", 200),
        "license": licence.identifier or "other",
        **({} if licence.identifier else {"license_name": "see-the-card"}),
        "language": ["en"],
        "tags": ["mosseval", "over-refusal", "evaluation"],
        "configs": configs,
        # JSON lines hold their JSON values as such, so that their features are found by reading.
        **({"dataset_info": features} if form == "parquet" else {}),
    }
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())


def _body(run: ExportedRun, licence: Licence, *, images: bool) -> str:
    config, summary = run.manifest.config, run.summary
    lines = [f"# Answers of {code(config.model)} to {code(config.benchmark)}", ""]
    if summary.simulated:
        lines += ["**A simulated model: the numbers say nothing about any real one.**", ""]
    lines += [f"Written by mosseval {__version__}: every sample in every repeat, with the verdict of each judge.", ""]
    lines += ["## Result", "", *_result(run), ""]
    lines += ["## Licence", "", f"Data of {code(config.benchmark)}: {licence.name}. {licence.note}".rstrip()]
    lines += ["The answers are the model's; its provider's terms may bind who uses them.", ""]
    lines += ["## Contents", "", "`answers`: one row a sample and repeat; columns that hold JSON say so as text."]
    lines += ["`pictures`: `sample_id`, `number`, `image`."] if images else ["No pictures are in here."]
    lines += [
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'answers = load_dataset("THIS FOLDER", "answers")',
    ]
    lines += ["```", "", "## How it came about", "", *_provenance(run), ""]
    return "\n".join(lines)


def _result(run: ExportedRun) -> list[str]:
    summary = run.summary
    rate, interval = summary.rate, summary.rate.interval()
    name = "refusal rate" if summary.task == "refusal" else "accuracy"
    found = "nothing was judged"
    if rate.percent is not None and interval is not None:
        found = f"{rate.percent:.1f} % ({rate.count} of {rate.of}, 95 % CI {interval[0]:.1f}–{interval[1]:.1f})"
    good = good_outcome(summary.task, summary.manifest.config.benchmark)
    counts = [f"| {kind} | {number} |" for kind, number in summary.counts.items()]
    return [
        f"{name}: **{found}**, judged by {code(summary.judge or 'nobody')}; a good model's answer here: {good}.",
        "Failures and blanks are no answers and stand outside the rate.",
        "",
        "| outcome | samples |",
        "|---|---|",
        *counts,
    ]


def _provenance(run: ExportedRun) -> list[str]:
    known = run.summary.document()["provenance"]
    shown = {
        "models served": ", ".join(known["served_models"]) or "not said",
        "decoding": json.dumps(known["decoding"], sort_keys=True),
        "parameters dropped": ", ".join(known["dropped_params"]) or "none",
        "judges": ", ".join(run.judges) or "nobody",
        "judge's versions": ", ".join(map(str, known["judge_versions"])) or "none",
        "SHA-256 of the questions": known["questions_sha256"] or "not known",
        "SHA-256 of the pictures": known["images_sha256"] or "not known",
        "versions": json.dumps(known["versions"], sort_keys=True),
        "asked on": known["created_at"] or "not said",
    }
    return [f"- {name}: {code(value)}" for name, value in shown.items()]
