"""What a model list says of one model beyond LiteLLM's form: `model_info.mosseval`, read and checked."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mosseval_proxy.allowance import Allowance

Status = Literal["live", "retired", "web-only", "simulated"]
Parameter = Literal[
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "num_beams",
    "reasoning_effort",
]
"""The sampling parameters of a request (`chat_request.SAMPLING`)."""


def _page(value: str) -> str:
    if not value.startswith(("https://", "http://")) or not value.isprintable():
        raise ValueError("must be the address of a page")
    return value


Page = Annotated[str, AfterValidator(_page)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SimulatedOptions(_Strict):
    """How a simulated model behaves; seconds."""

    latency_s: float | None = Field(default=None, ge=0, le=600)
    stall_s: float = Field(default=8.0, ge=0, le=600)


class ImageRules(_Strict):
    """What a model takes as a picture; what is not given follows from its provider (see `images`)."""

    types: tuple[str, ...] | None = None
    """Media types."""
    max_base64_bytes: int | None = Field(default=None, ge=1)
    max_side: int | None = Field(default=None, ge=1)
    """Pixels of the longer edge."""
    max_pixels: int | None = Field(default=None, ge=1)
    max_count: int | None = Field(default=None, ge=0)
    """Pictures a request."""


class Preset(_Strict):
    """Decoding settings under one name (`paper`): what is given is sent, the rest is the caller's."""

    max_tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    num_beams: int | None = Field(default=None, ge=1, le=64)
    safety_settings: dict[str, Any] | None = None
    """As in the `mosseval` object of a request."""

    def given(self) -> dict[str, Any]:
        """The settings that are given."""
        return self.model_dump(exclude_none=True)


class Serve(_Strict):
    """How an open model is served on hardware of one's own."""

    engine: Literal["vllm", "mosseval_serve"]
    repository: str = Field(min_length=1)
    """Its name on the Hugging Face hub."""
    revision: str | None = None
    requires: tuple[str, ...] = ()
    """What must be installed, as pip takes it."""
    command: str = Field(min_length=1)
    gpu_memory_gb: float | None = Field(default=None, gt=0)


class OwnInfo(_Strict):
    """`model_info.mosseval`: what the gateway knows of a model beyond LiteLLM's form."""

    status: Status = "live"
    needs: tuple[str, ...] | None = None
    """Environment variables that must be set; `A|B`: either will do. None: by the provider and the references
    `os.environ/NAME` of the entry. Where it is given it is all that must be set."""
    presets: dict[str, Preset] = {}
    images: ImageRules = ImageRules()
    refuses: tuple[Parameter, ...] = ()
    """Sampling parameters that the model does not take: they are left out and listed in `dropped_params`."""
    takes_system: bool = True
    """False: a system message is refused."""
    safety: dict[str, Any] | None = None
    """The provider's safety switches (see `safety`); a request's stand above them."""
    simulated: SimulatedOptions = SimulatedOptions()
    limits: Allowance = Allowance()
    """How much of it may be used by all keys together (see `limits`)."""

    retired_on: datetime.date | None = None
    successor: str | None = None
    """What the provider names in its place, as it is called here."""
    source: Page | None = None
    """The page that says so."""
    looked_up: datetime.date | None = None
    """When the page was read."""
    context: int | None = Field(default=None, ge=1)
    """Tokens of question and answer together."""
    papers: tuple[str, ...] = ()
    """The benchmarks whose published tables have a row of it."""
    serve: Serve | None = None
    note: str | None = None


DESCRIPTIVE = frozenset(
    {"retired_on", "successor", "source", "looked_up", "context", "papers", "serve", "note", "limits"}
)
"""The fields that change no answer: they are no part of a configuration's fingerprint."""
