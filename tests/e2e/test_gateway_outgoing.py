"""Whom the gateway speaks to, and what it takes along: the provider that is meant, and no header of the client's."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_provider import FakeProvider
from gateway_process import Gateway, gateway_process
from raw_http import connected, once, request_bytes

CONFIG = """
model_list:
  - model_name: translated
    litellm_params: {{model: openai/gpt-4o, api_base: "{url}/v1", api_key: provider-key, weight: 1}}
  - model_name: anthropic
    litellm_params: {{model: anthropic/claude-3-haiku-20240307, api_base: "{url}", api_key: provider-key}}
  - model_name: gemini
    litellm_params: {{model: gemini/gemini-1.5-pro, api_base: "{url}/v1beta", api_key: provider-key}}
  - model_name: passed
    litellm_params: {{model: hosted_vllm/x, api_base: "{url}/v1", api_key: provider-key}}
"""
MODELS = ("translated", "anthropic", "gemini", "passed")
CLIENT_HEADERS = {
    "X_Api_Key": "client-words",
    "Api_Key": "client-words",
    "X_Goog_Api_Key": "client-words",
    "Anthropic_Beta": "client-words",
    "Anthropic_Version": "client-words",
    "OpenAI_Organization": "client-words",
    "OpenAI_Project": "client-words",
    "X_LiteLLM_Api_Base": "http://client-words.example",
    "X_LiteLLM_Timeout": "client-words",
    "X_Forwarded_For": "client-words",
    "Forwarded": "for=client-words",
    "Cookie": "client-words=1",
    "User_Agent": "client-words",
    "Traceparent": "client-words",
    "X_Mosseval_Sample": "client-words/1",
    "X_Request_Id": "client-words",
}
AUDIT = """
import os, sys

def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        with open(os.environ["AUDIT_FILE"], "a") as file:
            file.write(f"{event} {arguments[1] if event == 'socket.connect' else arguments[0]}\\n")

sys.addaudithook(hook)
"""


async def ask_all(gateway: Gateway, provider: FakeProvider) -> None:
    """Each model, plain and streamed; the provider's answer is of no form, and that is no matter here."""
    for model in MODELS:
        for stream in (False, True):
            before = len(provider.requests)
            await once(gateway.url, request_bytes(model, stream=stream, **CLIENT_HEADERS))
            assert len(provider.requests) == before + 1, model


async def test_no_header_of_the_client_goes_upstream(tmp_path: Path) -> None:
    with FakeProvider() as provider, gateway_process(tmp_path, CONFIG.format(url=provider.url)) as gateway:
        provider.answers({}, 500)
        await ask_all(gateway, provider)
        seen = [f"{path} {headers} {body}" for path, headers, body in provider.requests]
    assert len(seen) == 2 * len(MODELS)
    assert not [each for each in seen if "client" in each.lower()]
    assert all("provider-key" in each for each in seen)


@asynccontextmanager
async def trap() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A proxy that every HTTP library is told to use for the world outside; keeps what it is asked for."""
    asked: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


async def test_nobody_but_the_provider_is_spoken_to(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AUDIT)
    audit = tmp_path / "audit"
    async with trap() as (port, asked):
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), f"http://127.0.0.1:{port}")
        proxies |= {name.lower(): value for name, value in proxies.items()}
        outside = {**proxies, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "AUDIT_FILE": str(audit)}
        outside |= {"PYTHONPATH": str(tmp_path), "LITELLM_LOCAL_MODEL_COST_MAP": ""}
        await control(outside)
        assert len(asked) == 1, "the trap catches who speaks to others"
        assert "socket.connect" in audit.read_text(), "and the audit sees it"
        audit.unlink()
        with FakeProvider() as provider:
            config = CONFIG.format(url=provider.url)
            with gateway_process(tmp_path, config, **outside) as gateway:
                provider.answers({}, 500)
                await asyncio.to_thread(asyncio.run, ask_all(gateway, provider))
            spoken_to = audit.read_text() if audit.exists() else ""
    assert asked[1:] == []
    others = [line for line in spoken_to.splitlines() if "127.0.0.1" not in line]
    assert not others


async def control(environment: dict[str, str]) -> None:
    """Somebody who does speak to others."""
    words = "import urllib.request as u\ntry: u.urlopen('http://telemetry.example/', timeout=10)\nexcept OSError: pass"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", words, env={**os.environ, **environment})
    assert await process.wait() == 0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_cancels_the_upstream_within_a_second(
    upstream: tuple[Gateway, FakeProvider], model: str, stream: bool
) -> None:
    took = [await seconds_to_cancel(*upstream, model, stream=stream) for _ in range(3)]
    assert min(took) < 1, took


async def seconds_to_cancel(gateway: Gateway, provider: FakeProvider, model: str, *, stream: bool) -> float:
    """From a client's leaving to the end of the connection upstream; the best of some is the gateway's own time."""
    provider.answers(20.0)
    async with connected(gateway.url) as raw:
        await raw.send(request_bytes(model, stream=stream))
        async with asyncio.timeout(30):
            while not provider.requests:
                await asyncio.sleep(0.02)
        assert not provider.left.is_set()
        left = time.monotonic()
    assert await asyncio.to_thread(provider.left.wait, 15)
    return time.monotonic() - left


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, FakeProvider]]:
    folder = tmp_path_factory.mktemp("leaving")
    with FakeProvider() as provider, gateway_process(folder, CONFIG.format(url=provider.url)) as gateway:
        yield gateway, provider
