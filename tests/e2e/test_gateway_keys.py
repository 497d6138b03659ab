"""Keys that may do one thing and not another, as a service keeps them: in a file of hashes, with limits and budgets."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from gateway_process import KEY, Gateway, gateway_process, start_gateway
from raw_http import Reply, connected, once, request_bytes
from redis_server import redis_server

from mosseval_proxy.errors import ConfigError
from mosseval_proxy.keys.file import new_key, read_keys

CONFIG = """
model_list:
  - model_name: free
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 0}}}
  - model_name: few
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 0}, limits: {rpm: 3}}}
  - model_name: dear
    litellm_params: {model: simulated/helpful}
    model_info: {output_cost_per_token: 1, input_cost_per_token: 1, mosseval: {simulated: {latency_s: 0}}}
  - model_name: dear-and-slow
    litellm_params: {model: simulated/helpful}
    model_info: {output_cost_per_token: 1, input_cost_per_token: 1, mosseval: {simulated: {latency_s: 60}}}
  - model_name: dear-in-a-while
    litellm_params: {model: simulated/helpful}
    model_info: {output_cost_per_token: 1, input_cost_per_token: 1, mosseval: {simulated: {latency_s: 0.6}}}
  - model_name: unpriced
    litellm_params: {model: hosted_vllm/x, api_base: "http://127.0.0.1:9/v1"}
  - model_name: slow
    litellm_params: {model: simulated/helpful}
    model_info: {mosseval: {simulated: {latency_s: 60}}}
"""
LIMITS = {
    "anything": "",
    "narrow": 'models: ["fr*", "simulated/*"]',
    "hasty": "rpm: 2",
    "wordy": "tpm: 700",
    "single": "in_flight: 1",
    "thrifty": "budget_usd: 1.5",
    "fleeing": "budget_usd: 1.5",
    "old": "expires: 2020-01-01",
    "lasting": f"expires: {datetime.date.today() + datetime.timedelta(days=2)}",
}


def keys_file(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file with a key for each of `LIMITS`, and the keys by their names."""
    made = {name: new_key(name) for name in LIMITS}
    file = folder / "keys.yaml"
    file.write_text("keys:\n" + "".join(f"{entry}    {LIMITS[name]}\n" for name, (_, entry) in made.items()))
    return file, {name: key for name, (key, _) in made.items()}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("keys")
    file, keys = keys_file(folder)
    with gateway_process(folder, CONFIG, MOSSEVAL_GATEWAY_KEYS_FILE=str(file)) as running:
        yield running, keys


async def ask(opened: tuple[Gateway, dict[str, str]], key: str, model: str = "free") -> Reply:
    gateway, keys = opened
    return await once(gateway.url, request_bytes(model, key=keys.get(key, key)))


async def test_keys_of_file_and_environment_both_open(opened: tuple[Gateway, dict[str, str]]) -> None:
    assert [(await ask(opened, key)).status for key in ("anything", "lasting", KEY)] == [200, 200, 200]
    expired, wrong = await ask(opened, "old"), await ask(opened, "anything-else")
    assert (expired.status, expired.code, wrong.status, wrong.code) == (401, "invalid_api_key", 401, "invalid_api_key")
    assert b"expired" in expired.body


async def test_a_key_for_some_models_opens_those_and_shows_those(opened: tuple[Gateway, dict[str, str]]) -> None:
    assert (await ask(opened, "narrow", "simulated/helpful")).status == 200
    for model in ("few", "no-such-model"):
        reply = await ask(opened, "narrow", model)
        assert (reply.status, reply.code) == (403, "model_not_allowed")
    listed = await models(opened, "narrow")
    assert "free" in listed
    assert listed <= {"free"} | {model for model in listed if model.startswith("simulated/")}
    assert {"few", "anthropic/*"} <= await models(opened, "anything")
    gateway, keys = opened
    for name, status in (("few", 403), ("free", 200)):
        reply = await once(gateway.url, get(f"/v1/models/{name}", keys["narrow"]))
        assert reply.status == status


async def models(opened: tuple[Gateway, dict[str, str]], key: str) -> set[str]:
    gateway, keys = opened
    reply = await once(gateway.url, get("/v1/models", keys[key]))
    return {model["id"] for model in json.loads(reply.body)["data"]}


def get(path: str, key: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


async def test_requests_of_a_key_are_limited(opened: tuple[Gateway, dict[str, str]]) -> None:
    statuses = [(await ask(opened, "hasty")).status for _ in range(2)]
    refused = await ask(opened, "hasty")
    assert (statuses, refused.status, refused.code) == ([200, 200], 429, "rate_limit_exceeded")
    assert b"key hasty" in refused.body
    assert json.loads(refused.body)["error"]["limit"] == "key requests"
    assert 30 < int(refused.headers["retry-after"]) <= 61
    assert (await ask(opened, "anything")).status == 200


async def test_tokens_of_a_key_are_limited_by_what_answers_really_cost(opened: tuple[Gateway, dict[str, str]]) -> None:
    replies = [await ask(opened, "wordy") for _ in range(8)]
    spent = sum(json.loads(reply.body)["usage"]["total_tokens"] for reply in replies if reply.status == 200)
    refused = [json.loads(reply.body)["error"]["limit"] for reply in replies if reply.status != 200]
    assert 0 < spent <= 700
    assert set(refused) == {"key tokens"}


async def test_requests_at_once_are_limited_until_the_client_leaves(opened: tuple[Gateway, dict[str, str]]) -> None:
    gateway, keys = opened
    async with connected(gateway.url) as raw:
        await raw.send(request_bytes("slow", key=keys["single"]))
        refused = await until(opened, "single", 429)
    assert json.loads(refused.body)["error"]["limit"] == "key in_flight"
    assert (await until(opened, "single", 200)).status == 200


async def until(opened: tuple[Gateway, dict[str, str]], key: str, status: int) -> Reply:
    async with asyncio.timeout(20):
        while (reply := await ask(opened, key)).status != status:
            await asyncio.sleep(0.05)
    return reply


async def test_a_budget_is_spent_and_then_opens_nothing(opened: tuple[Gateway, dict[str, str]]) -> None:
    assert (await ask(opened, "thrifty", "free")).status == 200
    first, second = await ask(opened, "thrifty", "dear"), await ask(opened, "thrifty", "free")
    assert json.loads(first.body)["mosseval"]["cost_usd"] > 1.5
    assert (second.status, second.code) == (402, "insufficient_quota")
    unpriced = await ask(opened, "thrifty", "unpriced")
    assert (unpriced.status, unpriced.code) == (403, "model_not_allowed")


async def test_leaving_before_the_end_is_not_free(opened: tuple[Gateway, dict[str, str]]) -> None:
    gateway, keys = opened
    async with connected(gateway.url) as raw:
        await raw.send(request_bytes("dear-and-slow", key=keys["fleeing"], stream=True))
        await asyncio.sleep(0.3)
    assert (await until(opened, "fleeing", 402)).code == "insufficient_quota"


async def test_requests_to_a_model_are_limited_for_all_keys_together(opened: tuple[Gateway, dict[str, str]]) -> None:
    replies = [await ask(opened, key, "few") for key in ("anything", KEY, "anything", KEY)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert json.loads(replies[-1].body)["error"]["limit"] == "model requests"


async def test_two_gateways_share_one_limit_in_redis(tmp_path: Path) -> None:
    file, keys = keys_file(tmp_path)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with redis_server() as server:
        shared = {"MOSSEVAL_GATEWAY_KEYS_FILE": str(file), "REDIS_URL": server.url}
        with (
            gateway_process(tmp_path / "one", CONFIG, **shared) as one,
            gateway_process(tmp_path / "two", CONFIG, **shared) as two,
        ):
            both = [(one, keys), (two, keys)]
            few = await asyncio.gather(*(ask(both[number % 2], "anything", "few") for number in range(20)))
            hasty = [(await ask(both[number % 2], "hasty")).status for number in range(4)]
            await ask(both[0], "thrifty", "dear")
            spent = await ask(both[1], "thrifty")
        with gateway_process(tmp_path / "one", CONFIG, **shared) as later:
            still_spent = await ask((later, keys), "thrifty")
    assert sorted(reply.status for reply in few) == [200] * 3 + [429] * 17
    assert hasty == [200, 200, 429, 429]
    assert (spent.status, still_spent.status) == (402, 402)


@pytest.mark.parametrize("stream", [False, True])
async def test_who_has_an_answer_has_paid_for_it(tmp_path: Path, stream: bool) -> None:
    file, keys = keys_file(tmp_path)
    with redis_server() as server, redis.Redis.from_url(server.url) as counted:
        settings = {"MOSSEVAL_GATEWAY_KEYS_FILE": str(file), "REDIS_URL": server.url}
        with gateway_process(tmp_path, CONFIG, **settings) as gateway:
            asked = request_bytes("dear-in-a-while", key=keys["thrifty"], stream=stream)
            asking = asyncio.create_task(once(gateway.url, asked))
            await asyncio.sleep(0.2)
            # Redis takes a second longer to book than the model to answer.
            counted.client_pause(1200, all=False)
            reply = await asking
            spent = float(counted.get("{mosseval}:key thrifty:budget") or 0)
    assert reply.status == 200
    assert spent > 1.5


def test_the_command_makes_a_key_that_opens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mosseval_proxy", "key", "nightly"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    key = made.stdout.strip()
    assert key not in made.stderr
    (tmp_path / "keys.yaml").write_text(made.stderr.partition("\n\n")[2])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = start_gateway(listener, tmp_path / "log", "--keys", str(tmp_path / "keys.yaml"))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        reply = asyncio.run(once(url, get("/v1/models", key)))
        process.terminate()
        assert process.wait(15) == 0
        assert process.stdin is not None
        process.stdin.close()
    assert reply.status == 200
    refused = subprocess.run([*command[:-1], "no name"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


HASH = "ab" * 32
FAULTS: list[tuple[Any, str]] = [
    ("keys: []", ":1: keys: must be a list of at least one key"),
    ("[]", ":1: keys: must be a list"),
    ("keys:\n  - name: a\n", ":2: keys[0].sha256: "),
    (f"keys:\n  - name: a b\n    sha256: {HASH}\n", ":2: keys[0].name: "),
    ("keys:\n  - name: a\n    sha256: planted\n", ":3: keys[0].sha256: "),
    (f"keys:\n  - name: a\n    sha256: {HASH}\n    rpm: -1\n", ":4: keys[0].rpm: "),
    (f"keys:\n  - name: a\n    sha256: {HASH}\n    model: [x]\n", ":4: keys[0].model: "),
    (f"keys:\n  - name: a\n    sha256: {HASH}\n    expires: soon\n", ":4: keys[0].expires: "),
    (f"keys:\n  - name: a\n    sha256: {HASH}\n    key: planted\n", ":4: keys[0].key: "),
    (
        f"keys:\n  - {{name: a, sha256: {HASH}}}\n  - {{name: b, sha256: {HASH.upper()}}}\n",
        ":3: keys[1].sha256: stands",
    ),
    (f"keys:\n  - {{name: a, sha256: {HASH}}}\n  - {{name: a, sha256: {'cd' * 32}}}\n", ":3: keys[1].name: stands"),
    (f"keys:\n  - {{name: a, sha256: {HASH}}}\nmore: 1\n", ":3: more: is not known"),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_a_fault_in_the_keys_file_is_named_by_line_and_field(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "keys.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_keys(tmp_path / "keys.yaml")
    assert f"keys.yaml{expected}" in str(caught.value)
    assert "planted" not in str(caught.value)


def test_mosseval_makes_a_key_too(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mosseval", "gateway", "--new-key", "nightly"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    (tmp_path / "keys.yaml").write_text(made.stderr.partition("\n\n")[2])
    ((digest, key),) = read_keys(tmp_path / "keys.yaml")
    assert hashlib.sha256(made.stdout.strip().encode()).digest() == digest
    assert key.name == "nightly"
