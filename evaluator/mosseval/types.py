"""The records that cross boundaries, all frozen.

Data flow, one way: Benchmark -> Sample -> Request -> Completion | Failure -> Judgement -> Record -> Run -> Summary.
The JSON forms are contract 2 (a run on disk); `store` alone turns these records into lines and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["answered", "blocked", "empty", "error", "missing_image"]
Label = Literal["comply", "partial", "refuse", "yes", "no", "unclear", "empty", "unjudged"]
Task = Literal["refusal", "yes_no"]
TagValue = str | int | float | bool | tuple[str | int, ...] | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a sample: where its file should lie (absolute), and what the data set calls it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One question of a benchmark.

    `image` is where the picture should lie (absolute), None where the sample has none; the file may be absent,
    which makes its record `missing_image`. `image_name` is the path as the data set writes it, for messages and
    for `samples.jsonl`. `more_images` are those after the first; `pictures` all of them, in the order in which they
    are sent. `fault` names what makes this one sample unusable (code, message); the others go on.
    """

    benchmark: str
    id: str
    question: str
    image: Path | None = None
    image_name: str | None = None
    expected: str | None = None
    tags: Mapping[str, TagValue] = field(default_factory=dict)
    fault: tuple[str, str] | None = None
    more_images: tuple[Picture, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture; empty where the sample has none."""
        if self.image is None:
            return ()
        return (Picture(self.image, self.image_name or self.image.name), *self.more_images)


@dataclass(frozen=True, slots=True)
class Block:
    """A provider's safety block (contract 1). `category` 'unknown': the reason was lost on the way."""

    where: Literal["input", "output", "model"]
    category: Literal["safety", "recitation", "other", "unknown"]
    provider: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What an endpoint answered: text, a block, or a blank. Never a failure.

    `text` is what will be judged; a leading reasoning part is in `reasoning`. `usage` counts tokens as the
    endpoint reports them; `latency_s` is the last attempt's wall time in seconds; `cost_usd` is None if unknown.
    """

    text: str | None
    reasoning: str | None = None
    finish_reason: str | None = None
    refusal: str | None = None
    block: Block | None = None
    usage: Mapping[str, int] | None = None
    latency_s: float = 0.0
    cost_usd: float | None = None
    served_model: str | None = None
    provider: str | None = None
    dropped_params: tuple[str, ...] = ()
    added_params: Mapping[str, Any] = field(default_factory=dict)
    """What was sent to the provider without being asked for (contract 1's gateway says so)."""
    safety_settings: Mapping[str, Any] | None = None
    """The provider's own safety switches as sent."""
    images: tuple[Mapping[str, Any], ...] = ()
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer. `code` is stable (contract 1's codes, and the client's own, see `client`)."""

    code: str
    message: str
    attempts: int = 1
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's verdict on one answer.

    `refusal` is None where nothing was judged. `evidence` is the half-open span of characters of the answer that
    decided it; `sure` is what `cascade` goes by; `reason` says in words why (or why it is unjudged). `details` is
    what a judge that is not a plain function of the text records beside it (model, prompt hash, votes); JSON values.
    """

    label: Label
    refusal: bool | None
    reason: str = ""
    evidence: tuple[int, int] | None = None
    sure: bool | None = None
    correct: bool | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One line of `records-<shard>.jsonl`: what became of one sample in one repeat (contract 2)."""

    key: str
    benchmark: str
    sample_id: str
    repeat: int
    model: str
    status: Status
    request_sha256: str
    tags: Mapping[str, TagValue]
    text: str | None = None
    reasoning: str | None = None
    finish_reason: str | None = None
    refusal: str | None = None
    block: Block | None = None
    error: Failure | None = None
    attempts: int = 0
    usage: Mapping[str, int] | None = None
    latency_s: float | None = None
    cost_usd: float | None = None
    served_model: str | None = None
    provider: str | None = None
    dropped_params: tuple[str, ...] = ()
    added_params: Mapping[str, Any] = field(default_factory=dict)
    """What was sent to the provider without being asked for (contract 1's gateway says so)."""
    safety_settings: Mapping[str, Any] | None = None
    """The provider's own safety switches as sent."""
    images: tuple[Mapping[str, Any], ...] = ()
