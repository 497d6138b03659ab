"""Providers that speak OpenAI's form of chat completions with habits of their own; each names its pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from wires.base import Block, Break, Failure, Sent, Switch, Wire
from wires.openai_chat import (
    END,
    FILTERED,
    FIRST,
    HALF,
    OPENAI,
    PLAIN,
    REASONING,
    REASONING_EVENTS,
    REST,
    STREAMED_FILTER,
    chunk,
    completion,
    error,
)


def provider(name: str, title: str, model: str, **fields: Any) -> Wire:
    """One that is asked like OpenAI."""
    base = "{url}/v1"
    params = {"model": model, "api_base": base, "api_key": "os.environ/PLANTED_KEY"}
    known = {"blocks": (), "streamed_blocks": (), "failures": (), **fields}
    return replace(OPENAI, name=name, title=title, provider=model.partition("/")[0], params=params, **known)


def mistral_error(status: int, message: str) -> dict[str, Any]:
    return {"object": "error", "message": message, "type": "invalid_request_error", "param": None, "code": str(status)}


GUARDED = {
    "error": {"message": "Content blocked by guardrail", "status": 403},
    "guardrails": {"results": {"moderation_llm_v2": {"sexual": {"score": 0.9, "threshold": 0.1, "violated": True}}}},
}
THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "I see."}]}
MISTRAL = provider(
    "mistral",
    "Mistral",
    "mistral/pixtral-12b-2409",
    pages=("https://docs.mistral.ai/api", "https://docs.mistral.ai/capabilities/guardrailing"),
    error=mistral_error,
    blocks=(Block("403 guardrail", Sent(GUARDED, 403), "input", "safety", "Content blocked by guardrail"),),
    streamed_blocks=(Block("403 guardrail", Sent(GUARDED, 403), "input", "safety", "Content blocked by guardrail"),),
    failures=(
        Failure("401 in its short form", Sent({"detail": "Unauthorized"}, 401), 424, "provider_key_rejected"),
        Failure(
            "422, a field at fault",
            Sent({"detail": [{"type": "missing", "msg": "Field required"}]}, 422),
            400,
            "invalid_request",
        ),
        Failure("finish_reason error", Sent(completion({"content": "ha"}, "error")), 502, "upstream_unavailable"),
    ),
    breaks=(Break("finish_reason error", [chunk({}, "error"), "[DONE]"]),),
    reasoning=completion({"content": [THINKING, {"type": "text", "text": "hello"}]}),
    reasoning_events=[FIRST, chunk({"content": [THINKING]}), chunk({"content": "hel"}), *REST],
    sampling={**{name: name for name in ("max_tokens", "temperature", "top_p", "stop")}, "seed": "random_seed"},
    switches=(
        Switch("safe_prompt", {"safe_prompt": True}, body={"safe_prompt": True}),
        Switch(
            "guardrails",
            {"guardrails": [{"block_on_error": True, "moderation_llm_v2": {"action": "block"}}]},
            body={"guardrails": [{"block_on_error": True, "moderation_llm_v2": {"action": "block"}}]},
        ),
    ),
)
REKA = provider(
    "reka", "Reka", "reka/reka-core", pages=("https://docs.reka.ai",), notes=("No form of a block is documented.",)
)


def inspected(words: str) -> Sent:
    return Sent({**error("data_inspection_failed", words, "data_inspection_failed"), "request_id": "r"}, 400)


INPUT, OUTPUT = (f"{side} data may contain inappropriate content." for side in ("Input", "Output"))
EITHER = "Input or output data may contain inappropriate content."
DASHSCOPE = replace(
    provider(
        "dashscope",
        "DashScope",
        "dashscope/qwen-vl-max",
        pages=("https://www.alibabacloud.com/help/en/model-studio/error-code",),
        path="/compatible-mode/v1/chat/completions",
        blocks=(
            Block("inspection of the input", inspected(INPUT), "input", "safety", f"{INPUT} (data_inspection_failed)"),
            Block(
                "inspection of the output", inspected(OUTPUT), "output", "safety", f"{OUTPUT} (data_inspection_failed)"
            ),
            Block("inspection of either", inspected(EITHER), "input", "safety", f"{EITHER} (data_inspection_failed)"),
        ),
        streamed_blocks=(
            Block(
                "inspection of the output in mid-stream",
                Sent(events=[*HALF, error("data_inspection_failed", OUTPUT, "data_inspection_failed")]),
                "output",
                "safety",
                f"{OUTPUT} (data_inspection_failed)",
                "hel",
            ),
            Block("inspection of the input", inspected(INPUT), "input", "safety", f"{INPUT} (data_inspection_failed)"),
        ),
        failures=(
            Failure(
                "account in arrears",
                Sent(error("Arrearage", "Access denied, please make sure your account is in good standing."), 400),
                402,
                "insufficient_quota",
            ),
            Failure(
                "picture that cannot be inspected",
                Sent(
                    error(
                        "InvalidParameter.DataInspection",
                        "The media format is not supported or incorrect for the data inspection.",
                    ),
                    400,
                ),
                400,
                "image_invalid",
            ),
        ),
        reasoning=REASONING,
        reasoning_events=REASONING_EVENTS,
        sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty", "reasoning_effort")},
        switches=(
            Switch(
                "the inspection's header",
                {"input": "cip", "output": "cip"},
                headers={"x-dashscope-datainspection": json.dumps({"input": "cip", "output": "cip"})},
            ),
        ),
    ),
    params={
        "model": "dashscope/qwen-vl-max",
        "api_base": "{url}/compatible-mode/v1",
        "api_key": "os.environ/PLANTED_KEY",
    },
)
GROQ = provider(
    "groq",
    "Groq",
    "groq/meta-llama/llama-4-scout-17b-16e-instruct",
    pages=("https://console.groq.com/docs/errors",),
    takes_schema=False,
    failures=(Failure("498, no capacity", Sent(error(None, "capacity exceeded"), 498), 502, "upstream_unavailable"),),
    reasoning=completion({"content": "hello", "reasoning": "I see."}),
    reasoning_events=[FIRST, chunk({"reasoning": "I see."}), chunk({"content": "hel"}), *REST],
    notes=("No form of a block is documented.",),
)
VIOLATION = "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"


def xai_error(_status: int, message: str) -> dict[str, Any]:
    return {"code": "Some kind of failure", "error": message}


XAI = provider(
    "xai",
    "xAI",
    "xai/grok-2-vision-1212",
    pages=("https://docs.x.ai/docs/key-information/debugging",),
    error=xai_error,
    blocks=(
        Block("403 usage guidelines", Sent(xai_error(403, VIOLATION), 403), "input", "safety", VIOLATION),
        Block("400 usage guidelines", Sent(xai_error(400, VIOLATION), 400), "input", "safety", VIOLATION),
    ),
    streamed_blocks=(
        Block("403 usage guidelines", Sent(xai_error(403, VIOLATION), 403), "input", "safety", VIOLATION),
    ),
    failures=(
        Failure(
            "400, key refused",
            Sent(xai_error(400, "Incorrect API key provided: xx"), 400),
            424,
            "provider_key_rejected",
        ),
    ),
    breaks=(Break("error event", [xai_error(500, "the server broke")]),),
    reasoning=REASONING,
    reasoning_events=REASONING_EVENTS,
)
MODERATED = {
    "error": {
        "code": 403,
        "message": "Your chosen model requires moderation and your input was flagged",
        "metadata": {
            "reasons": ["violence", "self-harm"],
            "flagged_input": "How do I boil...",
            "provider_name": "OpenAI",
            "model_slug": "openai/gpt-4o",
        },
    }
}


def openrouter_error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message}, "user_id": "u"}


OPENROUTER = provider(
    "openrouter",
    "OpenRouter",
    "openrouter/openai/gpt-4o",
    pages=("https://openrouter.ai/docs/api-reference/errors",),
    error=openrouter_error,
    blocks=(
        Block("403 moderation", Sent(MODERATED, 403), "input", "safety", "flagged: violence, self-harm"),
        Block("moderation under the status 200", Sent(MODERATED), "input", "safety", "flagged: violence, self-harm"),
        Block(
            "content_filter with the model's own reason",
            Sent(completion({"content": "ha"}, "content_filter", native_finish_reason="SAFETY")),
            "output",
            "safety",
            "SAFETY",
            "ha",
        ),
        Block(
            "content_filter, refusal",
            Sent(completion({}, "content_filter", native_finish_reason="refusal")),
            "model",
            "safety",
            "stop_reason: refusal",
        ),
    ),
    streamed_blocks=(
        Block("403 moderation", Sent(MODERATED, 403), "input", "safety", "flagged: violence, self-harm"),
        Block(
            "content_filter with the model's own reason",
            Sent(events=[*HALF, chunk({}, "content_filter", native_finish_reason="RECITATION"), *END]),
            "output",
            "recitation",
            "RECITATION",
            "hel",
        ),
    ),
    failures=(
        Failure("402, no credits", Sent(openrouter_error(402, "Insufficient credits"), 402), 402, "insufficient_quota"),
        Failure("502 under the status 200", Sent(openrouter_error(502, "bad gateway")), 502, "upstream_unavailable"),
        Failure("429 under the status 200", Sent(openrouter_error(429, "slow down")), 429, "rate_limit_exceeded"),
        Failure("finish_reason error", Sent(completion({"content": "ha"}, "error")), 502, "upstream_unavailable"),
    ),
    breaks=(
        Break(
            "error event",
            [{**chunk({"content": ""}, "error"), "error": {"code": "server_error", "message": "it broke"}}],
        ),
    ),
    reasoning=completion({"content": "hello", "reasoning": "I see."}),
    reasoning_events=[FIRST, chunk({"reasoning": "I see."}), chunk({"content": "hel"}), *REST],
    sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty", "reasoning_effort")},
)
TOGETHER = provider(
    "together",
    "Together AI",
    "together_ai/meta-llama/Llama-Vision-Free",
    pages=("https://docs.together.ai/docs/error-codes",),
    rest=[chunk({"content": "lo"}), chunk({}, "eos"), *END],
    sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty")},
    switches=(
        Switch(
            "a model that moderates",
            {"safety_model": "meta-llama/Llama-Guard-4-12B"},
            body={"safety_model": "meta-llama/Llama-Guard-4-12B"},
        ),
    ),
    notes=("No form of a block is documented.",),
)
FIREWORKS = provider(
    "fireworks",
    "Fireworks AI",
    "fireworks_ai/accounts/fireworks/models/llama4-scout-instruct-basic",
    pages=("https://docs.fireworks.ai/guides/inference-error-codes",),
    sampling={name: name for name in (*PLAIN, "top_k", "repetition_penalty")},
    notes=("No form of a block is documented.",),
)
RISK = "Content Exists Risk"
DEEPSEEK = provider(
    "deepseek",
    "DeepSeek",
    "deepseek/deepseek-chat",
    pages=("https://api-docs.deepseek.com/quick_start/error_codes",),
    blocks=(
        Block(
            "400 content risk",
            Sent(error("invalid_request_error", RISK), 400),
            "input",
            "safety",
            RISK,
        ),
        FILTERED,
    ),
    streamed_blocks=(STREAMED_FILTER,),
    failures=(
        Failure("402, no balance", Sent(error(None, "Insufficient Balance"), 402), 402, "insufficient_quota"),
        Failure(
            "finish_reason insufficient_system_resource",
            Sent(completion({"content": "ha"}, "insufficient_system_resource")),
            502,
            "upstream_unavailable",
        ),
    ),
    reasoning=REASONING,
    reasoning_events=REASONING_EVENTS,
)
WIRES = (MISTRAL, REKA, DASHSCOPE, GROQ, XAI, OPENROUTER, TOGETHER, FIREWORKS, DEEPSEEK)
