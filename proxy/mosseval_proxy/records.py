"""The records that cross the gateway's inner boundaries, all frozen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from mosseval_proxy.catalogue import Entry
from mosseval_proxy.skeleton import number

Where = Literal["input", "output", "model"]
Category = Literal["safety", "recitation", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Block:
    """A provider's safety block. `category` 'unknown': the reason was lost on the way."""

    where: Where
    category: Category
    provider: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ImageNote:
    """What became of a picture: the declared media type, the one that is sent, the hash and number of its bytes."""

    source_type: str
    sent_type: str
    sha256: str
    bytes: int = 0
    changes: tuple[str, ...] = ()
    """What was done to it, in words: `upright`, `scaled 5000x4000 -> 1568x1254`, `image/bmp -> image/png` …"""

    def document(self) -> dict[str, Any]:
        """As it stands in an answer: plain fields alone, so that the evaluator's records keep all of them."""
        changes = {"changes": "; ".join(self.changes)} if self.changes else {}
        return {"from": self.source_type, "to": self.sent_type, "sha256": self.sha256, "bytes": self.bytes, **changes}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is sent: its real media type, and the file as base64 (ASCII)."""

    media_type: str
    payload: bytes | memoryview
    note: ImageNote

    @property
    def url(self) -> str:
        """As a `data:` URL."""
        return f"data:{self.media_type};base64,{str(self.payload, 'ascii')}"


@dataclass(frozen=True, slots=True)
class Call:
    """One validated request, on its way to a model.

    `messages` are in OpenAI's form, a picture's URL in them being `skeleton.marked(index)` of `pictures`; `params`
    holds the sampling parameters that the client sent, and `response_format`, by their OpenAI names.
    """

    model: str
    entry: Entry
    messages: tuple[Mapping[str, Any], ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    safety_settings: Mapping[str, str] | None = None
    pictures: tuple[Picture, ...] = ()
    sample: str | None = None
    """`BENCHMARK/ID` as the evaluator names it, for replay alone."""

    @property
    def images(self) -> tuple[ImageNote, ...]:
        """What became of each picture."""
        return tuple(picture.note for picture in self.pictures)

    def whole_messages(self, stand_in: Callable[[int], str] | None = None) -> list[dict[str, Any]]:
        """The messages with every picture in its place as a `data:` URL; `stand_in`: with that for its base64."""
        return [{**message, "content": self._content(message["content"], stand_in)} for message in self.messages]

    def _content(self, content: Any, stand_in: Callable[[int], str] | None) -> Any:
        return content if isinstance(content, str) else [self._part(part, stand_in) for part in content]

    def _part(self, part: Mapping[str, Any], stand_in: Callable[[int], str] | None) -> Mapping[str, Any]:
        index = number(part["image_url"]["url"]) if part["type"] == "image_url" else None
        if index is None:
            return part
        picture = self.pictures[index]
        url = picture.url if stand_in is None else f"data:{picture.media_type};base64,{stand_in(index)}"
        return {**part, "image_url": {**part["image_url"], "url": url}}


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a streamed answer."""

    text: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: text, a block or a blank. Never a failure.

    `usage` counts tokens in OpenAI's names; `cost_usd` is None where no price is known.
    """

    text: str | None
    finish_reason: str = "stop"
    reasoning: str | None = None
    refusal: str | None = None
    block: Block | None = None
    usage: Mapping[str, int] | None = None
    served_model: str | None = None
    provider: str | None = None
    cost_usd: float | None = None
    dropped_params: tuple[str, ...] = ()
    added_params: Mapping[str, Any] = field(default_factory=dict)
    """Sampling parameters that went to the model unasked, or with another value than was asked for."""
    safety_settings: Mapping[str, str] | None = None

    def extension(self, call: Call) -> dict[str, Any]:
        """The `mosseval` object that goes beside the standard fields (contract 1)."""
        return {
            "served_model": self.served_model,
            "provider": self.provider,
            "dropped_params": list(self.dropped_params),
            "added_params": dict(self.added_params),
            "images": [note.document() for note in call.images],
            "block": None if self.block is None else asdict(self.block),
            "safety_settings": None if self.safety_settings is None else dict(self.safety_settings),
            "attempts": 1,
            "cost_usd": self.cost_usd,
        }


class Upstream(Protocol):
    """Something that answers calls: the LiteLLM adapter, the simulated models, or a replay."""

    async def complete(self, call: Call) -> Answer:
        """The whole answer. Raises `GatewayError` for a failure."""
        ...

    def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """Deltas, then exactly one `Answer` that holds the whole. Raises `GatewayError` for a failure."""
        ...

    async def aclose(self) -> None:
        """Gives up connections."""
        ...
