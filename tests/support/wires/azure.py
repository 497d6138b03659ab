"""Azure OpenAI, through litellm's own adapter and through `openai/` with an address.

https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wires.base import Block, Failure, Sent, Switch
from wires.openai_chat import (
    BREAKS,
    COMPATIBLE,
    END,
    FILTERED,
    FIRST,
    HALF,
    OPENAI,
    REFUSED,
    STREAMED_REFUSAL,
    chunk,
    completion,
)

POLICY = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
    "Please modify your prompt and retry."
)
SAFE = {"filtered": False, "severity": "safe"}
HATE = {"hate": {"filtered": True, "severity": "high"}, "sexual": SAFE, "violence": SAFE}
JAILBREAK = {"jailbreak": {"filtered": True, "detected": True}, "hate": SAFE}


def prompt_filtered(inner: dict[str, Any] | None) -> Sent:
    """The input filter's rejection, with or without what it found."""
    error: dict[str, Any] = {
        "message": POLICY,
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
    }
    if inner is not None:
        error["innererror"] = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": inner}
    return Sent({"error": error}, 400)


def azure_error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"code": str(status), "message": message}}


PROMPT_CHUNK = {
    **FIRST,
    "choices": [],
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {"hate": SAFE}}],
}
BLOCKS = (
    Block("input filter", prompt_filtered(HATE), "input", "safety", "content filter: hate"),
    Block("input filter, jailbreak", prompt_filtered(JAILBREAK), "input", "safety", "content filter: jailbreak"),
    Block("input filter without its findings", prompt_filtered(None), "input", "safety", f"{POLICY} (content_filter)"),
    Block(
        "output filter",
        Sent(completion({"content": "ha"}, "content_filter", content_filter_results=HATE)),
        "output",
        "safety",
        "content filter: hate",
        "ha",
    ),
    FILTERED,
    REFUSED,
)
STREAMED_BLOCKS = (
    Block(
        "output filter",
        Sent(events=[PROMPT_CHUNK, *HALF, chunk({}, "content_filter", content_filter_results=HATE), *END]),
        "output",
        "safety",
        "content filter: hate",
        "hel",
    ),
    Block("input filter", prompt_filtered(HATE), "input", "safety", "content filter: hate"),
    STREAMED_REFUSAL,
)
FAILURES = (
    Failure(
        "key refused",
        Sent(azure_error(401, "Access denied due to invalid subscription key or wrong API endpoint."), 401),
        424,
        "provider_key_rejected",
    ),
    Failure(
        "no such deployment",
        Sent({"error": {"code": "DeploymentNotFound", "message": "The API deployment does not exist."}}, 404),
        404,
        "model_not_found",
    ),
)
AZURE = replace(
    OPENAI,
    name="azure",
    title="Azure OpenAI through `azure/`",
    provider="azure",
    params={
        "model": "azure/mine",
        "api_base": "{url}",
        "api_version": "2024-10-21",
        "api_key": "os.environ/PLANTED_KEY",
    },
    path="/openai/deployments/mine/chat/completions?api-version=2024-10-21",
    error=azure_error,
    blocks=BLOCKS,
    streamed_blocks=STREAMED_BLOCKS,
    failures=FAILURES,
    breaks=BREAKS,
    switches=(Switch("a filter by name", {"policy": "strict-one"}, headers={"x-policy-id": "strict-one"}),),
)
THROUGH_OPENAI = replace(
    COMPATIBLE,
    name="azure-through-openai",
    title="Azure OpenAI through `openai/` and `api_base`",
    params={**COMPATIBLE.params, "model": "openai/mine", "api_base": "{url}/openai/v1"},
    path="/openai/v1/chat/completions",
    error=azure_error,
    blocks=BLOCKS,
    streamed_blocks=STREAMED_BLOCKS,
    failures=FAILURES,
    reasoning=None,
    reasoning_events=None,
)
WIRES = (AZURE, THROUGH_OPENAI)
