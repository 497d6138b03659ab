"""Serves recorded answers under their models' ids, found by the sample that the evaluator names in its header."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from mosseval_proxy.catalogue import Catalogue, Entry, ReplayNote
from mosseval_proxy.catalogue.config import Deployment, ModelInfo
from mosseval_proxy.catalogue.listing import route
from mosseval_proxy.catalogue.model_info import OwnInfo
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.recordings import Recorded, Recording, Recordings, Unanswered
from mosseval_proxy.records import Answer, Call, Delta

SAMPLE_HEADER = "X-Mosseval-Sample"
"""`BENCHMARK/ID`, sent by the evaluator to its own gateway (contract 1)."""
PROVIDER = "replay"
PIECE = 1000
"""Characters of a streamed delta."""


class Replay:
    """Implements `Upstream` over recordings. What was not recorded is `replay_not_found`, never a made-up answer."""

    def __init__(self, recordings: Recordings | None = None) -> None:
        self._models: Mapping[str, tuple[Recording, ...]] = {} if recordings is None else recordings.by_model

    async def complete(self, call: Call) -> Answer:
        """The recorded answer. Raises GatewayError `replay_not_found`."""
        recorded = self._find(call)
        if isinstance(recorded, Unanswered):
            raise _missing(f"the recorded run of {call.model} has no answer to {call.sample} ({recorded.why})")
        return replace(
            recorded,
            served_model=recorded.served_model or call.model,
            provider=PROVIDER,
            dropped_params=tuple(call.params),
        )

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """The same answer in pieces."""
        whole = await self.complete(call)
        for piece in _pieces(whole.reasoning):
            yield Delta(reasoning=piece)
        for piece in _pieces(whole.text):
            yield Delta(text=piece)
        yield whole

    async def aclose(self) -> None:
        """Nothing is held."""

    def _find(self, call: Call) -> Recorded:
        if not call.sample:
            raise _missing(
                f"{call.model} is replayed from recorded answers: name the sample in the header "
                f"{SAMPLE_HEADER}: BENCHMARK/ID"
            )
        for recording in self._models[call.entry.id]:
            found = recording.find(call.sample)
            if found is not None:
                return found
        raise _missing(f"no answer of {call.model} to {call.sample[:100]!r} is recorded")


def over(catalogue: Catalogue, recordings: Recordings) -> Catalogue:
    """The catalogue with every recorded model in it; a recording stands in front of a live model of the same id.

    The hash of the configuration changes with the recorded answers.
    """
    entries = dict(catalogue.entries)
    for model, found in recordings.by_model.items():
        entries[model] = _entry(model, found, _shadowed(catalogue, model))
    both = hashlib.sha256(f"{catalogue.sha256} {recordings.sha256}".encode()).hexdigest()
    return replace(catalogue, entries=entries, sha256=both, replay_sha256=recordings.sha256)


def _entry(model: str, found: tuple[Recording, ...], shadowed: Entry | None) -> Entry:
    note = ReplayNote(
        sources=tuple(recording.source for recording in found),
        samples=sum(len(recording.samples) for recording in found),
        simulated=any(recording.simulated for recording in found),
        instead_of=None if shadowed is None else route(shadowed),
    )
    own = OwnInfo() if shadowed is None else _kept(shadowed.own)
    deployment = Deployment(model, {"model": f"{PROVIDER}/{model}"}, ModelInfo(mosseval=own))
    return Entry(model, (deployment,), PROVIDER, key_needed=False, replay=note)


def _kept(own: OwnInfo) -> OwnInfo:
    """What stays true of a model that is replayed; its presets too, so that the same command works."""
    names = ("retired_on", "successor", "source", "looked_up", "papers", "note")
    # Safety switches have nothing to switch in what was recorded: asking for them is refused, by a preset too.
    presets = {name: preset.model_copy(update={"safety_settings": None}) for name, preset in own.presets.items()}
    return OwnInfo.model_construct(presets=presets, **{name: getattr(own, name) for name in names})


def _shadowed(catalogue: Catalogue, model: str) -> Entry | None:
    try:
        return catalogue.find(model)
    except GatewayError:
        return None


def _pieces(text: str | None) -> list[str]:
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)] if text else []


def _missing(message: str) -> GatewayError:
    return GatewayError("replay_not_found", message)
