"""What became of one task: its record, or why the whole run cannot go on."""

from __future__ import annotations

from dataclasses import replace

from mosseval.errors import TargetRejected, TargetUnreachable
from mosseval.plan import Task
from mosseval.types import Completion, Failure, Record, Status

Outcome = Completion | Failure
REJECTIONS = frozenset(
    {
        "invalid_api_key",
        "forbidden",
        "model_not_found",
        "model_not_configured",
        "model_retired",
        "provider_key_rejected",
        "insufficient_quota",
        "unsupported_parameter",
        "invalid_request",
        "not_an_api",
    }
)
"""Failures of the first request that every other request would share."""


def unreachable(failure: Failure, where: str) -> TargetUnreachable:
    """What ends a run at an endpoint where nobody answers."""
    return TargetUnreachable(
        f"nobody answers at {where}: {failure.message}",
        hint="start the endpoint, then the same command goes on from here",
    )


def refuse(failure: Failure, where: str) -> None:
    """Raises what ends the run where the first request's failure would be every request's."""
    if failure.code in REJECTIONS:
        raise TargetRejected(f"{where} refuses this run ({failure.code}): {failure.message}", code=failure.code)


def record_of(task: Task, outcome: Outcome, model: str) -> Record:
    """The record of a task that was answered, blocked, left blank, or failed."""
    base = Record(
        key=task.key,
        benchmark=task.sample.benchmark,
        sample_id=task.sample.id,
        repeat=task.repeat,
        model=model,
        status="error",
        request_sha256=task.request_sha256,
        tags=task.sample.tags,
        attempts=outcome.attempts,
    )
    if isinstance(outcome, Failure):
        if outcome.code == "missing_image":
            return replace(base, status="missing_image")
        return replace(base, error=outcome)
    return replace(
        base,
        status=_status(outcome),
        text=outcome.text,
        reasoning=outcome.reasoning,
        finish_reason=outcome.finish_reason,
        refusal=outcome.refusal,
        block=outcome.block,
        usage=outcome.usage,
        latency_s=outcome.latency_s,
        cost_usd=outcome.cost_usd,
        served_model=outcome.served_model,
        provider=outcome.provider,
        dropped_params=outcome.dropped_params,
        added_params=outcome.added_params,
        safety_settings=outcome.safety_settings,
        images=task.images + outcome.images,
    )


def _status(completion: Completion) -> Status:
    if completion.block is not None:
        return "blocked"
    return "answered" if completion.text and completion.text.strip() else "empty"
