"""The words in which a provider's wire format is told: what it sends, and what must leave the gateway for it.

Conventions of every `Wire`, so that the tests are the same for all: an answer says "hello" and counts 3 tokens in and
2 out; its stream says "hel" in `half` and "lo" in `rest`; a "{url}" in `params` is the fake provider's address.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

CUT: Final = "CUT"
"""In place of a body or an event: the connection breaks off here."""
HALF: Final = "HALF"
"""In place of a body: half of the answer under a Content-Length for the whole, then the connection breaks off."""
KEY: Final = "sk-planted-provider-key-0123456789"
"""The provider's key that the gateway is started with, under the name PLANTED_KEY; it may leave it nowhere."""
WORDS: Final = "something went wrong here"
"""What a provider says with a failure that tells no more than its status."""
FAILED: Final[Mapping[int, tuple[int, str]]] = {
    400: (400, "invalid_request"),
    401: (424, "provider_key_rejected"),
    403: (424, "provider_key_rejected"),
    404: (404, "model_not_found"),
    408: (504, "upstream_timeout"),
    413: (413, "request_too_large"),
    429: (429, "rate_limit_exceeded"),
    500: (502, "upstream_unavailable"),
    503: (502, "upstream_unavailable"),
    529: (502, "upstream_unavailable"),
}
"""Status and code that leave the gateway for a provider's bare status: the same for every provider."""


@dataclass(frozen=True)
class Sent:
    """What a provider sends.

    `body` is a dict or list (JSON), bytes as they are, CUT, HALF, or a float: so many seconds of silence, in which the
    gateway is expected to hang up. `events` instead of it is a stream: events in the provider's own form, encoded by
    `Wire.encode`; CUT and floats among them as above.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Any] | None = None


@dataclass(frozen=True)
class Block:
    """A form of a block, plain or streamed, and the `mosseval.block` that must leave for it.

    `name` is unique within its provider and says what a reader of the table should know: "prompt feedback without
    usage". `text` is the text so far. `reason` is the whole reason, None where the provider gives none.
    """

    name: str
    sent: Sent
    where: str
    category: str
    reason: str | None
    text: str | None = None


@dataclass(frozen=True)
class Failure:
    """A failure beyond the bare statuses of `FAILED`, and the HTTP status and code that must leave for it."""

    name: str
    sent: Sent
    status: int
    code: str


@dataclass(frozen=True)
class Break:
    """A stream that fails after "hel", in a form of the provider's own; the code of the error event that must leave."""

    name: str
    events: Sequence[Any]
    code: str = "upstream_unavailable"


@dataclass(frozen=True)
class Switch:
    """A safety switch: `mosseval.safety_settings` as sent, and what must reach the provider.

    `body` maps a dotted path in the body that the provider receives ("generationConfig.topP", "a.0.b") to the value
    there, `headers` a lower-case header to its value. `recorded` is `mosseval.safety_settings` of the answer, None:
    the same as sent. `settings` None: nothing was said, which is the default.
    """

    name: str
    settings: Mapping[str, Any] | None
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, Any] | None = None


def sse(event: Any) -> bytes:
    """A server-sent event: an object with a `type` gets its `event:` line; text goes as it is."""
    name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
    text = event if isinstance(event, str) else json.dumps(event)
    return f"{name}data: {text}\n\n".encode("utf-8", "surrogatepass")


def json_line(event: Any) -> bytes:
    """A line of JSON."""
    return json.dumps(event).encode() + b"\n"


@dataclass(frozen=True)
class Wire:
    """One provider through one of litellm's adapters.

    `name` names rows, tests and the deployment; `title` heads its part of the table.
    """

    name: str
    title: str
    provider: str
    """`mosseval.provider`."""
    params: Mapping[str, Any]
    """`litellm_params`."""
    path: str
    """Where it must be asked, with the query if there is one; `stream_path` for a stream, where that differs."""
    served_model: str
    answer: Callable[[str], Any]
    """The body of an answer with this text."""
    blank: Any
    """The body of an answer without any text."""
    error: Callable[[int, str], Any]
    """The body of an error with this status and these words."""
    half: Sequence[Any]
    rest: Sequence[Any]
    stream_path: str | None = None
    encode: Callable[[Any], bytes] = sse
    content_type: str = "text/event-stream"
    info: Mapping[str, Any] = field(default_factory=dict)
    """`model_info.mosseval`."""
    reasoning: Any = None
    """The body of an answer whose reasoning is "I see." and whose text is "hello"; None: the provider shows none."""
    reasoning_events: Sequence[Any] | None = None
    blocks: tuple[Block, ...] = ()
    failures: tuple[Failure, ...] = ()
    streamed_blocks: tuple[Block, ...] = ()
    breaks: tuple[Break, ...] = ()
    error_in_200: Any = None
    """The body of a failure under the status 200; None: `error(500, …)`."""
    sampling: Mapping[str, str] = field(default_factory=dict)
    """Each sampling parameter that it takes -> the dotted path in the body at which the provider must receive it;
    all others must stand in `dropped_params`."""
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Where the provider takes a parameter in another form: parameter -> the value that it must receive."""
    added: Mapping[str, Any] = field(default_factory=dict)
    """What goes to the provider of sampling where a request says nothing of it (`mosseval.added_params`)."""
    json_mode: Mapping[str, Any] | None = None
    """What the provider must receive, by dotted path, for a `response_format` of JSON; None: it is refused."""
    takes_schema: bool = True
    """Whether a JSON schema is passed on too; else it is refused."""
    system: str = "messages.0.content"
    """The dotted path in the body at which a system message must arrive."""
    switches: tuple[Switch, ...] = ()
    asides: Mapping[str, Any] = field(default_factory=dict)
    """Paths that are always answered like this and never counted (a token's endpoint)."""
    pages: tuple[str, ...] = ()
    """Where its forms are documented; none: the pages that its file's docstring names."""
    notes: tuple[str, ...] = ()
    """What a reader of the table should know besides, a sentence each."""

    @property
    def model(self) -> str:
        """The name at the gateway."""
        return f"wire/{self.name}"

    def streamed(self, *parts: Sequence[Any]) -> Sent:
        """A stream of these events."""
        return Sent(events=[event for part in parts for event in part])

    def failed(self, status: int, words: str = WORDS, **headers: str) -> Sent:
        """An error in the provider's own form; `_` in a header's name is `-`."""
        return Sent(self.error(status, words), status, {name.replace("_", "-"): text for name, text in headers.items()})


def at(document: Any, path: str) -> Any:
    """What stands at a dotted path ("a.0.b"). Raises KeyError, IndexError or TypeError where nothing does."""
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def deployment(wire: Wire, url: str) -> dict[str, Any]:
    """The wire's entry in `model_list`: a price of a dollar a million tokens in, two out."""
    prices = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    return {
        "model_name": wire.model,
        "litellm_params": _filled(wire.params, url),
        "model_info": {**prices, "mosseval": dict(wire.info)},
    }


def _filled(value: Any, url: str) -> Any:
    if isinstance(value, str):
        return value.replace("{url}", url)
    if isinstance(value, Mapping):
        return {name: _filled(child, url) for name, child in value.items()}
    return value
