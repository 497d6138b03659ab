"""What one request has to fit under, as a list of checks that a store can make all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mosseval_proxy.allowance import Allowance
from mosseval_proxy.catalogue import Entry
from mosseval_proxy.chat_request import ChatRequest, TextPart
from mosseval_proxy.errors import GatewayError
from mosseval_proxy.keys.ring import Key

Kind = Literal["requests", "tokens", "in_flight", "budget"]

CHARACTERS_A_TOKEN = 4
TOKENS_A_PICTURE = 1000
TOKENS_AN_ANSWER = 500
"""What is guessed where a request says nothing of it."""
WORDS: dict[Kind, str] = {
    "requests": "requests a minute",
    "tokens": "tokens a minute",
    "in_flight": "requests at once",
    "budget": "US dollars in all",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One limit and what a request takes of it. `subject` is whose it is: `key NAME` or `model ID`."""

    subject: str
    kind: Kind
    limit: float
    amount: int = 1

    @property
    def name(self) -> str:
        """Under which a store counts."""
        return f"{self.subject}:{self.kind}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The check that failed, and when it may go better; None: never by itself."""

    check: Check
    wait_s: float | None

    @property
    def label(self) -> str:
        """For the metrics: whose limit and which, without a name."""
        return f"{self.check.subject.partition(' ')[0]} {self.check.kind}"

    def error(self) -> GatewayError:
        """What the client is told."""
        check = self.check
        said = f"the {check.subject} has a limit of {check.limit:g} {WORDS[check.kind]}, and that is reached"
        if self.wait_s is None:
            return GatewayError("insufficient_quota", said, extra={"limit": self.label})
        return GatewayError("rate_limit_exceeded", said, retry_after_s=self.wait_s, extra={"limit": self.label})


def checks(key: Key, entry: Entry, tokens: int) -> tuple[Check, ...]:
    """Every check for a request of about so many tokens. Raises GatewayError where a budget could not be kept."""
    if key.budget_usd is None and key.allowance.unlimited and entry.own.limits.unlimited:
        return ()
    found = list(_of(f"key {key.name}", key.allowance, tokens))
    found += _of(f"model {entry.pattern or entry.id}", entry.own.limits, tokens)
    if key.budget_usd is not None and entry.replay is None:
        if entry.price is None:
            raise GatewayError(
                "model_not_allowed",
                f"the key {key.name} has a budget, and {entry.id} has no known price: give it one in the config",
                param="model",
            )
        found.append(Check(f"key {key.name}", "budget", key.budget_usd))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Guess:
    """About how many tokens a request will come to, before anybody has counted them."""

    prompt: int
    answer: int

    @property
    def tokens(self) -> int:
        """Of both."""
        return self.prompt + self.answer

    def cost_usd(self, entry: Entry) -> float | None:
        """US dollars; None where no price is known."""
        return None if entry.price is None else entry.price.of(self.prompt, self.answer)


def estimate(chat: ChatRequest, pictures: int) -> Guess:
    """What is guessed of a request."""
    answer = chat.max_tokens or chat.max_completion_tokens or TOKENS_AN_ANSWER
    return Guess(sum(_characters(chat)) // CHARACTERS_A_TOKEN + pictures * TOKENS_A_PICTURE, answer)


def _of(subject: str, allowance: Allowance, tokens: int) -> Iterator[Check]:
    if allowance.unlimited:
        return
    if allowance.in_flight is not None:
        yield Check(subject, "in_flight", allowance.in_flight)
    if allowance.rpm is not None:
        yield Check(subject, "requests", allowance.rpm)
    if allowance.tpm is not None:
        # One that is guessed to be larger than the whole limit goes when nothing else does.
        yield Check(subject, "tokens", allowance.tpm, min(tokens, allowance.tpm))


def _characters(chat: ChatRequest) -> Iterator[int]:
    for message in chat.messages:
        if isinstance(message.content, str):
            yield len(message.content)
        else:
            yield from (len(part.text) for part in message.content if isinstance(part, TextPart))
