"""Keys, prompts and pictures that are planted wherever they can be, and must be found in no log, answer or metric."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_provider import CUT, FakeProvider
from gateway_process import KEY, wait_ready
from raw_http import Reply, head, once
from redis_server import redis_server

from mosseval_proxy.keys.file import new_key

SUPPORT = Path(__file__).resolve().parent.parent / "support"
CONFIG = """
environment_variables: {{PLANTED_IN_SECTION: "{section}"}}
model_list:
  - model_name: translated
    litellm_params:
      {{model: openai/gpt-4o, api_base: "{url}/v1", api_key: os.environ/PLANTED_IN_ENVIRONMENT, weight: 1}}
  - model_name: anthropic
    litellm_params: {{model: anthropic/claude-3-haiku-20240307, api_base: "{url}", api_key: "{config}"}}
  - model_name: passed
    litellm_params: {{model: hosted_vllm/x, api_base: "{url}/v1", api_key: os.environ/PLANTED_IN_SECTION}}
  - model_name: in-address
    litellm_params: {{model: openai/x, api_base: "http://user:{address}@127.0.0.1:9/v1", api_key: "{config}"}}
  - model_name: in-header
    litellm_params:
      {{model: openai/x, api_base: "{url}/v1", api_key: "{config}", extra_headers: {{X-Auth: "{header}"}}}}
  - model_name: limited
    litellm_params: {{model: simulated/helpful}}
    model_info: {{mosseval: {{simulated: {{latency_s: 0}}, limits: {{rpm: 1}}}}}}
"""
MODELS = ("translated", "anthropic", "passed", "in-address", "in-header", "limited", "limited", "simulated/flaky")


def planted(kind: str) -> str:
    """Something to look for, which no rule for what looks like a key would find."""
    return f"planted{kind}{secrets.token_hex(8)}"


def body(model: str, words: str, *, stream: bool = False, picture: bytes | None = None, **more: Any) -> bytes:
    parts: list[Any] = [{"type": "text", "text": words}]
    if picture is not None:
        url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    messages = [{"role": "user", "content": parts}]
    return json.dumps({"model": model, "stream": stream, "messages": messages, **more}).encode()


def get(path: str, key: str = KEY) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


async def test_what_is_planted_is_found_nowhere(tmp_path: Path) -> None:
    kinds = ("Environment", "Section", "Config", "Address", "Header", "Prompt", "Wrong", "Query", "Client", "Picture")
    canaries = {kind: planted(kind) for kind in kinds}
    file_key, entry = new_key("filed")
    canaries["File"] = file_key
    (tmp_path / "keys.yaml").write_text(f"keys:\n{entry}")
    seen: list[Reply] = []
    with FakeProvider() as provider, redis_server() as server:
        canaries["Redis"] = server.url.partition("password=")[2]
        names = {kind.lower(): value for kind, value in canaries.items()}
        (tmp_path / "c.yaml").write_text(CONFIG.format(url=provider.url, **names))
        environment = {
            "PLANTED_IN_ENVIRONMENT": canaries["Environment"],
            "MOSSEVAL_GATEWAY_KEYS_FILE": str(tmp_path / "keys.yaml"),
            "REDIS_URL": server.url,
            "MOSSEVAL_GATEWAY_LOG_LEVEL": "debug",
            "MOSSEVAL_GATEWAY_ACCESS_LOG": "1",
            "LITELLM_LOG": "DEBUG",
            "PYTHONASYNCIODEBUG": "1",
        }
        with socket.create_server(("127.0.0.1", 0)) as listener:
            options = ["-m", "mosseval_proxy", "serve", "--config", str(tmp_path / "c.yaml"), "--exit-with-stdin"]
            process = start([*options, "--fd", str(listener.fileno())], listener, tmp_path / "log", environment)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            wait_ready(url, process)
            for status, reply in provider_replies(canaries):
                provider.answers(reply, status)
                seen += [reply async for reply in asked(url, canaries)]
            server.stop()
            seen += [reply async for reply in asked(url, canaries)]
            seen.append(await once(url, get("/metrics", file_key)))
            assert finish(process) == 0
    # The provider did get what it is owed.
    assert any(canaries["Environment"] in str(headers) for _, headers, _ in provider.requests)
    codes = {reply.code for reply in seen if reply.status >= 400}
    assert codes >= {"invalid_api_key", "model_not_found", "rate_limit_exceeded", "unsupported_parameter", "not_found"}
    assert codes >= {"provider_key_rejected", "upstream_unavailable", "image_invalid", "invalid_request"}
    pages = {"log": (tmp_path / "log").read_text(), "metrics": seen[-1].body.decode()}
    assert "unexpected" not in pages["log"]
    assert "mosseval_requests_total" in pages["metrics"]
    assert_absent(pages, [*canaries.values(), KEY])
    answers = {f"answer {number}": f"{reply.headers} {reply.body.decode()}" for number, reply in enumerate(seen)}
    # A model may quote the question in its answer.
    assert_absent(answers, [*(value for kind, value in canaries.items() if kind != "Prompt"), KEY])


def provider_replies(canaries: dict[str, str]) -> list[tuple[int, Any]]:
    """What a careless provider may say: every key that it was sent, in every form."""
    leaks = " ".join(canaries[kind] for kind in ("Environment", "Section", "Config", "Header"))
    said = f"Incorrect API key provided: {leaks}. Bearer {leaks}"
    fault = {"error": {"message": said, "type": "authentication_error", "code": said, "param": said}, "message": said}
    refusal = {"role": "assistant", "content": None, "refusal": f"No: {leaks}"}
    refused = {"id": leaks, "object": "chat.completion", "created": 1, "model": "m", "usage": None}
    refused["choices"] = [{"index": 0, "message": refusal, "finish_reason": "stop"}]
    return [(401, fault), (400, fault), (500, fault), (429, fault), (200, CUT), (200, leaks.encode()), (200, refused)]


async def heard(url: str, request: bytes) -> Reply:
    """The answer, or what came of it where it was cut, as a flaky model's may be."""
    try:
        return await once(url, request)
    except asyncio.IncompleteReadError as cut:
        return Reply(body=cut.partial)


async def asked(url: str, canaries: dict[str, str]) -> Any:
    """Every endpoint, with and without fault."""
    prompt = f"{canaries['Prompt']} how?"
    client = {"X_Client": canaries["Client"], "Cookie": canaries["Client"], "X_Request_Id": f"{canaries['Client']} x"}
    for model in MODELS:
        for stream in (False, True):
            sent = body(model, prompt, stream=stream)
            yield await heard(url, head(len(sent), **client) + sent)
    picture = f"no picture {canaries['Picture']}".encode()
    for sent in (
        body("no-such-model", prompt),
        body("simulated/helpful", prompt, picture=picture),
        body("simulated/helpful", prompt, api_key=canaries["Client"]),
        f'{{"model": {canaries["Prompt"]}'.encode(),
        body("translated", prompt, temperature=canaries["Prompt"]),
    ):
        yield await once(url, head(len(sent)) + sent)
    sent = body("limited", prompt)
    yield await once(url, head(len(sent), key=canaries["Wrong"]) + sent)
    for path in ("/v1/models", "/v1/models/in-address", "/metrics", "/readyz", f"/nowhere?key={canaries['Query']}"):
        yield await once(url, get(path))
    yield await once(url, get("/v1/models", canaries["Wrong"]))


def start(
    options: list[str], listener: socket.socket, log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, *options],
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=stream,
            pass_fds=(listener.fileno(),),
            env={**clean, "MOSSEVAL_GATEWAY_KEYS": KEY, **environment},
        )


def finish(process: subprocess.Popen[bytes]) -> int:
    assert process.stdin is not None
    process.stdin.close()
    return process.wait(20)


def assert_absent(words: dict[str, str], canaries: list[str]) -> None:
    found = {(place, canary) for place, text in words.items() for canary in canaries if canary in text}
    # A picture or a key may also be quoted as base64.
    encoded = {canary: base64.b64encode(canary.encode()).decode()[:16] for canary in canaries}
    found |= {(place, canary) for place, text in words.items() for canary, form in encoded.items() if form in text}
    assert not found, [(place, canary, words[place][:500]) for place, canary in sorted(found)[:5]]


async def test_an_exception_that_nobody_foresaw_keeps_its_words_to_itself(tmp_path: Path) -> None:
    canaries = {"Exception": planted("Exception"), "Prompt": planted("Prompt")}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = [str(SUPPORT / "faulty_gateway.py"), str(listener.fileno()), canaries["Exception"]]
        process = start(options, listener, tmp_path / "log", {})
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        wait_ready(url, process)
        replies = []
        for stream in (False, True):
            sent = body("faulty", canaries["Prompt"], stream=stream)
            replies.append(await once(url, head(len(sent)) + sent))
        replies.append(await once(url, get("/metrics")))
        assert finish(process) == 0
    log = (tmp_path / "log").read_text()
    assert (replies[0].status, replies[0].code) == (500, "internal_error")
    assert b'"code":"internal_error"' in replies[1].body
    assert b"[DONE]" not in replies[1].body
    assert "RuntimeError" in log
    assert "faulty_gateway.py:" in log
    assert "error=ValueError" in log, "a task that nobody waited for"
    assert_absent(
        {"log": log, **{str(n): reply.body.decode() for n, reply in enumerate(replies)}}, [*canaries.values()]
    )


SECRET = "sk-planted-0123456789abcdef"
BAD_STARTS: list[tuple[str, dict[str, str]]] = [
    (f"model_list:\n  - model_name: a\n    litellm_params: {{api_key: {SECRET}}}\n", {}),
    (f"model_list:\n  - model_name: a\n    litellm_params: {{model: 7, api_key: {SECRET}}}\n", {}),
    (f"model_list:\n  - {{model_name: a, litellm_params: {{model: b}}, model_info: {{mosseval: {SECRET}}}}}\n", {}),
    (f"model_list: [\n  {SECRET}: {{", {}),
    (f"environment_variables: {{A B: {SECRET}}}\n", {}),
    ("", {"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:9/0"}),
    ("", {"REDIS_URL": SECRET}),
    ("", {"MOSSEVAL_GATEWAY_MAX_IN_FLIGHT": SECRET}),
    ("", {"MOSSEVAL_GATEWAY_KEYS": f"{SECRET} and more"}),
    ("", {"MOSSEVAL_GATEWAY_LOG_LEVEL": SECRET}),
]


@pytest.mark.parametrize(("config", "environment"), BAD_STARTS)
def test_a_start_that_fails_quotes_no_value(tmp_path: Path, config: str, environment: dict[str, str]) -> None:
    (tmp_path / "c.yaml").write_text(config)
    command = [sys.executable, "-m", "mosseval_proxy", "serve", "--port", "0", "--config", str(tmp_path / "c.yaml")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MOSSEVAL_", "REDIS"))}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**clean, **environment}, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "planted" not in done.stdout + done.stderr
