"""Amazon Bedrock's Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.

A stream is an AWS event stream: frames with headers and two checksums
(https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html tells the frame).
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

from wires.base import Block, Break, Failure, Sent, Switch, Wire

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
NOTHING = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0}
CANNED = "The guardrail that is configured here does not let this through."


def answer(text: str | None, stop: str = "end_turn", **extra: Any) -> dict[str, Any]:
    """A whole answer."""
    content = [] if text is None else [{"text": text}]
    return converse(content, stop, **extra)


def converse(content: list[Any], stop: str = "end_turn", **extra: Any) -> dict[str, Any]:
    output = {"message": {"role": "assistant", "content": content}}
    return {"output": output, "stopReason": stop, "usage": USAGE, "metrics": {"latencyMs": 7}, **extra}


def error(_status: int, text: str) -> dict[str, Any]:
    return {"message": text}


def assessed(**policies: Any) -> dict[str, Any]:
    return {"a-guardrail": policies}


VIOLENCE = {"contentPolicy": {"filters": [{"type": "VIOLENCE", "confidence": "HIGH", "action": "BLOCKED"}]}}
TOPIC = {"topicPolicy": {"topics": [{"name": "Medicine", "type": "DENY", "action": "BLOCKED"}]}}
WORDS = {
    "wordPolicy": {
        "customWords": [{"match": "egg", "action": "BLOCKED"}],
        "managedWordLists": [{"match": "damn", "type": "PROFANITY", "action": "NONE"}],
    }
}
PERSON = {
    "sensitiveInformationPolicy": {"piiEntities": [{"type": "EMAIL", "match": "a@b.example", "action": "BLOCKED"}]}
}
GROUNDING = {
    "contextualGroundingPolicy": {
        "filters": [{"type": "GROUNDING", "threshold": 0.7, "score": 0.1, "action": "BLOCKED"}]
    }
}


def at_input(**policies: Any) -> dict[str, Any]:
    return {"trace": {"guardrail": {"inputAssessment": assessed(**policies)}}}


def at_output(**policies: Any) -> dict[str, Any]:
    """With an input that passed."""
    passed = assessed(contentPolicy={"filters": [{"type": "HATE", "confidence": "LOW", "action": "NONE"}]})
    found = {"inputAssessment": passed, "outputAssessments": {"a-guardrail": [policies]}, "modelOutput": ["no"]}
    return {"trace": {"guardrail": found}}


def event(kind: str, payload: Any) -> tuple[str, str, Any]:
    return "event", kind, payload


def fault(kind: str, text: str) -> tuple[str, str, Any]:
    return "exception", kind, {"message": text}


def frame(sent: tuple[str, str, Any]) -> bytes:
    """One message of an AWS event stream."""
    message_type, kind, payload = sent
    named = {":message-type": message_type, f":{message_type}-type": kind, ":content-type": "application/json"}
    headers = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in named.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    whole = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + body
    return whole + struct.pack("!I", zlib.crc32(whole))


def piece(text: str, index: int = 0) -> tuple[str, str, Any]:
    return event("contentBlockDelta", {"contentBlockIndex": index, "delta": {"text": text}})


def tail(stop: str, **metadata: Any) -> list[Any]:
    """The end of a stream."""
    counted = {"usage": USAGE, "metrics": {"latencyMs": 7}, **metadata}
    return [
        event("contentBlockStop", {"contentBlockIndex": 0}),
        event("messageStop", {"stopReason": stop}),
        event("metadata", counted),
    ]


START = [event("messageStart", {"role": "assistant"})]
HALF = [*START, piece("hel")]
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "I see.", "signature": "s"}}}
STREAMED_THOUGHT = [
    *START,
    event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "I see."}}}),
    event("contentBlockStop", {"contentBlockIndex": 0}),
    piece("hello", 1),
    *tail("end_turn"),
]


def guarded(text: str = CANNED, **trace: Any) -> Sent:
    return Sent(answer(text, "guardrail_intervened", **trace))


def streamed(**metadata: Any) -> Sent:
    return Sent(events=[*START, piece(CANNED), *tail("guardrail_intervened", **metadata)])


def refused(status: int, kind: str, text: str) -> Sent:
    return Sent({"message": text}, status, {"x-amzn-ErrorType": kind})


POLICY = "The model returned the following errors: Output blocked by content filtering policy"
GUARDRAIL = {"guardrailIdentifier": "abc123", "guardrailVersion": "1"}
GUARDED: tuple[tuple[str, dict[str, Any], tuple[str, str, str]], ...] = (
    ("guardrail, no trace, nothing generated", {"usage": NOTHING}, ("input", "unknown", "guardrail_intervened")),
    ("guardrail, no trace", {}, ("output", "unknown", "guardrail_intervened")),
    ("guardrail at input, content", at_input(**VIOLENCE), ("input", "safety", "guardrail: VIOLENCE")),
    ("guardrail at input, topic", at_input(**TOPIC), ("input", "safety", "guardrail: topic Medicine")),
    ("guardrail at input, words", at_input(**WORDS), ("input", "safety", "guardrail: words")),
    ("guardrail at output, content", at_output(**VIOLENCE), ("output", "safety", "guardrail: VIOLENCE")),
    ("guardrail at output, person", at_output(**PERSON), ("output", "safety", "guardrail: EMAIL")),
    ("guardrail at output, grounding", at_output(**GROUNDING), ("output", "other", "guardrail: GROUNDING")),
)

BEDROCK = Wire(
    name="bedrock",
    title="Amazon Bedrock, Converse",
    provider="bedrock",
    params={
        "model": f"bedrock/converse/{MODEL}",
        "aws_bedrock_runtime_endpoint": "{url}",
        "aws_region_name": "us-east-1",
        "aws_access_key_id": "AKIAPLANTED000000000",
        "aws_secret_access_key": "os.environ/PLANTED_KEY",
    },
    path=f"/model/{MODEL.replace(':', '%3A')}/converse",
    stream_path=f"/model/{MODEL.replace(':', '%3A')}/converse-stream",
    content_type="application/vnd.amazon.eventstream",
    encode=frame,
    served_model=f"bedrock/converse/{MODEL}",
    answer=answer,
    blank=answer(None),
    error=error,
    half=HALF,
    rest=[piece("lo"), *tail("end_turn")],
    reasoning=converse([THOUGHT, {"text": "hello"}]),
    reasoning_events=STREAMED_THOUGHT,
    blocks=(
        *(Block(name, guarded(**extra), *told, CANNED) for name, extra, told in GUARDED),
        Block(
            "content_filtered",
            Sent(answer("First,", "content_filtered")),
            "output",
            "safety",
            "content_filtered",
            "First,",
        ),
        Block(
            "400, Claude's content filtering policy",
            refused(400, "ValidationException", POLICY),
            "output",
            "safety",
            POLICY,
        ),
    ),
    streamed_blocks=(
        *(Block(name, streamed(**extra), *told, CANNED) for name, extra, told in GUARDED),
        Block(
            "content_filtered",
            Sent(events=[*HALF, *tail("content_filtered")]),
            "output",
            "safety",
            "content_filtered",
            "hel",
        ),
    ),
    failures=(
        Failure("throttled", refused(429, "ThrottlingException", "Too many requests"), 429, "rate_limit_exceeded"),
        Failure("the model timed out", refused(408, "ModelTimeoutException", "timed out"), 504, "upstream_timeout"),
        Failure(
            "the model failed", refused(424, "ModelErrorException", "the model failed"), 502, "upstream_unavailable"
        ),
        Failure(
            "key expired",
            refused(403, "ExpiredTokenException", "The security token is expired"),
            424,
            "provider_key_rejected",
        ),
        Failure(
            "input too long",
            refused(400, "ValidationException", "Input is too long for requested model."),
            400,
            "context_length_exceeded",
        ),
        Failure(
            "model not known",
            refused(400, "ValidationException", "The provided model identifier is invalid."),
            404,
            "model_not_found",
        ),
        Failure(
            "no text, stopReason not known", Sent(answer(None, "a_reason_of_tomorrow")), 502, "upstream_unavailable"
        ),
        Failure("malformed_model_output", Sent(answer(None, "malformed_model_output")), 502, "upstream_unavailable"),
        Failure("malformed_tool_use", Sent(answer(None, "malformed_tool_use")), 502, "upstream_unavailable"),
    ),
    breaks=(
        Break("modelStreamErrorException", [fault("modelStreamErrorException", "the model broke")]),
        Break("internalServerException", [fault("internalServerException", "it broke")]),
        Break("throttlingException", [fault("throttlingException", "slow down")], "rate_limit_exceeded"),
        Break("malformed_model_output", tail("malformed_model_output")),
    ),
    error_in_200={"Output": {"__type": "UnknownOperationException"}},
    system="system.0.text",
    sampling={
        "max_tokens": "inferenceConfig.maxTokens",
        "temperature": "inferenceConfig.temperature",
        "top_p": "inferenceConfig.topP",
        "stop": "inferenceConfig.stopSequences",
        "top_k": "additionalModelRequestFields.top_k",
    },
    changed={"stop": ["END"]},
    switches=(
        Switch("no guardrail by default", None),
        Switch(
            "a guardrail",
            GUARDRAIL,
            {
                "guardrailConfig": {**GUARDRAIL, "trace": "enabled"},
                "messages.0.content": [{"text": "How do I boil an egg?"}],
            },
            recorded={**GUARDRAIL, "trace": "enabled"},
        ),
    ),
)
WIRES = (BEDROCK,)
