"""Where a run's numbers come from: what its records say of models, providers, settings, errors and cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mosseval.store import Answer, Manifest, RunState


@dataclass(slots=True)
class Seen:
    """What stood in the records and verdicts so far."""

    served_models: set[str] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    safety_settings: list[dict[str, Any]] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    judge_versions: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    empty_at_limit: int = 0
    cost_usd: float | None = None

    def add(self, state: RunState, judge: str | None) -> None:
        """Takes in a state, or that of a part of a run; `judge` is the one whose verdicts are shown."""
        for answer in state.answers.values():
            self._add(answer)
        self.judge_versions.update(verdict.judge_version for verdict in state.verdicts.get(judge or "", {}).values())

    def _add(self, answer: Answer) -> None:
        record = answer.record
        if record.served_model is not None:
            self.served_models.add(record.served_model)
        if record.provider is not None:
            self.providers.add(record.provider)
        if record.safety_settings is not None and dict(record.safety_settings) not in self.safety_settings:
            self.safety_settings.append(dict(record.safety_settings))
        self.dropped.update(record.dropped_params)
        self.added.update(f"{name}={value}" for name, value in record.added_params.items())
        if record.error is not None:
            self.errors[record.error.code] += 1
        self.empty_at_limit += record.status == "empty" and record.finish_reason == "length"
        if record.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + record.cost_usd

    def document(self, name: str, manifest: Manifest) -> dict[str, Any]:
        """The JSON form, with what `run.json` of the run `name` says."""
        return {
            "run": name,
            "endpoint": manifest.config.endpoint,
            "served_models": sorted(self.served_models),
            "providers": sorted(self.providers),
            "decoding": dict(manifest.config.decoding),
            "safety_settings": manifest.config.safety_settings,
            "sent_safety_settings": self.safety_settings,
            "dropped_params": sorted(self.dropped),
            "added_params": sorted(self.added),
            "questions_sha256": manifest.data.questions_sha256,
            "images_sha256": manifest.data.images_sha256,
            "judge_versions": sorted(self.judge_versions),
            "versions": dict(manifest.versions),
            "errors": dict(self.errors.most_common()),
            "empty_at_token_limit": self.empty_at_limit,
            "unusable": len(manifest.unusable),
            "cost_usd": round(self.cost_usd, 6) if self.cost_usd is not None else None,
            "created_at": manifest.created_at,
        }
