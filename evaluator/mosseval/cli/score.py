"""`mosseval score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.cli import judging
from mosseval.place import place


def score(
    runs: Annotated[list[str], typer.Argument(metavar="RUN…", help="What `run` or `import` wrote.")],
    judge: judging.Judges = None,
    judge_model: judging.JudgeModel = None,
    judge_target: judging.JudgeTarget = None,
    judge_api_key_env: judging.JudgeApiKeyEnv = None,
    rubric: judging.Rubric = None,
    judge_picture: judging.JudgePicture = False,
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
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="For --judge human, .jsonl or .csv: id, label, refusal, rater.",
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Judge also what this judge has judged already.")] = False,
) -> None:
    """Judge a run's answers again, or by another judge; the model is asked nothing again.

    Verdicts are added under the judge's name; `summary --judge NAME` shows them. With several raters in --labels the
    majority decides; a tie stays unjudged. What a judge has judged in this very version is left; a judge that could
    not be asked leaves `judge_failed`, and the same command tries those again.

    mosseval score runs/demo-gpt-4o --judge llm --judge-model anthropic/claude-sonnet-4-5

    mosseval score runs/demo-gpt-4o --judge cascade --judge-model judge --judge-target http://127.0.0.1:8000
    """
    options = dict(locals())
    from mosseval.commands.score import score_runs

    score_runs(tuple(map(place, runs)), judging.taken(options), labels=labels, again=again)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("score", no_args_is_help=True)(score)
