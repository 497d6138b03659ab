"""What a run asks and what its `run.json` says, from the options and what the gateway knows of the model."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from mosseval.catalogue import GatewayCard, ModelEntry
from mosseval.commands.options import RunOptions
from mosseval.errors import UsageError
from mosseval.plan import Plan
from mosseval.request import Decoding, ImageOptions, RequestSpec
from mosseval.store import Data, Manifest, RunConfig
from mosseval.version import __version__

DEFAULT_MAX_TOKENS = 1024
NAMED_PARAMETERS = ("max_tokens", "temperature", "top_p", "seed")


def request_spec(options: RunOptions, card: ModelEntry) -> RequestSpec:
    """What all requests to one model share."""
    return RequestSpec(
        model=card.id,
        decoding=_decoding(options, card),
        system_prompt=options.system_prompt,
        safety_settings=_safety_settings(options, card),
        image_options=ImageOptions(options.image_long_edge, options.image_max_bytes, options.text_only),
    )


def manifest(
    plan: Plan, card: ModelEntry, *, endpoint: str, gateway: GatewayCard | None, judges: tuple[str, ...] = ()
) -> Manifest:
    """The `run.json` of a plan; `endpoint` is the target's name, `judges` the names of those that judge."""
    dataset, spec = plan.dataset, plan.spec
    versions = {"mosseval": __version__, "python": platform.python_version()}
    if gateway is not None and gateway.version:
        versions["gateway"] = gateway.version
    return Manifest(
        config=RunConfig(
            benchmark=dataset.name,
            model=spec.model,
            endpoint=endpoint,
            gateway_config_sha256=gateway.config_sha256 if gateway else None,
            replay_sha256=gateway.replay_sha256 if gateway else None,
            decoding=dict(spec.decoding.parameters()),
            safety_settings=spec.safety_settings,
            system_prompt=spec.system_prompt,
            image=spec.image_options.document(),
            shards=plan.selection.shards,
        ),
        task=dataset.task,
        simulated=card.simulated,
        repeats=plan.selection.repeats,
        data=Data(
            source=dataset.source,
            revision=dataset.revision,
            samples=len(dataset.samples),
            questions_sha256=dataset.questions_sha256,
            images_sha256=plan.images_sha256,
            roots=tuple(str(root) for root in dataset.roots),
        ),
        selected=tuple(sample.id for sample in plan.samples),
        unusable=dataset.unusable,
        notes=dataset.notes,
        by=dataset.by,
        judges=judges,
        versions=versions,
    )


def _safety_settings(options: RunOptions, card: ModelEntry) -> Mapping[str, Any] | None:
    """What the flag says, else what the preset says, else nothing."""
    if options.safety_settings is not None or options.preset is None:
        return options.safety_settings
    settings = card.presets[options.preset].get("safety_settings")
    return settings if isinstance(settings, dict) else None


def _decoding(options: RunOptions, card: ModelEntry) -> Decoding:
    """The sampling parameters: the preset's, and of the flags those that the preset leaves open."""
    flags = {name: getattr(options, name) for name in NAMED_PARAMETERS}
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    preset = dict(card.presets[options.preset]) if options.preset else {}
    preset.pop("safety_settings", None)
    doubled = [f"--{name.replace('_', '-')}" for name in given if name in preset]
    if doubled:
        raise UsageError(f"--preset {options.preset} sets {', '.join(doubled)} for {card.id}", hint="leave them out")
    known = {name: preset.pop(name) for name in NAMED_PARAMETERS if name in preset}
    merged: dict[str, Any] = {"max_tokens": DEFAULT_MAX_TOKENS, **given, **known}
    return Decoding(**merged, extra=preset)
