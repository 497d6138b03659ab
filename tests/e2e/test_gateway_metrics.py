"""What Prometheus sees, and what the log says of a request: names and numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_process import KEY, Gateway, gateway_process
from gateway_questions import data_url, picture
from prometheus_client.parser import text_string_to_metric_families
from raw_http import Reply, connected, head, once, request_bytes

CONFIG = """
model_list:
  - model_name: priced
    litellm_params: {model: simulated/helpful}
    model_info: {output_cost_per_token: 0.25, input_cost_per_token: 0.5, mosseval: {simulated: {latency_s: 0}}}
  - model_name: blocking
    litellm_params: {model: simulated/blocking}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 60}}}
  - model_name: few
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 0}, limits: {rpm: 1}}}
  - model_name: shaky
    litellm_params: {model: simulated/flaky}
    model_info: {mosseval: {simulated: {latency_s: 0, stall_s: 0.05}}}
  - model_name: any/*
    litellm_params: {model: hosted_vllm/*, api_base: "http://127.0.0.1:9/v1"}
"""
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    logging = {"MOSSEVAL_GATEWAY_ACCESS_LOG": "1", "MOSSEVAL_GATEWAY_LOG_FORMAT": "json"}
    with gateway_process(tmp_path, CONFIG, **logging) as running:
        yield running


async def scrape(gateway: Gateway, key: str = KEY) -> Reply:
    asked = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n"
    return await once(gateway.url, asked.encode())


async def samples(gateway: Gateway) -> Samples:
    reply = await scrape(gateway)
    assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(reply.body.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found.get((f"mosseval_{name}", tuple(sorted(labels.items()))), 0.0)


async def test_what_became_of_requests_is_counted(gateway: Gateway) -> None:
    plain = await once(gateway.url, request_bytes("priced"))
    await once(gateway.url, request_bytes("priced", stream=True))
    for model in ("few", "few", "no-such-model", "any/one", "any/other"):
        await once(gateway.url, request_bytes(model))
    await once(gateway.url, request_bytes("priced", key="wrong"))
    await once(gateway.url, request_bytes("priced").replace(b"POST", b"PUT", 1))
    async with connected(gateway.url) as raw:
        await raw.send(request_bytes("slow"))
    usage = json.loads(plain.body)["usage"]
    expected = {
        ("priced", "answered"): 2,
        ("few", "answered"): 1,
        ("few", "rate_limit_exceeded"): 1,
        ("", "model_not_found"): 1,
        ("", "invalid_api_key"): 1,
        ("", "method_not_allowed"): 1,
        ("any/*", "upstream_unavailable"): 2,
        ("slow", "left"): 1,
    }
    found = await samples(gateway)
    # A request is counted at its very end, when its client has the answer already.
    async with asyncio.timeout(20):
        while outcomes(found) != expected:
            found = await samples(gateway)
    assert value(found, "tokens_total", model="priced", kind="completion") == 2 * usage["completion_tokens"]
    assert value(found, "tokens_total", model="priced", kind="prompt") == 2 * usage["prompt_tokens"]
    cost = 0.5 * usage["prompt_tokens"] + 0.25 * usage["completion_tokens"]
    assert value(found, "cost_usd_total", model="priced") == pytest.approx(2 * cost)
    assert value(found, "upstream_seconds_count", model="priced") == 2
    assert value(found, "upstream_first_seconds_count", model="priced") == 1
    assert value(found, "limited_total", limit="model requests") == 1
    assert (value(found, "in_flight"), value(found, "queue"), value(found, "body_bytes")) == (0, 0, 0)


async def test_who_goes_once_the_answer_is_whole_did_not_leave(gateway: Gateway) -> None:
    """The end of a stream and the end of its connection come within the same millisecond."""
    for _ in range(40):
        await once(gateway.url, request_bytes("priced", stream=True))
    async with asyncio.timeout(20):
        while sum((found := outcomes(await samples(gateway))).values()) < 40:
            await asyncio.sleep(0.05)
    assert found == {("priced", "answered"): 40}


def outcomes(found: Samples) -> dict[tuple[str, str], float]:
    counted = {labels: number for (name, labels), number in found.items() if name == "mosseval_requests_total"}
    return {(dict(labels)["model"], dict(labels)["outcome"]): number for labels, number in counted.items()}


async def test_a_connection_that_is_broken_on_purpose_is_not_a_client_that_left(gateway: Gateway) -> None:
    seen: dict[str, int] = {}
    for number in range(60):
        outcome = await attempt(gateway, request_bytes("shaky", f"Question {number}", stream=number % 2 == 1))
        seen[outcome] = seen.get(outcome, 0) + 1
    async with asyncio.timeout(20):
        while sum(counted(await samples(gateway)).values()) < 60:
            await asyncio.sleep(0.05)
    assert counted(await samples(gateway)) == seen
    assert seen["simulated_break"] > 5


async def attempt(gateway: Gateway, request: bytes) -> str:
    """What came of one request to a flaky model."""
    try:
        reply = await once(gateway.url, request)
    except (asyncio.IncompleteReadError, ConnectionError):
        return "simulated_break"
    if reply.status not in (0, 200):
        return reply.code
    if reply.headers.get("content-type", "").startswith("text/event-stream"):
        return "answered" if b'"content":"' in reply.body.replace(b'"content":""', b"") else "empty"
    try:
        return "answered" if json.loads(reply.body)["choices"][0]["message"]["content"] else "empty"
    except json.JSONDecodeError:
        return "simulated_break"


def counted(found: Samples) -> dict[str, float]:
    return {outcome: number for (model, outcome), number in outcomes(found).items() if model == "shaky"}


async def test_blocks_are_counted_by_reason(gateway: Gateway) -> None:
    seen: dict[tuple[str, str, str], int] = {}
    for number in range(60):
        reply = await once(gateway.url, request_bytes("blocking", f"Question {number}"))
        block = json.loads(reply.body)["mosseval"]["block"]
        if block is not None:
            place = (block["provider"], block["where"], block["category"])
            seen[place] = seen.get(place, 0) + 1
    found = await samples(gateway)
    counted: dict[tuple[str, str, str], int] = {}
    reasons = set()
    for (name, labels), many in found.items():
        if name == "mosseval_blocks_total":
            by = dict(labels)
            place = (by["provider"], by["where"], by["category"])
            counted[place] = counted.get(place, 0) + int(many)
            reasons.add(by["reason"])
    assert counted == seen
    assert len(reasons) > 3
    assert not any(" " in reason for reason in reasons)


async def test_work_on_pictures_is_counted(gateway: Gateway) -> None:
    for _ in range(2):
        body = with_picture(data_url(picture()))
        assert (await once(gateway.url, head(len(body)) + body)).status == 200
    for url in (data_url(picture()[:-30]), data_url(b"no picture"), "data:image/png;base64,????"):
        body = with_picture(url)
        assert (await once(gateway.url, head(len(body)) + body)).status == 400
    found = await samples(gateway)
    work = {kind: value(found, "image_seconds_count", work=kind) for kind in ("kept", "reencoded", "cached", "refused")}
    assert sum(work.values()) == 5
    assert work["refused"] == 3


def with_picture(url: str) -> bytes:
    content = [{"type": "image_url", "image_url": {"url": url}}]
    return json.dumps({"model": "priced", "messages": [{"role": "user", "content": content}]}).encode()


async def test_the_page_needs_a_key_like_all_others(gateway: Gateway) -> None:
    assert (await scrape(gateway, "wrong")).status == 401


async def test_a_request_is_one_line_without_what_was_said(gateway: Gateway) -> None:
    question = "planted-prompt-words"
    answer = await once(gateway.url, request_bytes("priced", question, X_Request_Id="mine-1.2_3"))
    odd = await once(gateway.url, request_bytes("priced", question, X_Request_Id="no good id"))
    await once(gateway.url, request_bytes("no-such-model-planted", question))
    said = json.loads(answer.body)["choices"][0]["message"]["content"]
    async with asyncio.timeout(20):
        while len(lines := request_lines(gateway)) < 3:
            await asyncio.sleep(0.05)
    words = gateway.log.read_text()
    assert answer.headers["x-request-id"] == "mine-1.2_3"
    assert odd.headers["x-request-id"].startswith("req-")
    assert [line["id"] for line in lines[:2]] == ["mine-1.2_3", odd.headers["x-request-id"]]
    first = lines[0]
    assert (first["model"], first["outcome"], first["key"], first["level"]) == ("priced", "answered", "key-1", "info")
    assert first["seconds"] > 0
    assert first["prompt_tokens"] > 0
    assert first["completion_tokens"] > 0
    assert first["cost_usd"] > 0
    assert (lines[2]["outcome"], lines[2]["model"]) == ("model_not_found", "")
    assert "planted" not in words
    assert said[:40] not in words
    assert KEY not in words


def request_lines(gateway: Gateway) -> list[dict[str, Any]]:
    """What the log says of requests; a last line without its end is not there yet."""
    whole = gateway.log.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines() if '"event": "request"' in line]
