"""One streamed answer of an OpenAI-speaking server, put together from its chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import read_fault, read_response, text
from mosseval_proxy.outcomes.chat_form import (
    document,
    error_of,
    filters,
    finish,
    gave_up,
    no_text,
    reasoning,
    rejection,
    strange,
    words,
)
from mosseval_proxy.outcomes.events import DONE, TooLong
from mosseval_proxy.records import Answer, Delta


class Collected:
    """Takes event after event until it is `over`, and at most `limit` characters of text."""

    def __init__(self, provider: str, limit: int) -> None:
        self.over = False
        self._outcome: Answer | GatewayError | None = None
        self._provider = provider
        self._left = limit
        self._parts: dict[str, list[str]] = {"content": [], "reasoning_content": [], "refusal": []}
        self._finish: str | None = None
        self._reason: object = None
        self._filters: dict[str, Any] = {}
        self._usage: Any = None
        self._model: Any = None

    def add(self, data: bytes) -> Delta | None:
        """The data of one event; None where it carries no text. Raises TooLong."""
        if data == DONE:
            self.over = True
            return None
        found = document(data)
        if found is None:
            self.end(GatewayError("upstream_unavailable", "the provider sent an event that is no JSON object"))
            return None
        if error_of(found) is not None:
            self.end(read_fault(rejection(self._provider, None, data)))
            return None
        return self._chunk(found)

    def end(self, outcome: Answer | GatewayError) -> None:
        """Ends the answer otherwise than by its own finish reason."""
        if isinstance(outcome, Answer) and outcome.text is None:
            outcome = replace(outcome, text="".join(self._parts["content"]) or None)
        self._outcome, self.over = outcome, True

    def outcome(self) -> Answer | GatewayError:
        """The whole. A stream without a finish reason was cut off."""
        if self._outcome is not None:
            return self._outcome
        if self._finish is None:
            return GatewayError("upstream_unavailable", "the provider's stream was cut off before its end")
        if strange(self._reason) and not (self._parts["content"] or self._parts["refusal"]):
            return no_text(self._reason)
        message = {name: "".join(parts) or None for name, parts in self._parts.items()}
        choice = {"message": message, "finish_reason": self._finish, **self._filters}
        return read_response({"choices": [choice], "usage": self._usage, "model": self._model}, self._provider)

    def _chunk(self, chunk: Mapping[str, Any]) -> Delta | None:
        self._model = chunk.get("model") or self._model
        self._usage = chunk.get("usage") or self._usage
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            return None
        self._filters.update({name: found for name, found in filters(choice).items() if found})
        self._note_finish(choice.get("finish_reason"))
        delta = choice.get("delta")
        if not isinstance(delta, Mapping):
            return None
        self._keep("refusal", text(words(delta.get("refusal"))) or "")
        piece = self._keep("content", text(words(delta.get("content"))) or "")
        thought = self._keep("reasoning_content", text(reasoning(delta)) or "")
        return Delta(piece, thought) if piece or thought else None

    def _note_finish(self, reason: object) -> None:
        if gave_up(reason):
            self.end(GatewayError("upstream_unavailable", f"the provider gave up (finish reason {reason})"))
        if finish(reason) is not None:
            self._finish, self._reason = finish(reason), reason

    def _keep(self, name: str, piece: str) -> str:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLong
        if piece:
            self._parts[name].append(piece)
        return piece
