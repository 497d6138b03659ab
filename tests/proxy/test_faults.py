"""Exceptions on the way to a provider, rejections in words, and Retry-After, as plain data."""

from __future__ import annotations

import pytest

from mosseval_proxy.errors import GatewayError
from mosseval_proxy.outcomes import ProviderFault, read_fault, read_response
from mosseval_proxy.outcomes.faults import describe, wait_s
from mosseval_proxy.records import Answer

REJECTED = [
    ("dashscope", "data_inspection_failed: Output data may contain inappropriate content.", "output"),
    ("azure", "The response was filtered due to the prompt triggering the content management policy", "input"),
    ("vertex_ai", "The response was blocked.", "output"),
    ("openai", "Your request was rejected as a result of our safety system.", "input"),
    ("openai", "Invalid prompt: flagged as potentially violating our usage policy.", "input"),
]


class Rejected(Exception):
    """As litellm raises it: words and a status of its own."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status


class Timeout(Rejected):
    """litellm gives it 408."""


class RefreshError(Exception):
    """As google-auth raises it."""


def raised_from(outer: Exception, inner: Exception) -> Exception:
    outer.__context__ = inner
    return outer


def code_of(error: Exception) -> str:
    outcome = read_fault(describe(error, "openai"))
    assert isinstance(outcome, GatewayError)
    return outcome.code


@pytest.mark.parametrize(("provider", "message", "where"), REJECTED)
def test_the_same_words_are_a_block_with_400_and_a_failure_with_500(provider: str, message: str, where: str) -> None:
    outcome = read_fault(ProviderFault("rejected", message, provider, 400))
    assert isinstance(outcome, Answer)
    assert outcome.block is not None
    assert (outcome.block.where, outcome.block.category, outcome.refusal) == (where, "safety", message)
    failure = read_fault(ProviderFault("rejected", message, provider, 500))
    assert isinstance(failure, GatewayError)
    assert failure.code == "upstream_unavailable"


def test_no_choices_are_a_failure() -> None:
    assert isinstance(read_response({"choices": []}, "openai"), GatewayError)


def test_what_litellm_refuses_to_send_keeps_its_words_without_additions() -> None:
    fault = describe(
        Rejected("litellm.BadRequestError: OpenAIException - no good\n\nLiteLLM: model group 'a'", 400), "x"
    )
    assert (fault.status, fault.message) == (400, "no good")


def test_a_broken_connection_tells_no_addresses() -> None:
    inner = ConnectionResetError("Cannot connect to host 10.0.0.7:8000")
    fault = describe(raised_from(Rejected("Connection error to 10.0.0.7", 500), inner), "openai")
    assert (fault.kind, fault.message, fault.status) == ("ConnectionResetError", "ConnectionResetError", None)
    assert code_of(raised_from(Rejected("Connection error", 500), inner)) == "upstream_unavailable"


def test_kinds_that_decide() -> None:
    assert code_of(Timeout("slow", 408)) == "upstream_timeout"
    assert code_of(raised_from(Rejected("no token", 500), RefreshError("invalid_grant"))) == "provider_key_rejected"
    wrapper = Rejected("wrapped", 503)
    wrapper.original_exception = Timeout("slow", 408)  # type: ignore[attr-defined]
    assert code_of(wrapper) == "upstream_timeout"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7", 7.0), ("1.5", 1.5), ("-3", None), ("soon", None), ("9" * 30, None), ("86401", 86400.0)],
)
def test_retry_after_is_a_bounded_number(value: str, expected: float | None) -> None:
    assert wait_s(value) == expected


def test_retry_after_as_a_date_in_the_past_means_now() -> None:
    assert wait_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
