"""What was asked of whom: the facts of each run and of its record of one sample, and where the runs differ in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mosseval.report import cells
from mosseval.report.page.source import Source
from mosseval.values import items, mapping

HASH = 16
"""Characters of a hash that are shown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with each run's word for it."""

    name: str
    words: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs do."""
        return len(set(self.words)) > 1


def facts_of(sources: Sequence[Source], records: Sequence[Mapping[str, Any]]) -> list[Fact]:
    """Every fact that any run has a word for."""
    columns = [dict(_facts(source, record)) for source, record in zip(sources, records, strict=True)]
    names = dict.fromkeys(name for column in columns for name in column)
    table = [Fact(name, tuple(column.get(name, "") or cells.NOTHING for column in columns)) for name in names]
    return [fact for fact in table if set(fact.words) != {cells.NOTHING}]


def _facts(source: Source, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    manifest, config = source.folder.manifest, source.folder.manifest.config
    yield "model asked for", config.model
    yield "model served", _word(record.get("served_model"))
    yield "provider", _word(record.get("provider"))
    yield "endpoint", config.endpoint
    yield "decoding", _settings(config.decoding)
    yield "not taken by the provider", ", ".join(map(_word, items(record.get("dropped_params"))))
    yield "sent without being asked for", _settings(mapping(record.get("added_params")))
    yield "system prompt", config.system_prompt or ""
    yield "safety switches asked for", _settings(config.safety_settings)
    yield "safety switches sent", _settings(mapping(record.get("safety_settings")))
    yield "picture options", _settings(config.image)
    yield "picture sent", "; ".join(_settings(mapping(each)) for each in items(record.get("images")))
    yield "request, SHA-256", _hash(record.get("request_sha256"))
    yield "recorded answers, SHA-256", _hash(config.replay_sha256)
    yield "ended with", _word(record.get("finish_reason"))
    yield "tokens", _settings(mapping(record.get("usage")))
    yield "attempts", _word(record.get("attempts"))
    yield "seconds", _word(record.get("latency_s"))
    yield "cost, USD", _word(record.get("cost_usd"))
    yield "pictures of the run, SHA-256", _hash(manifest.data.images_sha256)
    yield "judge's version", ", ".join(map(str, source.summary.provenance["judge_versions"]))
    yield "versions", _settings(manifest.versions)


def _settings(values: Mapping[str, Any] | None) -> str:
    found = {name: value for name, value in (values or {}).items() if value is not None}
    return ", ".join(f"{name} {_hash(value) if name == 'sha256' else _word(value)}" for name, value in found.items())


def _hash(digest: object) -> str:
    return f"{digest[:HASH]}…" if isinstance(digest, str) and digest else ""


def _word(value: object) -> str:
    return "" if value is None else str(value)
