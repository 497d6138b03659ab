"""`mosseval run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from mosseval.cli import flags, judging
from mosseval.errors import UsageError
from mosseval.place import place

if TYPE_CHECKING:
    from mosseval.commands.options import RunOptions


def run(
    model: flags.Models,
    benchmark: flags.Benchmarks = ["demo"],  # noqa: B006 - typer copies it
    data: flags.DataDir = None,
    columns: flags.ColumnsFlag = None,
    task: flags.TaskFlag = None,
    remote_images: flags.RemoteImages = False,
    limit: flags.Limit = None,
    ids: flags.Ids = None,
    repeats: flags.Repeats = 1,
    shard: flags.Shard = "0/1",
    target: flags.Target = "embedded",
    api_key_env: flags.ApiKeyEnv = None,
    config: flags.Config = None,
    replay: flags.Replay = None,
    max_tokens: flags.MaxTokens = None,
    temperature: flags.Temperature = None,
    top_p: flags.TopP = None,
    seed: flags.Seed = None,
    preset: flags.Preset = None,
    safety_settings: flags.SafetySettings = None,
    system_prompt: flags.SystemPrompt = None,
    image_long_edge: flags.LongEdge = None,
    image_max_bytes: flags.MaxBytes = None,
    text_only: flags.TextOnly = False,
    concurrency: flags.ConcurrencyFlag = "auto",
    rpm: flags.Rpm = None,
    tpm: flags.Tpm = None,
    max_cost: flags.MaxCost = None,
    timeout: flags.Timeout = 120.0,
    deadline: flags.Deadline = 300.0,
    max_attempts: flags.MaxAttempts = 6,
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
    out: flags.Out = None,
    fresh: flags.Fresh = False,
    segment_records: flags.SegmentRecords = 500,
    segment_seconds: flags.SegmentSeconds = 30.0,
    lease_seconds: flags.LeaseSeconds = 30.0,
    allow_gaps: flags.AllowGaps = False,
    dry_run: flags.DryRun = False,
    quiet: flags.Quiet = False,
) -> None:
    """Ask a model a benchmark's questions, judge the answers, print the refusal rate (or the accuracy).

    The same command again goes on where the last one stopped: nothing is asked twice.

    Exit codes: 0 complete · 1 finished with gaps · 2 wrong use or input, nothing written · 3 stopped early,
    the same command goes on · 130 Ctrl-C · 143 SIGTERM.

    Examples:

    mosseval run --model simulated/cautious

    mosseval run --benchmark mossbench --data DIR --model openai/gpt-4o

    mosseval run --benchmark mmsafeaware --data DIR --model openai/gpt-4o

    mosseval run --benchmark mine.csv --columns prompt=text,tags=topic --model openai/gpt-4o

    mosseval run --target http://127.0.0.1:8000 --model llava --benchmark demo

    mosseval run --model openai/gpt-4o --judge llm,rules --judge-model anthropic/claude-sonnet-4-5
    """
    options = _read(dict(locals()))
    from mosseval.commands.run import run_all

    raise typer.Exit(run_all(options))


def _read(given: dict[str, Any]) -> RunOptions:
    """The flags, those of them read that are more than a value."""
    from mosseval.commands.options import RunOptions

    options = dict(given)
    options["out"] = None if given["out"] is None else place(given["out"])
    options["judging"] = judging.taken(options)
    options["shard"], options["shards"] = flags.parse_shard(given["shard"])
    options["concurrency"] = flags.parse_concurrency(given["concurrency"])
    options["ids"] = flags.parse_ids(given["ids"])
    options["system_prompt"] = flags.text_or_file("--system-prompt", given["system_prompt"])
    options["safety_settings"] = _safety(flags.text_or_file("--safety-settings", given["safety_settings"]))
    options["models"] = tuple(dict.fromkeys(options.pop("model")))
    options["benchmarks"] = tuple(dict.fromkeys(options.pop("benchmark")))
    return RunOptions(**options)


def _safety(text: str | None) -> dict[str, object] | None:
    import orjson

    if text is None:
        return None
    try:
        settings = orjson.loads(text)
    except ValueError as error:
        raise UsageError(f"--safety-settings is no JSON: {error}") from error
    if not isinstance(settings, dict):
        raise UsageError('--safety-settings takes a JSON object, for example {"HARM_CATEGORY": "THRESHOLD"}')
    return settings


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("run", no_args_is_help=True)(run)
