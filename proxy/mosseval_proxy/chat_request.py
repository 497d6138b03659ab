"""The request at the edge: OpenAI's chat completions as this gateway takes them, checked by pydantic.

API: https://platform.openai.com/docs/api-reference/chat/create. Nothing passes that is not named here, so that no
field of a request can redirect it (`api_base`, `extra_headers`, `mock_response`, …).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.skeleton import number, split

SAMPLING = (
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
)
"""The sampling parameters that go on to a model, or are listed in `dropped_params` where it takes none."""


PASSED = (*SAMPLING, "user")
"""The fields that are passed on as they are."""
BRANCHES = frozenset({"str", "list[tagged-union[TextPart,ImagePart]]", "list[str]"})
"""pydantic's names for the alternatives of a field, which are no part of a field's path."""
BRANCHED = frozenset({"content", "stop"})
"""The fields that have alternatives: anywhere else such a name is the caller's own."""
KEY_ITSELF = "[key]"
"""How pydantic ends the path of a fault that is in a mapping's key, not in its value."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TextPart(_Strict):
    """A piece of text."""

    type: Literal["text"]
    text: str


class ImageUrl(_Strict):
    """A picture as a URL; a long `data:` URL has been cut out, and its mark stands here (see `skeleton`)."""

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

    @model_validator(mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        """A message that was answered once carries nulls (`refusal`, `audio`): they count as not given."""
        return {name: field for name, field in value.items() if field is not None} if isinstance(value, dict) else value


class StreamOptions(_Strict):
    """How a stream is written."""

    include_usage: bool = False


class JsonSchema(_Strict):
    """A schema that an answer must follow."""

    name: str = Field(min_length=1, max_length=64)
    description: str | None = None
    schema_: Annotated[dict[str, Any], Field(alias="schema")] = {}
    strict: bool | None = None


class ResponseFormat(_Strict):
    """The form that an answer must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _schema_given(self) -> ResponseFormat:
        if (self.type == "json_schema") != (self.json_schema is not None):
            raise PydanticCustomError("schema", "json_schema goes with the type json_schema")
        return self

    def document(self) -> dict[str, Any] | None:
        """As it is sent; None for plain text, which is what a model answers anyway."""
        return None if self.type == "text" else self.model_dump(by_alias=True, exclude_unset=True)


class OwnOptions(_Strict):
    """The `mosseval` object of a request: a provider's safety switches as an experiment factor (see `safety`)."""

    safety_settings: Annotated[dict[str, Any], Field(max_length=32)] | None = None


class ChatRequest(_Strict):
    """A chat-completion request. Fields that are null count as not given."""

    model: str = Field(min_length=1, max_length=256)
    messages: list[Message] = Field(min_length=1, max_length=256)
    max_tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    max_completion_tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=1)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    stop: str | Annotated[list[str], Field(max_length=16)] | None = None
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    repetition_penalty: float | None = Field(default=None, gt=0, le=10)
    num_beams: int | None = Field(default=None, ge=1, le=64)
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    response_format: ResponseFormat | None = None
    n: Literal[1] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    user: str | None = Field(default=None, max_length=256)
    mosseval: OwnOptions = OwnOptions()

    @field_validator("max_completion_tokens")
    @classmethod
    def _one_limit(cls, value: int | None, info: ValidationInfo) -> int | None:
        """By field, so that the fault has a name: `max_tokens` was read before."""
        if value is not None and info.data.get("max_tokens") is not None:
            raise PydanticCustomError("two_limits", "max_tokens says the same: send one of them")
        return value

    def parameters(self) -> dict[str, Any]:
        """The parameters that were sent: those of `SAMPLING`, `response_format` and `user`."""
        given = self.model_fields_set
        values: dict[str, Any] = {name: getattr(self, name) for name in PASSED if name in given}
        if self.max_completion_tokens is not None:
            values["max_tokens"] = self.max_completion_tokens
        if self.response_format is not None:
            values["response_format"] = self.response_format.document()
        return {name: value for name, value in values.items() if value is not None}

    def image_parts(self) -> Iterator[ImagePart]:
        """Every picture of the request, in order."""
        for message in self.messages:
            if not isinstance(message.content, str):
                yield from (part for part in message.content if isinstance(part, ImagePart))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was read: its fields, and the URLs of its pictures in order, as they stood in the body."""

    chat: ChatRequest
    urls: tuple[bytes | memoryview, ...]


def parse_request(body: bytes) -> Asked:
    """Reads a body. Raises GatewayError: `invalid_request`, or `unsupported_parameter` naming the field."""
    rest, cut_out = split(body)
    if cut_out:
        chat = _read(rest)
        urls = [part.image_url.url for part in chat.image_parts()]
        numbers = [number(url) for url in urls]
        if sorted(each for each in numbers if each is not None) == list(range(len(cut_out))):
            pairs = zip(numbers, urls, strict=True)
            return Asked(chat, tuple(url.encode() if at is None else cut_out[at] for at, url in pairs))
    chat = _read(body)
    return Asked(chat, tuple(part.image_url.url.encode() for part in chat.image_parts()))


def _read(body: bytes) -> ChatRequest:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise GatewayError("invalid_request", f"the body is not valid JSON: {error.msg}") from None
    if not isinstance(document, Mapping):
        raise GatewayError("invalid_request", "the body must be a JSON object")
    given = {name: value for name, value in document.items() if value is not None}
    try:
        return ChatRequest.model_validate(given)
    except ValidationError as error:
        raise _fault(error) from None


def _fault(error: ValidationError) -> GatewayError:
    """The first fault in OpenAI's form; values are never quoted."""
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    unknown = [fault for fault in faults if fault["type"] == "extra_forbidden"]
    # Of a field that may be one thing or another, the deepest fault is about the one that was meant.
    first = (unknown or sorted(faults, key=lambda fault: -len(fault["loc"])))[0]
    place = first["loc"]
    field = _path(place[:-1] if place[-1] == KEY_ITSELF and not unknown else place)
    if unknown:
        return GatewayError("unsupported_parameter", f"{field}: this gateway does not take it", param=field)
    if place == ("n",):
        return GatewayError("unsupported_parameter", "n: one answer a request", param="n")
    return GatewayError("invalid_request", f"{field}: {first['msg']}", param=field)


def _path(place: tuple[str | int, ...]) -> str:
    """Where a fault lies, as a dotted path of names and positions in the request."""
    parts = zip(("", *place), place, strict=False)
    return ".".join(str(part) for before, part in parts if before not in BRANCHED or part not in BRANCHES)[:200]
