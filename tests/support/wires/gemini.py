"""Gemini's generateContent: https://ai.google.dev/api/generate-content. Vertex AI speaks it too (`vertex`)."""

from __future__ import annotations

from typing import Any

from wires.base import Block, Break, Failure, Sent, Switch, Wire

MODEL = "gemini-1.5-pro-002"
USAGE = {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}}
BLOCKED_USAGE = {"usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}}
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
RATINGS = [
    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"},
    {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True},
]
MEDIUM = "BLOCK_MEDIUM_AND_ABOVE"
DEFAULTS = {
    "HARM_CATEGORY_HARASSMENT": MEDIUM,
    "HARM_CATEGORY_HATE_SPEECH": MEDIUM,
    "HARM_CATEGORY_SEXUALLY_EXPLICIT": MEDIUM,
    "HARM_CATEGORY_DANGEROUS_CONTENT": MEDIUM,
}
SAMPLING = {
    "max_tokens": "generationConfig.max_output_tokens",
    "temperature": "generationConfig.temperature",
    "top_p": "generationConfig.top_p",
    "top_k": "generationConfig.top_k",
    "seed": "generationConfig.seed",
    "stop": "generationConfig.stop_sequences",
    "presence_penalty": "generationConfig.presence_penalty",
    "frequency_penalty": "generationConfig.frequency_penalty",
}


def candidate(text: str | None = None, finish: str | None = "STOP", **extra: Any) -> dict[str, Any]:
    """A response with one candidate; `extra` is the candidate's."""
    content = {"content": {"parts": [{"text": text}], "role": "model"}} if text is not None else {}
    reason = {"finishReason": finish} if finish else {}
    return {"candidates": [{**content, **reason, "index": 0, **extra}], **USAGE, "modelVersion": MODEL}


def thought() -> dict[str, Any]:
    """A response whose first part is a thought."""
    whole = candidate("hello")
    parts = [{"text": "I see.", "thought": True}, {"text": "hello"}]
    return {**whole, "candidates": [{**whole["candidates"][0], "content": {"parts": parts, "role": "model"}}]}


def feedback(reason: str, **extra: Any) -> dict[str, Any]:
    """A response to a blocked prompt."""
    return {"promptFeedback": {"blockReason": reason, **extra}, **BLOCKED_USAGE, "modelVersion": MODEL}


def error(status: int, text: str, **extra: Any) -> dict[str, Any]:
    return {"error": {"code": status, "message": text, "status": STATUSES.get(status, "UNKNOWN"), **extra}}


def pieces() -> tuple[list[Any], list[Any]]:
    """The two halves of a stream."""
    return [candidate("hel", None)], [candidate("lo")]


HALF, REST = pieces()
INPUT = (
    *(
        Block(f"prompt feedback {reason}", Sent(feedback(reason)), "input", category, reason)
        for reason, category in (
            ("SAFETY", "safety"),
            ("PROHIBITED_CONTENT", "safety"),
            ("BLOCKLIST", "safety"),
            ("IMAGE_SAFETY", "safety"),
            ("OTHER", "other"),
            ("BLOCK_REASON_UNSPECIFIED", "unknown"),
        )
    ),
    Block(
        "prompt feedback without usage",
        Sent({"promptFeedback": {"blockReason": "SAFETY"}}),
        "input",
        "safety",
        "SAFETY",
    ),
    Block(
        "prompt feedback with ratings",
        Sent(feedback("SAFETY", safetyRatings=RATINGS)),
        "input",
        "safety",
        "SAFETY: HARM_CATEGORY_DANGEROUS_CONTENT",
    ),
    Block(
        "prompt feedback and empty candidates",
        Sent({**feedback("PROHIBITED_CONTENT"), "candidates": []}),
        "input",
        "safety",
        "PROHIBITED_CONTENT",
    ),
    Block("no candidates", Sent({**BLOCKED_USAGE, "modelVersion": MODEL}), "input", "unknown", None),
    Block("empty candidates", Sent({"candidates": [], **BLOCKED_USAGE}), "input", "unknown", None),
)
FINISHES = (
    ("SAFETY", "safety"),
    ("RECITATION", "recitation"),
    ("PROHIBITED_CONTENT", "safety"),
    ("BLOCKLIST", "safety"),
    ("SPII", "safety"),
    ("IMAGE_SAFETY", "safety"),
    ("IMAGE_PROHIBITED_CONTENT", "safety"),
    ("IMAGE_RECITATION", "recitation"),
    ("LANGUAGE", "other"),
    ("OTHER", "other"),
    ("IMAGE_OTHER", "other"),
    ("NO_IMAGE", "other"),
    ("A_REASON_NOT_KNOWN_YET", "unknown"),
)
OUTPUT = (
    *(
        Block(f"finish {reason}", Sent(candidate(None, reason)), "output", category, reason)
        for reason, category in FINISHES
    ),
    Block(
        "finish SAFETY with text and ratings",
        Sent(candidate("First,", "SAFETY", safetyRatings=RATINGS)),
        "output",
        "safety",
        "SAFETY: HARM_CATEGORY_DANGEROUS_CONTENT",
        "First,",
    ),
    Block(
        "finish SAFETY without usage",
        Sent({"candidates": [{"finishReason": "SAFETY", "index": 0}], "modelVersion": MODEL}),
        "output",
        "safety",
        "SAFETY",
    ),
    Block(
        "finish RECITATION with a message",
        Sent(candidate("ha", "RECITATION", finishMessage="Too close to a source.")),
        "output",
        "recitation",
        "RECITATION: Too close to a source.",
        "ha",
    ),
)
STREAMED = (
    Block("prompt feedback SAFETY", Sent(events=[feedback("SAFETY")]), "input", "safety", "SAFETY"),
    Block(
        "prompt feedback without usage",
        Sent(events=[{"promptFeedback": {"blockReason": "BLOCKLIST"}}]),
        "input",
        "safety",
        "BLOCKLIST",
    ),
    Block("no candidates", Sent(events=[{**BLOCKED_USAGE, "modelVersion": MODEL}]), "input", "unknown", None),
    *(
        Block(f"finish {reason}", Sent(events=[*HALF, candidate(None, reason)]), "output", category, reason, "hel")
        for reason, category in FINISHES
    ),
    Block(
        "finish SAFETY with ratings",
        Sent(events=[*HALF, candidate(None, "SAFETY", safetyRatings=RATINGS)]),
        "output",
        "safety",
        "SAFETY: HARM_CATEGORY_DANGEROUS_CONTENT",
        "hel",
    ),
    Block(
        "finish SAFETY, then usage alone",
        Sent(events=[*HALF, {"candidates": [{"finishReason": "SAFETY"}]}, {**USAGE, "modelVersion": MODEL}]),
        "output",
        "safety",
        "SAFETY",
        "hel",
    ),
)
RETRY = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "31s"}]
FAILURES = (
    Failure(
        "key expired", Sent(error(400, "API key expired. Please renew the API key."), 400), 424, "provider_key_rejected"
    ),
    Failure("key not valid", Sent(error(400, "API key not valid."), 400), 424, "provider_key_rejected"),
    Failure(
        "a minute's quota",
        Sent(error(429, "You exceeded your current quota", details=RETRY), 429),
        429,
        "rate_limit_exceeded",
    ),
    Failure("picture not readable", Sent(error(400, "Unable to process input image."), 400), 400, "image_invalid"),
    Failure(
        "input too long",
        Sent(error(400, "The input token count (9) exceeds the maximum number of tokens allowed (8)."), 400),
        400,
        "context_length_exceeded",
    ),
    Failure(
        "finish FINISH_REASON_UNSPECIFIED",
        Sent(candidate(None, "FINISH_REASON_UNSPECIFIED")),
        502,
        "upstream_unavailable",
    ),
    *(
        Failure(f"finish {reason}", Sent(candidate(None, reason)), 502, "upstream_unavailable")
        for reason in (
            "MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "TOO_MANY_TOOL_CALLS",
            "MALFORMED_RESPONSE",
            "MISSING_THOUGHT_SIGNATURE",
        )
    ),
)
BREAKS = (
    Break("error event, unavailable", [error(503, "The model is overloaded.")]),
    Break("error event, quota", [error(429, "Resource has been exhausted")], "rate_limit_exceeded"),
    Break("finish MALFORMED_RESPONSE", [candidate(None, "MALFORMED_RESPONSE")]),
)


def settings(levels: dict[str, str]) -> list[dict[str, str]]:
    """As the API takes them."""
    return [{"category": category, "threshold": level} for category, level in levels.items()]


OFF = {"HARM_CATEGORY_HARASSMENT": "BLOCK_NONE", "HARM_CATEGORY_DANGEROUS_CONTENT": "OFF"}
SWITCHES = (
    Switch("safety settings by default, as the paper", None, {"safetySettings": settings(DEFAULTS)}, recorded=DEFAULTS),
    Switch(
        "safety settings of two categories",
        OFF,
        {"safetySettings": settings({**DEFAULTS, **OFF})},
        recorded={**DEFAULTS, **OFF},
    ),
)
ANSWER = candidate
BLANK = candidate(None, content={"parts": [], "role": "model"})
THOUGHT_EVENTS = [thought()]

GEMINI = Wire(
    name="gemini",
    title="Gemini, generateContent",
    provider="gemini",
    params={"model": f"gemini/{MODEL}", "api_base": "{url}/v1beta", "api_key": "os.environ/PLANTED_KEY"},
    path=f"/v1beta/models/{MODEL}:generateContent",
    stream_path=f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse",
    served_model=MODEL,
    answer=ANSWER,
    blank=BLANK,
    error=error,
    half=HALF,
    rest=REST,
    reasoning=thought(),
    reasoning_events=THOUGHT_EVENTS,
    blocks=(*INPUT, *OUTPUT),
    streamed_blocks=STREAMED,
    failures=FAILURES,
    breaks=BREAKS,
    sampling=SAMPLING,
    json_mode={"generationConfig.response_mime_type": "application/json"},
    system="system_instruction.parts.0.text",
    changed={"stop": ["END"]},
    switches=SWITCHES,
)
WIRES = (GEMINI,)
