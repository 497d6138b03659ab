"""The request that litellm made, looked at before it leaves: are the pictures in it, and what else is and is not.

litellm leaves pictures out without a word where it thinks that a provider takes none, and names and details where the
provider has no place for them; it adds limits and temperatures of its own, and raises a limit that it thinks too low.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mosseval_proxy.upstream.splicing import Lost, Payload

PLACES = ("generationConfig", "inferenceConfig", "options", "additionalModelRequestFields")
"""The objects of a body, beside itself, in which Google, Bedrock and Ollama are told sampling parameters."""
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("max_tokens", "max_completion_tokens", "max_output_tokens"), "max_tokens"),
    **dict.fromkeys(("maxOutputTokens", "maxTokens", "num_predict"), "max_tokens"),
    "temperature": "temperature",
    **dict.fromkeys(("top_p", "topP", "p"), "top_p"),
    **dict.fromkeys(("top_k", "topK", "k"), "top_k"),
    **dict.fromkeys(("seed", "random_seed"), "seed"),
    **dict.fromkeys(("stop", "stop_sequences", "stopSequences"), "stop"),
    **dict.fromkeys(("presence_penalty", "presencePenalty"), "presence_penalty"),
    **dict.fromkeys(("frequency_penalty", "frequencyPenalty"), "frequency_penalty"),
    **dict.fromkeys(("repetition_penalty", "repeat_penalty"), "repetition_penalty"),
    **dict.fromkeys(("reasoning_effort", "reasoning", "thinking", "thinkingConfig"), "reasoning_effort"),
}
"""The providers' names for sampling parameters -> OpenAI's."""
TURNS = ("messages", "input", "contents")
"""Where a body's conversation is."""
BESIDE: Mapping[str, str] = {
    "name": "messages.name",
    "detail": "image_url.detail",
    "media_resolution": "image_url.detail",
    "mediaResolution": "image_url.detail",
}
"""What a turn, or a picture in it, says beside its words -> what that is in a request to the gateway."""
REPHRASED = frozenset({"stop", "reasoning_effort"})
"""Parameters that providers take in another form: their values cannot be compared."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a request says: its sampling parameters by OpenAI's names, and which of `BESIDE` stand in its turns."""

    sampling: Mapping[str, Any] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()


def read(body: bytes) -> Outgoing:
    """A request's body; of one that is no JSON object, nothing."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Outgoing()
    found = {NAMES[name]: place[name] for place in _places(document) for name in NAMES.keys() & place.keys()}
    turns = (each for name in TURNS for each in _objects(_object(document).get(name)))
    return Outgoing(found, beside(turns))


def beside(turns: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """What of `BESIDE` stands in some turns."""
    return frozenset(name for turn in turns for name in _beside(turn))


def added(sent: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent of sampling parameters and not asked for, or with another value."""
    return {
        name: value
        for name, value in sorted(sent.items())
        if name not in asked or (name not in REPHRASED and value != asked[name])
    }


def check_whole(content: bytes, payloads: Sequence[Payload]) -> None:
    """Raises Lost where the base64 of a picture is not in a body, as often as the picture was given."""
    for payload in {bytes(each) for each in payloads}:
        if content.count(payload) < sum(each == payload for each in payloads):
            raise Lost("a picture was lost on its way to the provider")


def _places(document: Any) -> Iterator[Mapping[str, Any]]:
    yield _object(document)
    yield from (_object(_object(document).get(name)) for name in PLACES)


def _beside(turn: Mapping[str, Any]) -> Iterator[str]:
    for part in (turn, *_objects(turn.get("content")), *_objects(turn.get("parts"))):
        names = part.keys() | _object(part.get("image_url")).keys()
        yield from (BESIDE[name] for name in BESIDE.keys() & names)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))
