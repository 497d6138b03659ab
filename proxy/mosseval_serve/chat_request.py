"""What a request may hold: unknown fields are refused by name, nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mosseval_serve.errors import ServeError

MOST_STOPS = 16


@dataclass(frozen=True, slots=True)
class Decoding:
    """How an answer is generated. A temperature of 0 takes the likeliest token; beams always do."""

    max_tokens: int | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    """0: any token."""
    seed: int | None = None
    stop: tuple[str, ...] = ()
    repetition_penalty: float = 1.0
    num_beams: int = 1
    top_logprobs: int | None = None
    """None: no log-probabilities at all; 0: of the chosen tokens only."""

    @property
    def sampled(self) -> bool:
        """Whether tokens are drawn. A temperature that is next to nothing would only overflow."""
        return self.temperature > 1e-5


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TextPart(_Strict):
    """Words."""

    type: Literal["text"]
    text: str


class ImageUrl(_Strict):
    """A picture as a `data:` URL. `detail` is for models that know several resolutions; these know one."""

    url: str
    detail: Literal["auto", "low", "high"] | None = None


class ImagePart(_Strict):
    """A picture in a message."""

    type: Literal["image_url"]
    image_url: ImageUrl


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class Message(_Strict):
    """One turn of the conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]
    name: str | None = Field(default=None, max_length=64)


class StreamOptions(_Strict):
    """How a stream is written."""

    include_usage: bool = False


class ChatRequest(_Strict):
    """A chat-completion request. Fields that are null count as not given; `user` and `name` reach no model."""

    model: str = Field(min_length=1, max_length=256)
    messages: list[Message] = Field(min_length=1, max_length=64)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    temperature: float = Field(default=0.0, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    top_k: int = Field(default=0, ge=-1)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    stop: str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None = None
    repetition_penalty: float = Field(default=1.0, gt=0, le=10)
    num_beams: int = Field(default=1, ge=1, le=16)
    presence_penalty: Literal[0] = 0
    frequency_penalty: Literal[0] = 0
    logprobs: bool = False
    top_logprobs: int = Field(default=0, ge=0, le=20)
    n: Literal[1] = 1
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    user: str | None = Field(default=None, max_length=256)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        return {name: field for name, field in value.items() if field is not None} if isinstance(value, dict) else value

    def decoding(self) -> Decoding:
        """The sampling parameters. Raises ServeError where they contradict each other."""
        if self.max_tokens is not None and self.max_completion_tokens is not None:
            raise ServeError(
                "invalid_request", "max_tokens says the same: send one of them", param="max_completion_tokens"
            )
        if self.num_beams > 1 and self.temperature > 0:
            raise ServeError(
                "unsupported_parameter", "temperature: beams are searched, not sampled", param="temperature"
            )
        if self.num_beams > 1 and self.logprobs:
            raise ServeError("unsupported_parameter", "logprobs: not with beams", param="logprobs")
        if self.top_logprobs and not self.logprobs:
            raise ServeError("invalid_request", "top_logprobs: set logprobs to true as well", param="top_logprobs")
        stops = (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())
        if any(not 0 < len(stop) <= 256 for stop in stops):
            raise ServeError("invalid_request", "stop: each must have 1 to 256 characters", param="stop")
        return Decoding(
            max_tokens=self.max_tokens or self.max_completion_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            top_k=max(self.top_k, 0),
            seed=self.seed,
            stop=stops,
            repetition_penalty=self.repetition_penalty,
            num_beams=self.num_beams,
            top_logprobs=self.top_logprobs if self.logprobs else None,
        )


def parse_request(body: bytes) -> ChatRequest:
    """Reads a body. Raises ServeError: `invalid_request`, or `unsupported_parameter` naming the field."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ServeError("invalid_request", f"the body is not valid JSON: {error.msg}") from None
    if not isinstance(document, Mapping):
        raise ServeError("invalid_request", "the body must be a JSON object")
    try:
        return ChatRequest.model_validate(document)
    except ValidationError as error:
        raise _fault(error) from None


NOT_HERE = frozenset({"n", "presence_penalty", "frequency_penalty"})
"""Fields that are known and may only have their neutral value."""


def _fault(error: ValidationError) -> ServeError:
    """The first fault in OpenAI's form; values are never quoted."""
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    first = (unknown or sorted(faults, key=lambda fault: -len(fault["loc"])))[0]
    field = _path(first["loc"])
    if unknown or field in NOT_HERE:
        return ServeError("unsupported_parameter", f"{field}: this server does not take it", param=field)
    return ServeError("invalid_request", f"{field}: {first['msg']}", param=field)


def _path(place: tuple[str | int, ...]) -> str:
    """Where a fault lies: names and positions, without the labels that pydantic gives to branches."""
    pairs = zip(("", *place), place, strict=False)
    return ".".join(str(part) for before, part in pairs if not _is_branch(before, part))[:200]


def _is_branch(before: str | int, part: str | int) -> bool:
    if isinstance(before, int):
        return part in ("text", "image_url")
    return before in ("stop", "content") and isinstance(part, str)
