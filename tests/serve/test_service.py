"""A server that can be left running: readiness, batching, its queue, clients that leave, its key, its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from serve_process import HELLO, PROXY, ServerProcess, served, started

LONG = {"messages": HELLO, "max_tokens": 1900}
FAILING_S = 120.0


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + FAILING_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def opened(server: ServerProcess, **more: Any) -> socket.socket:
    """A streamed request whose first text has come, still running."""
    body = json.dumps({"model": server.model, **LONG, "stream": True, **more}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    made = socket.create_connection(("127.0.0.1", server.port), timeout=FAILING_S)
    made.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    seen = b""
    while seen.count(b'"content"') < 2:
        piece = made.recv(4096)
        assert piece, seen
        seen += piece
    return made


def test_healthz_is_200_only_when_the_model_can_answer(folders: dict[str, Path], tmp_path: Path) -> None:
    with started(folders["instructblip"], tmp_path) as server:
        before = server.wait_ready()
        assert before, "it was ready before it could have loaded anything"
        assert {(reply.status, reply.code) for reply in before} == {(503, "loading")}
        # This model takes one picture and one question, and says so.
        reply = server.post({"messages": HELLO})
        assert (reply.status, reply.code) == (400, "unsupported_parameter")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == 130, server.log.read_text()


def test_eight_waiting_are_answered_faster_than_one_by_one(
    server: ServerProcess, record_testsuite_property: Callable[[str, object], None]
) -> None:
    def ask(number: int) -> str:
        body = server.post({"messages": HELLO, "max_tokens": 120, "temperature": 1, "seed": number}).json()
        return str(body["choices"][0]["message"]["content"])

    ratios = []
    for _ in range(3):
        began = time.monotonic()
        alone = [ask(number) for number in range(8)]
        alone_s, began = time.monotonic() - began, time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(ask, range(8)))
        ratios.append(alone_s / (time.monotonic() - began))
        assert together == alone
    print(f"8 waiting beside one at a time: {', '.join(f'{ratio:.1f}' for ratio in ratios)} times as many")
    record_testsuite_property("throughput_of_8_waiting", f"{max(ratios):.2f}")
    assert max(ratios) >= 2


def test_full_queue_is_said_and_nothing_grows(folders: dict[str, Path], tmp_path: Path) -> None:
    with served(folders["llava"], tmp_path, "--max-batch", "1", "--max-waiting", "1") as server:
        with opened(server), ThreadPoolExecutor(3) as pool:
            replies = list(pool.map(server.post, 3 * [{"messages": HELLO, "max_tokens": 1}]))
            assert sorted(reply.status for reply in replies) == [200, 429, 429]
            refused = [reply for reply in replies if reply.status == 429]
            assert {(reply.code, reply.headers["retry-after"]) for reply in refused} == {("rate_limit_exceeded", "1")}
        until(lambda: server.post({"messages": HELLO, "max_tokens": 1}).status == 200, "its place was not freed")


def test_client_that_leaves_frees_its_row(folders: dict[str, Path], tmp_path: Path) -> None:
    with served(folders["llava"], tmp_path, "--max-batch", "1") as server:
        began = time.monotonic()
        assert server.post(LONG).json()["usage"]["completion_tokens"] == 1900
        whole_s = time.monotonic() - began
        for streamed in (True, False):
            body = json.dumps({"model": server.model, **LONG}).encode()
            if streamed:
                left = opened(server)
            else:
                left = socket.create_connection(("127.0.0.1", server.port), timeout=FAILING_S)
                left.sendall(
                    b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body) + body
                )
                time.sleep(0.3)
            began = time.monotonic()
            left.close()
            assert server.post({"messages": HELLO, "max_tokens": 1}).status == 200
            assert time.monotonic() - began < whole_s / 2


def test_time_limit_is_an_error_and_frees_the_row(folders: dict[str, Path], tmp_path: Path) -> None:
    # Whole batches of long answers take longer than a second by a wide margin.
    with served(folders["llava"], tmp_path, "--timeout-s", "1", "--max-batch", "1") as server:
        reply = server.post({**LONG, "num_beams": 8})
        assert (reply.status, reply.code) == (504, "upstream_timeout")
        events = server.post({**LONG, "stream": True, "logprobs": True, "top_logprobs": 20}).body.decode()
        until(lambda: server.post({"messages": HELLO, "max_tokens": 1}).status == 200, "its row was not freed")
        *_, last = events.strip().split("\n\n")
        assert json.loads(last.removeprefix("data: "))["error"]["code"] == "upstream_timeout"


def test_term_lets_what_runs_finish(folders: dict[str, Path], tmp_path: Path) -> None:
    with started(folders["llava"], tmp_path, "--grace-s", "120") as server:
        server.wait_ready()
        running = opened(server)
        server.process.terminate()
        seen = b""
        while piece := running.recv(65536):
            seen += piece
        running.close()
        assert b"data: [DONE]" in seen
        assert server.process.wait(60) == 0, server.log.read_text()
        assert "Traceback" not in server.log.read_text()


def test_term_ends_what_outlasts_the_grace(folders: dict[str, Path], tmp_path: Path) -> None:
    with started(folders["llava"], tmp_path, "--grace-s", "1", "--max-batch", "1") as server:
        server.wait_ready()
        with opened(server, logprobs=True, top_logprobs=20) as running, ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(server.post, {**LONG, "num_beams": 4})
            time.sleep(0.3)
            server.process.terminate()
            seen = b""
            while piece := running.recv(65536):
                seen += piece
            refused = waiting.result(FAILING_S)
        assert b'"code":"shutting_down"' in seen
        assert b"data: [DONE]" not in seen
        assert (refused.status, refused.code) == (503, "shutting_down")
        assert server.process.wait(60) == 0, server.log.read_text()


def test_key_opens_the_server_and_is_never_said(folders: dict[str, Path], tmp_path: Path) -> None:
    key = "the-key-of-this-test"
    with served(folders["llava"], tmp_path, MOSSEVAL_SERVE_KEY=key) as server:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": key}, {"Authorization": "Bearer ü"}):
            reply = server.post({"messages": HELLO}, **headers)
            assert (reply.status, reply.code) == (401, "invalid_api_key")
        assert server.get("/v1/models").status == 401
        reply = server.post({"messages": HELLO, "max_tokens": 2}, Authorization=f"Bearer {key}")
        assert reply.status == 200
        assert key not in server.log.read_text()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--model", "/nowhere/at/all"], "config.json"),
        (["--model", ".", "--host", "0.0.0.0"], "without a key"),
        (["--model", ".", "--trust-remote-code", "other/model@" + "0" * 40], "names other/model"),
        (["--model", "a/b", "--trust-remote-code", "a/b@main"], "--revision"),
        (["--model", "a/b", "--revision", "0" * 40, "--trust-remote-code", "a/c@" + "0" * 40], "but the model is a/b@"),
    ],
)
def test_what_cannot_start_ends_with_2_and_a_line(tmp_path: Path, flags: list[str], said: str) -> None:
    command = [sys.executable, "-m", "mosseval_serve", "--port", "0", *flags]
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROXY), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin"},
        stderr=subprocess.PIPE,
        text=True,
        timeout=FAILING_S,
        check=False,
    )
    assert ended.returncode == 2
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_another_models_code_is_refused_before_any_runs(folders: dict[str, Path], tmp_path: Path) -> None:
    config = {"model_type": "internlm2", "auto_map": {"AutoModelForCausalLM": "evil/repo--code.Model"}}
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    with started(folder, tmp_path) as server:
        assert server.process.wait(FAILING_S) == 2
        assert "brings its own code" in server.log.read_text().splitlines()[-1]
    with started(folder, tmp_path, "--trust-remote-code", str(folder)) as server:
        assert server.process.wait(FAILING_S) == 2
        assert "evil/repo--code.Model" in server.log.read_text().splitlines()[-1]
