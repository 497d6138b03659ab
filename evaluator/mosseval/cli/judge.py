"""`mosseval judge`."""

from __future__ import annotations

from typing import Annotated

import typer

from mosseval.cli import judging


def judge(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="Prompts and responses: .jsonl, .csv, or - (stdin).")],
    out: Annotated[str, typer.Option("--out", metavar="FILE|-", help="Where the verdicts go; - is stdout.")] = "-",
    format: Annotated[
        str | None, typer.Option("--format", help="jsonl or csv, where no suffix says so.", show_default="jsonl")
    ] = None,
    judge: judging.Judges = None,
    judge_model: judging.JudgeModel = None,
    judge_target: judging.JudgeTarget = None,
    judge_api_key_env: judging.JudgeApiKeyEnv = None,
    rubric: judging.Rubric = None,
    judge_votes: judging.JudgeVotes = 1,
    judge_name: judging.JudgeName = None,
    judge_deadline: judging.JudgeDeadline = 120.0,
    classifier_labels: judging.ClassifierLabels = None,
    classifier_input: judging.ClassifierInput = "answer",
    classifier_sure: judging.ClassifierSure = 0.9,
    classifier_length: judging.ClassifierLength = None,
    classifier_device: judging.ClassifierDevice = "auto",
    panel_rule: judging.PanelRule = "majority",
    panel_tie: judging.PanelTie = "unjudged",
) -> None:
    """Judge answers that you have already: were they refusals? Offline by the rules, or by a model.

    A line in is {"id": …, "prompt": …, "response": …} (JSON lines, or CSV with such columns); a line out is {"id",
    "label", "refusal", "judge", "judge_version", "reason", "evidence", "sure"}. `evidence` is the span of the response
    that decided. A blank response is `empty`, which is no refusal. A judge that runs or asks a model
    adds "details" to JSON lines.

    mosseval judge answers.jsonl --out verdicts.jsonl

    cat answers.jsonl | mosseval judge - | jq -c 'select(.refusal)'

    mosseval judge answers.jsonl --judge classifier:FOLDER

    mosseval judge answers.csv --judge llm --judge-model judge --judge-target http://127.0.0.1:8000
    """
    options = dict(locals())
    from mosseval.commands.judge import judge_file

    judge_file(source, out, judging.taken(options), format)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("judge", no_args_is_help=True)(judge)
