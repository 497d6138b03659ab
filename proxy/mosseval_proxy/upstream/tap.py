"""One streamed answer of a provider that does not speak OpenAI's form, put together as it comes.

`NativeStream` reads the bytes of the forms that `outcomes.native` knows; litellm's chunks serve for all others, of
which it is said when litellm saw no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import read_response, text
from mosseval_proxy.outcomes.chat_form import document
from mosseval_proxy.outcomes.events import DONE, Events, TooLong
from mosseval_proxy.outcomes.native import Form, Said, error
from mosseval_proxy.records import Answer, Delta

SMALLEST_FRAME = 16
"""Bytes of an AWS event stream's frame without headers and payload."""


class Framing(Protocol):
    """Takes a stream's bytes apart."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The JSON documents that this piece completes. Raises TooLong, ValueError."""
        ...


class NativeStream:
    """Takes a stream's bytes until it is `over`; an event may have `limit` bytes."""

    def __init__(self, form: Form, provider: str, limit: int) -> None:
        self._form = form
        self._provider = provider
        self._said = Said()
        self._framing: Framing = FRAMINGS[form.framing](limit)

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self._said.over

    def feed(self, piece: bytes) -> Delta | None:
        """What this piece says; None where it says nothing."""
        said = self._said
        texts, thoughts = len(said.texts), len(said.thoughts)
        try:
            for data in self._framing.feed(piece):
                if not said.over and data != DONE:
                    self._event(data)
        except (TooLong, ValueError) as fault:
            said.fail(f"the provider's stream cannot be read: {fault or 'an event is over its bound'}", 500)
        fresh = Delta("".join(said.texts[texts:]), "".join(said.thoughts[thoughts:]))
        return fresh if fresh.text or fresh.reasoning else None

    def outcome(self) -> Answer | GatewayError:
        """The whole. A stream that ended without a reason was cut off."""
        return self._said.outcome(self._provider)

    def _event(self, data: bytes) -> None:
        found = document(data)
        if found is None:
            raise ValueError("an event is no JSON object")
        if not error(self._said, found):
            self._form.event(self._said, found)


class Lines:
    """A JSON document a line, of at most `limit` bytes; what no line's end follows was cut."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._line = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The documents that this piece completes. Raises TooLong."""
        *ended, rest = piece.split(b"\n")
        for part in ended:
            line = bytes(self._line + part).strip()
            self._line.clear()
            if line:
                yield line
        self._line += rest
        if len(self._line) > self._limit:
            raise TooLong


class Frames:
    """Frames of an AWS event stream: the payload, with the kind of its event or exception as `type`."""

    def __init__(self, limit: int) -> None:
        # Found where it is first needed: it belongs to boto3, which takes a while.
        from botocore.eventstream import EventStreamBuffer, ParserError  # type: ignore[import-untyped]

        self._limit = limit
        self._waiting = bytearray()
        self._frames: Any = EventStreamBuffer()
        self._broken = ParserError

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The documents that this piece completes. Raises TooLong, ValueError."""
        self._waiting += piece
        while len(self._waiting) >= SMALLEST_FRAME:
            length = int.from_bytes(self._waiting[:4])
            if length > self._limit:
                raise TooLong
            if length < SMALLEST_FRAME:
                raise ValueError("a frame is shorter than a frame can be")
            if length > len(self._waiting):
                return
            yield _typed(self._parsed(bytes(self._waiting[:length])))
            del self._waiting[:length]

    def _parsed(self, frame: bytes) -> Any:
        # botocore would look at all that it waits for again with every piece, so it is handed whole frames.
        self._frames.add_data(frame)
        try:
            return next(self._frames)
        except (self._broken, StopIteration) as fault:
            raise ValueError(f"a frame is broken: {fault}") from None


def _typed(frame: Any) -> bytes:
    kind = frame.headers.get(":event-type") or frame.headers.get(":exception-type") or "error"
    payload = frame.payload.strip()
    if not payload.startswith(b"{") or not str(kind).isidentifier():
        raise ValueError("a frame is no JSON object")
    rest = payload[1:].lstrip()
    return b'{"type":"%s"%s' % (str(kind).encode(), rest if rest.startswith(b"}") else b"," + rest)


FRAMINGS: dict[str, Callable[[int], Framing]] = {"events": Events, "lines": Lines, "frames": Frames}


class LiteLLMStream:
    """Collects litellm's chunks."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._usage: Any = None
        self._model: str | None = None
        self._finish: str | None = None

    def delta(self, chunk: Any) -> Delta | None:
        """One chunk; None where it carries no text."""
        usage = getattr(chunk, "usage", None)
        if usage is not None:
            self._usage = usage.model_dump()
        self._model = getattr(chunk, "model", None) or self._model
        if not chunk.choices:
            return None
        self._finish = chunk.choices[0].finish_reason or self._finish
        delta = chunk.choices[0].delta
        piece = text(getattr(delta, "content", None)) or ""
        thought = text(getattr(delta, "reasoning_content", None)) or ""
        self._texts.append(piece)
        self._thoughts.append(thought)
        return Delta(piece, thought) if piece or thought else None

    def answer(self, finish: str | None) -> Answer | GatewayError:
        """The whole; `finish` is the reason that litellm noted, None where it saw no end."""
        if finish is None:
            return GatewayError("upstream_unavailable", "the provider's stream was cut off before its end")
        message = {"content": "".join(self._texts) or None, "reasoning_content": "".join(self._thoughts) or None}
        choice = {"message": message, "finish_reason": self._finish or finish}
        return read_response({"choices": [choice], "usage": self._usage, "model": self._model}, self._provider)

    def blocked(self, answer: Answer) -> Answer:
        """A block that came as an error in mid-stream, with the text so far."""
        return Answer("".join(self._texts) or None, "content_filter", refusal=answer.refusal, block=answer.block)
