"""What was asked of whom, and what came of it: a row a fact, a column a run. Never the path of a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from statistics import median
from typing import Any

from mosseval.report import cells
from mosseval.report.page.source import Read, Source

HASH = 16
"""Characters of a hash that are shown."""


def facts(sources: Sequence[Source], read: Sequence[Read]) -> list[tuple[str, list[str]]]:
    """The facts that any run has, by name, with each run's word."""
    columns = [dict(_facts(source, each)) for source, each in zip(sources, read, strict=True)]
    names = list(dict.fromkeys(name for column in columns for name in column))
    table = [(name, [column.get(name, "") for column in columns]) for name in names]
    return [(name, [word or cells.NOTHING for word in words]) for name, words in table if any(words)]


def _facts(source: Source, read: Read) -> Iterator[tuple[str, str]]:
    found, manifest, config = source.summary.provenance, source.folder.manifest, source.folder.manifest.config
    yield "run", source.called
    yield "model asked for", config.model
    yield "models served", ", ".join(found["served_models"])
    yield "providers", ", ".join(found["providers"])
    yield "endpoint", config.endpoint
    yield "decoding", _settings(config.decoding) or "the provider's own"
    yield "parameters that the provider does not take", ", ".join(found["dropped_params"]) or "none"
    yield "sent without being asked for", ", ".join(found["added_params"])
    yield "system prompt", config.system_prompt or "none"
    yield "safety switches asked for", _settings(config.safety_settings)
    yield "safety switches sent", "; ".join(map(_settings, found["sent_safety_settings"]))
    yield "picture options", _settings(config.image)
    yield "pictures made anew", ", ".join(f"{count} × {what}" for what, count in read.changed.items()) or "none"
    yield "samples", f"{len(manifest.selected)} of {manifest.data.samples}"
    yield "repeats", str(manifest.repeats)
    yield "rows that cannot be asked", str(found["unusable"] or "")
    yield "data", _source(manifest.data.source)
    yield "revision", manifest.data.revision or ""
    yield "questions, SHA-256", _hash(manifest.data.questions_sha256)
    yield "pictures, SHA-256", _hash(manifest.data.images_sha256)
    yield "gateway configuration, SHA-256", _hash(config.gateway_config_sha256)
    yield "recorded answers, SHA-256", _hash(config.replay_sha256)
    yield "judge", f"{source.summary.judge or 'none'} {', '.join(found['judge_versions'])}".strip()
    yield "versions", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    yield "cost", _cost(found["cost_usd"])
    yield "tokens", f"{read.tokens:,}" if read.tokens else ""
    yield "seconds an answer", _latency(source)
    yield "begun", manifest.created_at
    yield "last written", manifest.updated_at
    yield "notes", "; ".join(map(str, manifest.notes))


def _settings(values: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{name} {value}" for name, value in (values or {}).items() if value is not None)


def _hash(digest: str | None) -> str:
    return f"{digest[:HASH]}…" if digest else ""


def _source(source: str) -> str:
    """Where the data came from, without the folders that it lies in on this machine."""
    return " ".join(PurePath(word).name if word.startswith("/") else word for word in source.split(" "))


def _cost(usd: float | None) -> str:
    return "unknown" if usd is None else f"{usd:.4f} USD"


def _latency(source: Source) -> str:
    told = (answer.record.latency_s for answer in source.state.answers.values())
    found = sorted(seconds for seconds in told if isinstance(seconds, int | float))
    if not found:
        return ""
    late = found[min(len(found) - 1, int(0.95 * len(found)))]
    return f"median {median(found):.2f}, 95th percentile {late:.2f}"
