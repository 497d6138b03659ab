"""Answers in the providers' native forms, whole or event by event: what was said, what it cost, why it ended.

litellm's mapping of these forms loses the text of a blocked answer, reasons, reasoning and limits reached, and makes
up an end where there was none. So their bodies are read here; a form is known by the path that it is asked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes.blocks import raw_block, said
from mosseval_proxy.outcomes.endings import BROKEN, ENDS_OF_BLANKS, LENGTHS, ending, first, is_count, text
from mosseval_proxy.outcomes.failures import FAILURES, ProviderFault, read_fault
from mosseval_proxy.records import Answer

Document = Mapping[str, Any]
STATUSES: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "validationException": 400,
    "throttlingException": 429,
}
"""The status of an error that came under the status 200, by its kind: Anthropic's and Bedrock's. Others are 500."""


@dataclass(slots=True)
class Said:
    """A native answer as far as it has come."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    """What tells why it ended, in the provider's own form (see `blocks.raw_block`)."""
    usage: dict[str, int] = field(default_factory=dict)
    model: str | None = None
    fault: ProviderFault | None = None
    over: bool = False
    """Nothing more is to come."""

    def say(self, piece: Any) -> None:
        """Adds text."""
        if words := text(piece):
            self.texts.append(words)

    def think(self, piece: Any) -> None:
        """Adds reasoning."""
        if words := text(piece):
            self.thoughts.append(words)

    def count(self, found: Any, prompt: tuple[str, ...], completion: tuple[str, ...]) -> None:
        """Notes the tokens that a provider counts under these names."""
        for name, parts in (("prompt_tokens", prompt), ("completion_tokens", completion)):
            given = [found.get(part) for part in parts] if isinstance(found, Mapping) else []
            numbers = [number for number in given if is_count(number)]
            if numbers:
                self.usage[name] = sum(numbers)

    def fail(self, words: Any, status: int | None) -> None:
        """Notes an error that came in an answer's place, or in the middle of it."""
        self.fault, self.over = ProviderFault("rejected", text(words) or "an error without words", status=status), True

    def outcome(self, provider: str) -> Answer | GatewayError:
        """The whole: an answer, a block with the text so far, or a failure."""
        block = raw_block(self.end, provider)
        if self.fault is not None:
            settled = read_fault(replace(self.fault, provider=provider))
            if isinstance(settled, GatewayError):
                return settled
            block = settled.block
        end = ending(self.end)
        if block is None and end is not None and end in BROKEN:
            return GatewayError(FAILURES[BROKEN[end]][0], f"the provider gave its answer up: {end}")
        if block is None and end is None:
            return GatewayError("upstream_unavailable", "the provider's answer was cut off before its end")
        if block is None and not self.texts and end not in ENDS_OF_BLANKS:
            return GatewayError("upstream_unavailable", f"the provider's answer has no text, and ended with {end}")
        total = {"total_tokens": sum(self.usage.values())} if self.usage else {}
        return Answer(
            text="".join(self.texts) or None,
            finish_reason="content_filter" if block else "length" if end in LENGTHS else "stop",
            reasoning="".join(self.thoughts) or None,
            refusal=said(block) if block else None,
            block=block,
            usage={"prompt_tokens": 0, "completion_tokens": 0, **self.usage, **total} if self.usage else None,
            served_model=self.model,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A provider's native form: how it frames a stream, and how a whole answer and an event of a stream are read."""

    framing: Literal["events", "lines", "frames"]
    whole: Callable[[Said, Document], None]
    event: Callable[[Said, Document], None]


def form_of(path: str) -> Form | None:
    """The form of whom is asked at this path; None for one that is not read here."""
    return next((form for end, form in FORMS if end.search(path)), None)


def read_native(form: Form, document: Document, provider: str) -> Answer | GatewayError:
    """A plain answer."""
    heard = Said()
    if not error(heard, document):
        form.whole(heard, document)
    return heard.outcome(provider)


def error(heard: Said, document: Document) -> bool:
    """Notes an error in the place of an answer or an event, in any of the forms; False where there is none."""
    found = document.get("error")
    if isinstance(found, Mapping):
        code, kind = found.get("code"), text(found.get("type")) or ""
        heard.fail(found.get("message"), code if isinstance(code, int) else STATUSES.get(kind, 500))
    elif found and isinstance(found, str):
        heard.fail(found, 500)
    elif isinstance(document.get("message"), str):
        heard.fail(document["message"], STATUSES.get(text(document.get("type")) or "", 500))
    return heard.fault is not None


def _anthropic(heard: Said, document: Document) -> None:
    """https://platform.claude.com/docs/en/api/messages."""
    heard.model = text(document.get("model"))
    for block in _objects(document.get("content")):
        _anthropic_block(heard, block)
    _anthropic_usage(heard, document.get("usage"))
    heard.end = {"type": "message", **{name: document.get(name) for name in ("stop_reason", "stop_details")}}


def _anthropic_event(heard: Said, event: Document) -> None:
    """https://platform.claude.com/docs/en/build-with-claude/streaming."""
    kind = event.get("type")
    if kind == "message_start":
        message = _object(event.get("message"))
        heard.model = text(message.get("model"))
        _anthropic_usage(heard, message.get("usage"))
    elif kind == "content_block_start":
        _anthropic_block(heard, _object(event.get("content_block")))
    elif kind == "content_block_delta":
        _anthropic_block(heard, _object(event.get("delta")))
    elif kind == "message_delta":
        heard.end = {**_object(event.get("delta")), "type": "message"}
        _anthropic_usage(heard, event.get("usage"))
    elif kind == "message_stop":
        heard.over = True


def _anthropic_block(heard: Said, block: Document) -> None:
    heard.say(block.get("text"))
    heard.think(block.get("thinking"))


def _anthropic_usage(heard: Said, usage: Any) -> None:
    prompt = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    heard.count(usage, prompt, ("output_tokens",))


def _gemini(heard: Said, document: Document) -> None:
    """https://ai.google.dev/api/generate-content; a stream's events have the form of a whole answer.

    An answer with a count of tokens and no candidate is a blocked prompt, which `"candidates": []` stands for.
    """
    if _object(document.get("promptFeedback")).get("blockReason"):
        heard.end["promptFeedback"] = document["promptFeedback"]
    candidate = first(document.get("candidates"))
    for part in _objects(_object(candidate.get("content")).get("parts")):
        (heard.think if part.get("thought") else heard.say)(part.get("text"))
    if candidate.get("finishReason") or (candidate and not heard.end.get("candidates")):
        heard.end["candidates"] = [candidate]
    elif not candidate and "usageMetadata" in document:
        heard.end.setdefault("candidates", [])
    counts = document.get("usageMetadata")
    heard.count(counts, ("promptTokenCount",), ("candidatesTokenCount", "thoughtsTokenCount"))
    heard.model = text(document.get("modelVersion")) or heard.model


def _bedrock(heard: Said, document: Document) -> None:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""
    for block in _objects(_object(_object(document.get("output")).get("message")).get("content")):
        heard.say(block.get("text"))
        heard.think(_object(_object(block.get("reasoningContent")).get("reasoningText")).get("text"))
    _bedrock_end(heard, document)


def _bedrock_event(heard: Said, event: Document) -> None:
    """A frame's payload, with its kind as `type`."""
    if event.get("type") == "contentBlockDelta":
        delta = _object(event.get("delta"))
        heard.say(delta.get("text"))
        heard.think(_object(delta.get("reasoningContent")).get("text"))
    else:
        _bedrock_end(heard, event)


def _bedrock_end(heard: Said, document: Document) -> None:
    heard.end.update({name: document[name] for name in ("stopReason", "trace", "usage") if name in document})
    prompt = ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    heard.count(document.get("usage"), prompt, ("outputTokens",))


def _cohere(heard: Said, document: Document) -> None:
    """https://docs.cohere.com/reference/chat."""
    for block in _objects(_object(document.get("message")).get("content")):
        _cohere_block(heard, block)
    _cohere_end(heard, document)


def _cohere_event(heard: Said, event: Document) -> None:
    """https://docs.cohere.com/reference/chat-stream."""
    delta = _object(event.get("delta"))
    if event.get("type") in ("content-start", "content-delta"):
        _cohere_block(heard, _object(_object(delta.get("message")).get("content")))
    elif event.get("type") == "message-end":
        _cohere_end(heard, delta)
        heard.over = True


def _cohere_block(heard: Said, block: Document) -> None:
    heard.say(block.get("text"))
    heard.think(block.get("thinking"))


def _cohere_end(heard: Said, document: Document) -> None:
    heard.end["finish_reason"] = document.get("finish_reason")
    heard.count(_object(document.get("usage")).get("tokens"), ("input_tokens",), ("output_tokens",))


def _ollama(heard: Said, document: Document) -> None:
    """https://github.com/ollama/ollama/blob/main/docs/api.md; a stream's lines have the form of a whole answer."""
    heard.model = text(document.get("model"))
    message = _object(document.get("message"))
    heard.say(message.get("content"))
    heard.think(message.get("thinking"))
    heard.count(document, ("prompt_eval_count",), ("eval_count",))
    if document.get("done") is True:
        heard.end["done_reason"], heard.over = document.get("done_reason") or "stop", True


def _object(value: Any) -> Document:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Any) -> Iterator[Document]:
    yield from (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


ANTHROPIC = Form("events", _anthropic, _anthropic_event)
GEMINI = Form("events", _gemini, _gemini)
BEDROCK = Form("frames", _bedrock, _bedrock_event)
FORMS: tuple[tuple[re.Pattern[str], Form], ...] = (
    (re.compile(r"/v1/messages$|/publishers/anthropic/models/[^/]+:(raw|streamRaw)Predict$"), ANTHROPIC),
    (re.compile(r":(generate|streamGenerate)Content$"), GEMINI),
    (re.compile(r"/converse(-stream)?$"), BEDROCK),
    (re.compile(r"/v2/chat$"), Form("events", _cohere, _cohere_event)),
    (re.compile(r"/api/chat$"), Form("lines", _ollama, _ollama)),
)
"""The end of a path -> the form of what is asked there."""
