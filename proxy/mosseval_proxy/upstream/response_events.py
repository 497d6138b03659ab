"""One streamed answer of OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses-streaming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import read_fault, text
from mosseval_proxy.outcomes.chat_form import document
from mosseval_proxy.outcomes.responses_api import fault, read_responses_api
from mosseval_proxy.records import Answer, Delta

ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})


class ResponseEvents:
    """Takes event after event until it is `over`; the last holds the whole answer."""

    def __init__(self, provider: str) -> None:
        self.over = False
        self._provider = provider
        self._text: list[str] = []
        self._outcome: Answer | GatewayError | None = None

    def add(self, data: bytes) -> Delta | None:
        """The data of one event; None where it carries no text."""
        event = document(data) or {}
        kind = str(event.get("type"))
        if kind == "response.output_text.delta":
            piece = text(event.get("delta")) or ""
            self._text.append(piece)
            return Delta(piece) if piece else None
        if kind == "response.reasoning_summary_text.delta":
            return Delta(reasoning=text(event.get("delta")) or "")
        if kind in ENDS:
            self._end(read_responses_api(_mapping(event.get("response")), self._provider))
        elif kind == "error" or isinstance(event.get("error"), Mapping):
            self._end(read_fault(fault(_mapping(event.get("error")) or event, self._provider)))
        return None

    def outcome(self) -> Answer | GatewayError:
        """The whole. A stream without its last event was cut off."""
        if self._outcome is None:
            return GatewayError("upstream_unavailable", "the provider's stream was cut off before its end")
        return self._outcome

    def _end(self, outcome: Answer | GatewayError) -> None:
        if isinstance(outcome, Answer) and outcome.text is None:
            outcome = replace(outcome, text="".join(self._text) or None)
        self._outcome, self.over = outcome, True


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
