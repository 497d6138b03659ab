"""The gateway's life and death as a process: who may reach it, what it refuses to start with, when it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from gateway_process import KEY, gateway_process
from openai import OpenAI

CONFIG = """
model_list:
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 30}}}
  - model_name: needs-a-key
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/MOSSEVAL_TEST_UNSET_VARIABLE}
"""


def serve(*options: str, **environment: str) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOSSEVAL_")}
    command = [sys.executable, "-m", "mosseval_proxy", "serve", *options]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**clean, **environment})


def ended(process: subprocess.Popen[bytes], timeout: float = 15) -> tuple[int, str]:
    """Exit code and standard error; an open standard input is left open."""
    stdin, process.stdin = process.stdin, None
    try:
        _, words = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        _, words = process.communicate()
    finally:
        if stdin is not None:
            stdin.close()
    return process.returncode, words.decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and not is_open(port):
        time.sleep(0.05)
    assert is_open(port), f"nobody listens on {port}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])
def test_without_keys_it_listens_on_loopback_only(host: str) -> None:
    code, words = ended(serve("--host", host, "--port", str(free_port())))
    assert code == 2
    assert words.count("\n") == 1
    assert "MOSSEVAL_GATEWAY_KEYS" in words
    assert "--no-auth" in words


@pytest.mark.parametrize("by", ["flag", "variable", "keys"])
def test_another_address_is_allowed_by_name_or_with_keys(by: str) -> None:
    options = ["--no-auth"] if by == "flag" else []
    environment = {"variable": {"MOSSEVAL_GATEWAY_NO_AUTH": "1"}, "keys": {"MOSSEVAL_GATEWAY_KEYS": "a1,b2"}}
    port = free_port()
    process = serve("--host", "0.0.0.0", "--port", str(port), *options, **environment.get(by, {}))
    try:
        wait_for_port(port)
        for key, expected in (("b2", 200), ("c3", 401 if by == "keys" else 200)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {key}"})
            assert connection.getresponse().status == expected
            connection.close()
    finally:
        process.terminate()
        code, words = ended(process)
    assert code == 0, words
    assert "a1" not in words


def test_without_keys_it_answers_to_its_own_names_only() -> None:
    port = free_port()
    process = serve("--port", str(port))
    try:
        wait_for_port(port)
        found = {}
        for name in ("127.0.0.1", f"localhost:{port}", f"[::1]:{port}", f"rebound.example:{port}", ""):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/v1/models", headers={"Host": name})
            found[name] = connection.getresponse().status
            connection.close()
    finally:
        process.terminate()
        ended(process)
    assert list(found.values()) == [200, 200, 200, 400, 400]


def test_in_a_container_it_also_answers_to_what_the_others_call_it() -> None:
    port = free_port()
    settings = {"MOSSEVAL_GATEWAY_NAMES": "Gateway, gateway.svc", "MOSSEVAL_GATEWAY_PUBLISHED": "127.0.0.1"}
    process = serve("--host", "0.0.0.0", "--port", str(port), **settings)
    try:
        wait_for_port(port)
        found = {}
        for name in ("localhost", f"gateway:{port}", "GATEWAY.svc", "gateway.example", f"127.0.0.1.example:{port}"):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/v1/models", headers={"Host": name})
            found[name] = connection.getresponse().status
            connection.close()
    finally:
        process.terminate()
        ended(process)
    assert list(found.values()) == [200, 200, 200, 400, 400]


@pytest.mark.parametrize("wait_s", [0.2, 0.4, 0.6, 0.8, 1.0])
def test_told_to_end_while_it_starts_it_ends(wait_s: float) -> None:
    process = serve("--port", str(free_port()))
    time.sleep(wait_s)
    process.terminate()
    code, words = ended(process, timeout=5)
    assert code in (0, 143, -signal.SIGTERM), words
    assert "Traceback" not in words


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, words = ended(serve("--port", str(taken.getsockname()[1])))
    assert code == 2
    assert words.count("\n") == 1
    assert "cannot listen on 127.0.0.1" in words


def test_an_inherited_descriptor_must_be_a_listening_socket() -> None:
    code, words = ended(serve("--fd", "0"))
    assert (code, words.count("\n")) == (2, 1)
    assert "--fd 0" in words


BAD_CONFIGS = [
    ("model_list: [", "gateway.yaml:1: not valid YAML"),
    ("model_list:\n  - model_name: a\n", "gateway.yaml:2: model_list[0].litellm_params: Field required"),
    (
        "model_list:\n  - model_name: a\n    litellm_params:\n      model: 7\n      api_key: sk-planted-1234567890\n",
        "gateway.yaml:4: model_list[0].litellm_params.model",
    ),
    ("litellm_settings:\n  fallbacks: [{a: [b]}]\n", "gateway.yaml:2: litellm_settings.fallbacks: refused"),
    ("litellm_settings:\n  cache: true\n", "gateway.yaml:2: litellm_settings.cache: refused"),
]


@pytest.mark.parametrize(("text", "expected"), BAD_CONFIGS)
def test_a_bad_config_names_file_line_and_field(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(text)
    code, words = ended(serve("--config", str(file), "--port", str(free_port())))
    assert code == 2
    assert expected in words
    assert words.count("\n") == 1
    assert "planted" not in words


def test_models_lists_without_a_server(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    command = [sys.executable, "-m", "mosseval_proxy", "models", "--config", str(tmp_path / "c.yaml")]
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment = {**clean, "ANTHROPIC_API_KEY": "sk-ant-planted"}
    words = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    models = {model["id"]: model["mosseval"] for model in json.loads(words)["data"]}
    assert models["needs-a-key"]["needs"] == ["MOSSEVAL_TEST_UNSET_VARIABLE"]
    assert models["anthropic/*"]["configured"]
    assert not models["simulated/helpful"]["key_needed"]
    assert "planted" not in words


def test_it_is_ready_soon_and_ends_with_its_standard_input() -> None:
    port = free_port()
    process = serve("--port", str(port), "--exit-with-stdin")
    wait_for_port(port)
    assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    started = time.monotonic()
    process.stdin = None
    assert ended(process)[0] == 0
    assert time.monotonic() - started < 5


PARENT = """
import os, socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", 0))
child = subprocess.Popen(
    [sys.executable, "-m", "mosseval_proxy", "serve", "--fd", str(listener.fileno()), "--exit-with-stdin"],
    stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=(listener.fileno(),), start_new_session=True,
)
print(child.pid, listener.getsockname()[1], flush=True)
listener.close()
child.wait()
"""


def test_a_killed_parent_takes_the_gateway_down() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        child, port = map(int, parent.stdout.readline().split())
        wait_for_port(port)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and is_open(port):
        time.sleep(0.05)
    assert not is_open(port), f"process {child} still serves"


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_an_answer_in_flight_does_not_hold_an_orphan_up(tmp_path: Path) -> None:
    body = json.dumps({"model": "slow", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    with gateway_process(tmp_path, CONFIG) as running:
        host = running.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=20)
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", body, headers)
        time.sleep(0.2)
        started = time.monotonic()
    assert time.monotonic() - started < 8
    connection.close()


def test_sigterm_lets_an_answer_finish() -> None:
    port = free_port()
    process = serve("--port", str(port))
    wait_for_port(port)
    with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client:
        messages: list[Any] = [{"role": "user", "content": "Hi"}]
        stream = client.chat.completions.create(model="simulated/helpful", messages=messages, stream=True)
        process.terminate()
        text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    code, words = ended(process)
    assert text.strip()
    assert code == 0, words
