"""The options of `mosseval run`, as its command line gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mosseval.commands.judge_options import JudgeOptions
from mosseval.place import Place


@dataclass(frozen=True, slots=True)
class RunOptions:
    """One field a flag; `shard` counts from 0, `concurrency` None is auto, seconds and USD as the flags say."""

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    data: Path | None
    limit: int | None
    ids: tuple[str, ...]
    repeats: int
    shard: int
    shards: int
    target: str
    api_key_env: str | None
    config: Path | None
    replay: Path | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    seed: int | None
    preset: str | None
    safety_settings: Mapping[str, Any] | None
    system_prompt: str | None
    image_long_edge: int | None
    image_max_bytes: int | None
    text_only: bool
    columns: str | None
    task: str | None
    remote_images: bool
    concurrency: int | None
    rpm: int | None
    tpm: int | None
    max_cost: float | None
    timeout: float
    deadline: float
    max_attempts: int
    judging: JudgeOptions
    out: Place | None
    segment_records: int
    segment_seconds: float
    lease_seconds: float
    fresh: bool
    allow_gaps: bool
    dry_run: bool
    quiet: bool

    @property
    def many(self) -> bool:
        """True where the command is several runs."""
        return len(self.models) * len(self.benchmarks) > 1
