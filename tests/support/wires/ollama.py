"""Ollama's chat: https://github.com/ollama/ollama/blob/main/docs/api.md. A stream is lines of JSON."""

from __future__ import annotations

from typing import Any

from wires.base import Break, Failure, Sent, Wire, json_line

MODEL = "llava:7b"
HEAD = {"model": MODEL, "created_at": "2025-01-01T00:00:00Z"}


def answer(text: str, reason: str = "stop", **message: Any) -> dict[str, Any]:
    """A whole answer, or the last line of a stream."""
    whole = {"role": "assistant", "content": text, **message}
    counts = {"prompt_eval_count": 3, "eval_count": 2, "total_duration": 7}
    return {**HEAD, "message": whole, "done": True, "done_reason": reason, **counts}


def piece(text: str, **message: Any) -> dict[str, Any]:
    return {**HEAD, "message": {"role": "assistant", "content": text, **message}, "done": False}


def error(_status: int, text: str) -> dict[str, Any]:
    return {"error": text}


OLLAMA = Wire(
    name="ollama",
    title="Ollama",
    provider="ollama_chat",
    params={"model": f"ollama_chat/{MODEL}", "api_base": "{url}"},
    path="/api/chat",
    encode=json_line,
    content_type="application/x-ndjson",
    served_model=MODEL,
    answer=answer,
    blank=answer(""),
    error=error,
    half=[piece("hel")],
    rest=[piece("lo"), answer("")],
    reasoning=answer("hello", thinking="I see."),
    reasoning_events=[piece("", thinking="I see."), piece("hello"), answer("")],
    failures=(
        Failure("model not pulled", Sent(error(404, "model 'llava:7b' not found"), 404), 404, "model_not_found"),
    ),
    breaks=(Break("error line", [error(500, "an error was encountered while running the model")]),),
    json_mode={"format": "json"},
    sampling={
        "max_tokens": "options.num_predict",
        "temperature": "options.temperature",
        "top_p": "options.top_p",
        "top_k": "options.top_k",
        "seed": "options.seed",
        "stop": "options.stop",
        "repetition_penalty": "options.repeat_penalty",
    },
    changed={"stop": ["END"]},
    notes=("Ollama documents no filter of its own: a refusal comes in words.",),
)
WIRES = (OLLAMA,)
