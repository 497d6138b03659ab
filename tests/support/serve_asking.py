"""Asking an adapter through `batch.run`, without HTTP, and asking transformers itself for the same."""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from PIL import Image

from mosseval_serve.adapters.base import Adapter
from mosseval_serve.batch import run
from mosseval_serve.chat_request import Decoding
from mosseval_serve.conversation import Chat, Turn
from mosseval_serve.errors import ServeError
from mosseval_serve.jobs import End, Event, Job, Piece
from mosseval_serve.pictures import PictureLimits, read_picture


@dataclass
class Told:
    """What came of one request."""

    events: list[Event] = field(default_factory=list)

    @property
    def pieces(self) -> list[Piece]:
        return [event for event in self.events if isinstance(event, Piece)]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def end(self) -> End:
        assert isinstance(self.events[-1], End), self.events
        return self.events[-1]

    @property
    def failure(self) -> ServeError:
        assert isinstance(self.events[-1], ServeError), self.events
        return self.events[-1]


@dataclass(frozen=True)
class Question:
    """A question about a picture (or none), and how to decode the answer."""

    text: str
    picture: int | None = 1
    decoding: Decoding = field(default_factory=lambda: Decoding(max_tokens=12))
    streamed: bool = False

    def chat(self) -> Chat:
        parts = () if self.picture is None else (read_picture(url(self.picture), "picture", PictureLimits()),)
        return Chat((Turn("user", (*parts, self.text)),))


def picture(seed: int) -> Image.Image:
    """A picture of random pixels."""
    numbers = random.Random(seed)
    return Image.frombytes("RGB", (36, 30), numbers.randbytes(36 * 30 * 3))


def url(seed: int) -> str:
    """The same picture as a data: URL."""
    held = io.BytesIO()
    picture(seed).save(held, "PNG")
    return f"data:image/png;base64,{base64.b64encode(held.getvalue()).decode()}"


def ask(adapter: Adapter, *questions: Question) -> list[Told]:
    """Asks all of them in one batch."""
    told = [Told() for _ in questions]
    jobs = [
        Job(question.chat(), question.decoding, each.events.append, streamed=question.streamed)
        for question, each in zip(questions, told, strict=True)
    ]
    run(adapter, jobs, default_tokens=32, aborted=lambda: False)
    return told


def direct(adapter: Adapter, inputs: Any, tokens: int, **options: Any) -> torch.Tensor:
    """The tokens that transformers generates by itself for the inputs of one row, without the prompt."""
    with torch.inference_mode():
        made = adapter.model.generate(
            **inputs, max_new_tokens=tokens, **{"do_sample": False, **adapter.options(), **options}
        )
    found: torch.Tensor = made[0, -tokens:]
    return found


def texts(told: Sequence[Told]) -> list[str]:
    return [each.text for each in told]
