"""The flags that commands share or that are too many for one signature, each with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mosseval.errors import UsageError


def _option(*names: str, panel: str, help: str, **rest: object) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, help=help, rich_help_panel=panel, **rest)  # type: ignore[arg-type]
    return option


WHAT = "What is asked"
WHERE = "Where"
HOW = "How the model answers"
PICTURES = "Pictures"
PACE = "Pace, patience and money"
RESULT = "Result"
OBJECTS = "Runs in an object store"
MAX_WAIT_S = 7 * 24 * 3600.0

Target = Annotated[
    str,
    _option(
        "--target",
        panel=WHERE,
        help="'embedded': the gateway, started for this run; 'gateway': the one at MOSSEVAL_GATEWAY_URL; "
        "or the base URL of any OpenAI-compatible endpoint.",
    ),
]
ApiKeyEnv = Annotated[
    str | None,
    _option("--api-key-env", panel=WHERE, metavar="NAME", help="The variable that holds the endpoint's key."),
]
Config = Annotated[
    Path | None,
    _option("--config", panel=WHERE, help="A LiteLLM-style model list for the embedded gateway."),
]
Replay = Annotated[
    Path | None,
    _option("--replay", panel=WHERE, help="Recorded answers that the embedded gateway serves."),
]
Models = Annotated[
    list[str],
    _option("--model", "-m", panel=WHAT, metavar="NAME", help="A model; give it again for more, a run each."),
]
Benchmarks = Annotated[
    list[str],
    _option(
        "--benchmark",
        "-b",
        panel=WHAT,
        metavar="NAME|FILE",
        help="A benchmark (`mosseval data list` names them), or your own: a .jsonl, .csv or .parquet file, or "
        "hf:NAME@REVISION:CONFIG/SPLIT (all but the name may be left out).",
    ),
]
DataDir = Annotated[
    Path | None, _option("--data", panel=WHAT, metavar="DIR", help="The folder with the benchmark's data.")
]
ColumnsFlag = Annotated[
    str | None,
    _option(
        "--columns",
        panel=WHAT,
        metavar="ROLE=COLUMN,…",
        help="Columns of your own file: id, prompt, image, expected, tags; several by +, none by nothing. "
        "Others are found by their names.",
    ),
]
TaskFlag = Annotated[
    str | None,
    _option("--task", panel=WHAT, help="Of your own file: 'refusal' or 'yes_no'.", show_default="by the answers"),
]
RemoteImages = Annotated[
    bool,
    _option("--remote-images", panel=PICTURES, help="Download pictures that your own file names by https URL."),
]
Limit = Annotated[int | None, _option("--limit", panel=WHAT, min=1, help="Only the first N samples.")]
Ids = Annotated[str | None, _option("--ids", panel=WHAT, metavar="ID,ID…", help="Only these samples, in this order.")]
Repeats = Annotated[int, _option("--repeats", panel=WHAT, min=1, help="Ask each sample this many times.")]
Shard = Annotated[str, _option("--shard", panel=WHAT, metavar="I/N", help="Part I of N (from 0) of the benchmark.")]
Judge = Annotated[
    str | None,
    _option(
        "--judge",
        panel=RESULT,
        show_default="by the benchmark",
        help="'rules' reads refusals, 'yes-no' answers to yes/no questions, both offline; or 'none'.",
    ),
]
MaxTokens = Annotated[
    int | None,
    _option("--max-tokens", panel=HOW, min=1, max=2**31 - 1, show_default="1024", help="Tokens of an answer at most."),
]
Temperature = Annotated[
    float | None, _option("--temperature", panel=HOW, min=0.0, max=100.0, help="Sent only if given.")
]
TopP = Annotated[float | None, _option("--top-p", panel=HOW, min=0.0, max=1.0, help="Sent only if given.")]
Seed = Annotated[int | None, _option("--seed", panel=HOW, min=-(2**63), max=2**63 - 1, help="Sent only if given.")]
Preset = Annotated[str | None, _option("--preset", panel=HOW, help="'paper': the paper's decoding for this model.")]
SafetySettings = Annotated[
    str | None,
    _option(
        "--safety-settings",
        panel=HOW,
        metavar="JSON|@FILE",
        help="The provider's own safety switches, for models behind the gateway.",
    ),
]
SystemPrompt = Annotated[
    str | None, _option("--system-prompt", panel=HOW, metavar="TEXT|@FILE", help="A system message.")
]
LongEdge = Annotated[
    int | None, _option("--image-long-edge", panel=PICTURES, min=16, help="Scale down to this many pixels.")
]
MaxBytes = Annotated[
    int | None, _option("--image-max-bytes", panel=PICTURES, min=1024, help="Re-encode to at most this size.")
]
TextOnly = Annotated[
    bool,
    _option("--text-only", panel=PICTURES, help="Ask without the pictures; every number of the run says so."),
]
ConcurrencyFlag = Annotated[
    str,
    _option("--concurrency", panel=PACE, metavar="auto|N", help="Requests in flight; auto follows the endpoint."),
]
Rpm = Annotated[int | None, _option("--rpm", panel=PACE, min=1, help="Requests a minute at most.")]
Tpm = Annotated[int | None, _option("--tpm", panel=PACE, min=1, help="Tokens a minute at most.")]
MaxCost = Annotated[
    float | None,
    _option(
        "--max-cost",
        panel=PACE,
        min=0.0,
        metavar="USD",
        help="Stop before this is passed: all runs of this command, and what this shard of them cost before.",
    ),
]
Timeout = Annotated[float, _option("--timeout", panel=PACE, min=0.1, max=MAX_WAIT_S, help="Seconds for one attempt.")]
Deadline = Annotated[
    float, _option("--deadline", panel=PACE, min=0.1, max=MAX_WAIT_S, help="Seconds for all attempts of one sample.")
]
MaxAttempts = Annotated[int, _option("--max-attempts", panel=PACE, min=1, help="Attempts for one sample.")]
Out = Annotated[
    str | None,
    _option(
        "--out",
        panel=RESULT,
        metavar="DIR|URL",
        help="The run's folder, or its prefix in an object store (s3://, gs://, az://, file://); the parent of them "
        "where there are several.",
    ),
]
SegmentRecords = Annotated[
    int,
    _option(
        "--segment-records",
        panel=OBJECTS,
        min=2,
        max=100_000,
        help="Answers that may be lost with this process, at most: half of them fill a segment.",
    ),
]
SegmentSeconds = Annotated[
    float,
    _option(
        "--segment-seconds", panel=OBJECTS, min=0.1, max=3600.0, help="A segment is stored when it is so old, at most."
    ),
]
LeaseSeconds = Annotated[
    float,
    _option(
        "--lease-seconds", panel=OBJECTS, min=1.0, max=600.0, help="A process silent for so long may lose its shard."
    ),
]
Fresh = Annotated[bool, _option("--fresh", panel=RESULT, help="Start anew; the old run is kept beside it.")]
AllowGaps = Annotated[
    bool,
    _option("--allow-gaps", panel=RESULT, help="End with 0 where every gap is final (a missing picture)."),
]
DryRun = Annotated[bool, _option("--dry-run", panel=RESULT, help="Say what would be sent; send nothing.")]
Quiet = Annotated[bool, _option("--quiet", "-q", panel=RESULT, help="No progress.")]
Format = Annotated[str, typer.Option("--format", help="table, json, markdown or csv.")]


def parse_shard(text: str) -> tuple[int, int]:
    """`I/N` as numbers, I from 0."""
    index, slash, count = text.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal() and int(index) < int(count)):
        raise UsageError(f"--shard {text!r} is not I/N with I from 0 to N-1", hint="for example --shard 0/8")
    return int(index), int(count)


def parse_concurrency(text: str) -> int | None:
    """A number, or None for `auto`."""
    if text == "auto":
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 4096:
        raise UsageError(f"--concurrency {text!r} is neither 'auto' nor a number from 1 to 4096")
    return int(text)


def parse_ids(text: str | None) -> tuple[str, ...]:
    """The ids of a comma-separated list; an empty list is a mistake, never the whole benchmark."""
    ids = tuple(each.strip() for each in (text or "").split(",") if each.strip())
    if text is not None and not ids:
        raise UsageError("--ids names no sample", hint="leave it out for all of them")
    return ids


def text_or_file(flag: str, value: str | None) -> str | None:
    """The text itself, or what the file behind `@` holds."""
    if value is None or not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{flag} {value}: cannot read the file: {error}") from error
