"""The simulated models behind the same protocol as the real ones."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace

import orjson

from mosseval_proxy.parameters import KEPT_BACK
from mosseval_proxy.records import Answer, Call, Delta
from mosseval_proxy.simulated.blocking import FORMS
from mosseval_proxy.simulated.flaky import Flakiness
from mosseval_proxy.simulated.words import answer, refusal

REFUSED_SHARE = 0.4
"""The share of requests that `simulated/cautious` refuses, in expectation over different requests."""
ANSWERED = 7
"""So many answers in words `simulated/blocking` gives for one of each form, in expectation."""
IMAGE_TOKENS = 255
SHORTENING = frozenset({"max_tokens", "stop"})
TOKEN = re.compile(r"\S+\s*")


class Simulated:
    """Implements `Upstream`. The same request gets the same answer, in every process."""

    def __init__(self) -> None:
        self._flakiness = Flakiness()
        self._models: Mapping[str, Callable[[Call, str, bytes], Answer]] = {
            "simulated/helpful": _helpful,
            "simulated/cautious": _cautious,
            "simulated/blocking": _blocking,
            "simulated/flaky": self._flaky,
        }

    async def complete(self, call: Call) -> Answer:
        """The answer, after 20 to 50 ms."""
        digest = _digest(call)
        await asyncio.sleep(_latency_s(call, digest))
        assert call.entry.simulated is not None
        made = self._models[call.entry.simulated](call, _question(call), digest)
        return _finished(made, call)

    async def stream(self, call: Call) -> AsyncIterator[Delta | Answer]:
        """The same answer, word by word."""
        whole = await self.complete(call)
        for piece in TOKEN.findall(whole.text or ""):
            yield Delta(text=piece)
            await asyncio.sleep(0)
        yield whole

    async def aclose(self) -> None:
        """Nothing is held."""

    def _flaky(self, call: Call, question: str, digest: bytes) -> Answer:
        blank = self._flakiness.strike(digest, call.entry.own.simulated.stall_s)
        return Answer(text="") if blank else _helpful(call, question, digest)


def _helpful(_call: Call, question: str, digest: bytes) -> Answer:
    return Answer(text=answer(question, digest))


def _cautious(_call: Call, question: str, digest: bytes) -> Answer:
    share = int.from_bytes(digest[16:20], "big") / 2**32
    return Answer(text=(refusal if share < REFUSED_SHARE else answer)(question, digest))


def _blocking(call: Call, question: str, digest: bytes) -> Answer:
    """About a third answers in words, the rest one of the forms each, mapped as the real one would be."""
    index = int.from_bytes(digest[16:20], "big") % (len(FORMS) + ANSWERED)
    if index >= len(FORMS):
        return _helpful(call, question, digest)
    outcome = FORMS[index].outcome()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _finished(made: Answer, call: Call) -> Answer:
    """Applies stop words and the token limit, counts tokens, names what is simulated."""
    text, finish = made.text, made.finish_reason
    stops = call.params.get("stop") or ()
    for stop in (stops,) if isinstance(stops, str) else stops:
        text = text if text is None or not stop else text.split(stop, 1)[0]
    tokens = TOKEN.findall(text or "")
    limit = call.params.get("max_tokens")
    if limit is not None and len(tokens) > limit:
        tokens, finish = tokens[:limit], "length"
        text = "".join(tokens)
    prompt = len(_question(call).split()) + IMAGE_TOKENS * len(call.images)
    usage = {"prompt_tokens": prompt, "completion_tokens": len(tokens), "total_tokens": prompt + len(tokens)}
    price = call.entry.price
    return replace(
        made,
        text=text,
        finish_reason=finish,
        usage=usage,
        served_model=call.entry.simulated,
        provider="simulated",
        dropped_params=tuple(sorted(KEPT_BACK & call.params.keys())),
        cost_usd=price.of(prompt, len(tokens)) if price else 0.0,
    )


def _question(call: Call) -> str:
    """The text of the last user message."""
    for message in reversed(call.messages):
        if message["role"] == "user":
            content = message["content"]
            if isinstance(content, str):
                return content
            return " ".join(part["text"] for part in content if part["type"] == "text")
    return ""


def _digest(call: Call) -> bytes:
    """32 bytes that follow from model, sampling, texts and pictures alone; limits and stop words only shorten."""
    texts = [
        [m["role"], m["content"] if isinstance(m["content"], str) else [part.get("text") for part in m["content"]]]
        for m in call.messages
    ]
    pictures = [note.sha256 for note in call.images]
    sampling = {name: value for name, value in call.params.items() if name not in SHORTENING | KEPT_BACK}
    document = [call.entry.simulated, texts, pictures, sampling]
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).digest()


def _latency_s(call: Call, digest: bytes) -> float:
    configured = call.entry.own.simulated.latency_s
    return 0.02 + digest[10] / 255 * 0.03 if configured is None else configured
