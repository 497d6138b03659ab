"""A conversation as the adapters get it: turns of words and pictures, the pictures looked at but not yet decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mosseval_serve.chat_request import ChatRequest, ImagePart
from mosseval_serve.errors import ServeError
from mosseval_serve.pictures import Picture, PictureLimits, read_picture

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said: words and pictures in their order."""

    role: Role
    parts: tuple[str | Picture, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation that ends with the turn to answer."""

    turns: tuple[Turn, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture, in order."""
        return tuple(part for turn in self.turns for part in turn.parts if isinstance(part, Picture))

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every piece of text, with the number of its turn."""
        return (
            (number, part) for number, turn in enumerate(self.turns) for part in turn.parts if isinstance(part, str)
        )


def to_chat(request: ChatRequest, limits: PictureLimits) -> Chat:
    """The conversation of a request. Raises ServeError: `image_invalid`, `invalid_request` where nothing is asked."""
    if request.messages[-1].role != "user":
        raise ServeError("invalid_request", "messages: the last one must be the user's", param="messages")
    turns, seen, pixels = [], 0, 0
    for number, message in enumerate(request.messages):
        content = message.content
        parts: list[str | Picture] = [content] if isinstance(content, str) else []
        for place, part in enumerate([] if isinstance(content, str) else content):
            if not isinstance(part, ImagePart):
                parts.append(part.text)
                continue
            seen += 1
            where = f"messages.{number}.content.{place}"
            if seen > limits.count:
                raise ServeError("invalid_request", f"{where}: at most {limits.count} pictures a request", param=where)
            picture = read_picture(part.image_url.url, where, limits)
            pixels += picture.pixels
            if pixels > limits.request_pixels:
                why = f"{where}: the pictures have more than {limits.request_pixels} pixels together"
                raise ServeError("request_too_large", why, param=where)
            parts.append(picture)
        role: Role = "system" if message.role == "developer" else message.role
        turns.append(Turn(role, tuple(parts)))
    if not any(part if isinstance(part, Picture) else part.strip() for part in turns[-1].parts):
        raise ServeError("invalid_request", "messages: the last one is empty", param="messages")
    return Chat(tuple(turns))
