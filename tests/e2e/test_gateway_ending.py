"""The end in good order: told by a signal the gateway is not ready at once, finishes what it has, and goes."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway_process import start_gateway
from raw_http import connected, once, request_bytes

CONFIG = """
model_list:
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 3}}}
  - model_name: endless
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 300}}}
"""
READY = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Running:
    """A gateway that the test itself ends."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    async def ended(self, patience_s: float) -> int:
        return await asyncio.to_thread(self.process.wait, patience_s)


@contextmanager
def gateway(folder: Path, *options: str, **environment: str) -> Iterator[Running]:
    (folder / "c.yaml").write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = ("--config", str(folder / "c.yaml"), *options)
        process = start_gateway(listener, folder / "log", *options, **environment)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield Running(url, process, folder / "log")
        finally:
            process.kill()
            process.wait()
            assert process.stdin is not None
            process.stdin.close()


async def test_told_to_end_it_finishes_what_it_has_and_takes_nothing_new(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        async with connected(running.url) as whole, connected(running.url) as stream, connected(running.url) as idle:
            await whole.send(request_bytes("slow"))
            await stream.send(request_bytes("slow", stream=True))
            await asyncio.sleep(0.5)
            running.process.send_signal(signal.SIGTERM)
            ready = await once(running.url, READY)
            await idle.send(request_bytes("slow"))
            refused = await idle.reply()
            closed = await asyncio.wait_for(idle.reader.read(), 10)
            finished, streamed = await whole.reply(), await stream.reply()
        code = await running.ended(10)
        words = running.log.read_text()
    assert (ready.status, ready.code) == (503, "shutting_down")
    assert (refused.status, refused.code, refused.headers["connection"], closed) == (503, "shutting_down", "close", b"")
    assert (finished.status, streamed.status, code) == (200, 200, 0), words
    assert json.loads(finished.body)["choices"][0]["message"]["content"]
    assert streamed.body.endswith(b"data: [DONE]\n\n")
    assert "broken off" not in words


async def test_what_outlasts_the_grace_is_broken_off_with_an_error(tmp_path: Path) -> None:
    with gateway(tmp_path, MOSSEVAL_GATEWAY_GRACE_S="0.5") as running:
        async with connected(running.url) as whole:
            await whole.send(request_bytes("endless"))
            await asyncio.sleep(0.5)
            running.process.terminate()
            reply = await whole.reply()
        code = await running.ended(10)
        words = running.log.read_text()
    assert (reply.status, reply.code, code) == (503, "shutting_down", 0)
    assert "broken off" in words
    assert "Traceback" not in words


async def test_a_stream_that_outlasts_the_grace_ends_with_an_error_event(tmp_path: Path) -> None:
    lines = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "One"}}]}\n\n'

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + lines)
        await writer.drain()
        await reader.read()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = (
        f'  - model_name: half\n    litellm_params: {{model: hosted_vllm/x, api_base: "http://127.0.0.1:{port}/v1"}}\n'
    )
    (tmp_path / "half.yaml").write_text(CONFIG + config)
    with gateway(tmp_path, "--config", str(tmp_path / "half.yaml"), MOSSEVAL_GATEWAY_GRACE_S="0.5") as running:
        async with connected(running.url) as raw:
            await raw.send(request_bytes("half", stream=True))
            await raw.reader.readuntil(b"One")
            running.process.terminate()
            rest = await asyncio.wait_for(raw.reader.read(), 20)
        code = await running.ended(10)
    server.close()
    assert code == 0
    assert b'"code":"shutting_down"' in rest
    assert b"[DONE]" not in rest


async def test_told_twice_it_does_not_wait(tmp_path: Path) -> None:
    with gateway(tmp_path) as running:
        async with connected(running.url) as raw:
            await raw.send(request_bytes("endless"))
            await asyncio.sleep(0.5)
            running.process.terminate()
            await asyncio.sleep(0.5)
            assert running.process.poll() is None
            started = time.monotonic()
            running.process.terminate()
            reply = await raw.reply()
        code = await running.ended(10)
    assert (reply.status, reply.code, code) == (503, "shutting_down", 0)
    assert time.monotonic() - started < 8
