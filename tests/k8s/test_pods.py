"""The manifests' own commands, variables and probes with real processes: an overlay's gateway, a rendered Job's pods.

No cluster and no container: what a kubelet would do with them (mounts, references to Secrets, `$(NAME)`) is done here.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from job_policy import verdict
from manifests import Document, Rendered, expanded, template
from mosseval_process import PASSED_ON, Finished, Mosseval, lines

from mosseval_proxy.keys.file import new_key

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@dataclass(frozen=True)
class Served:
    """A gateway that runs as an overlay has it."""

    port: int
    key: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, key: str | None = None) -> int:
        """The status of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
            return connection.getresponse().status
        finally:
            connection.close()


def one(documents: list[Document], kind: str, name: str) -> Any:
    """The document of a kind whose name begins so (a hash follows a ConfigMap's)."""
    (found,) = [each for each in documents if each["kind"] == kind and each["metadata"]["name"].startswith(name)]
    return found


def mounted(documents: list[Document], folder: Path, key_entry: str) -> dict[str, Path]:
    """The volumes of the gateway by their mount paths, with what is in them."""
    spec = template(one(documents, "Deployment", "mosseval-gateway"))["spec"]
    content = {
        "models": one(documents, "ConfigMap", "mosseval-models")["data"],
        "keys": {item["key"]: f"keys:\n{key_entry}" for item in spec["volumes"][1]["secret"]["items"]},
    }
    places = {}
    for mount in spec["containers"][0]["volumeMounts"]:
        place = folder / mount["name"]
        place.mkdir()
        places[mount["mountPath"]] = place
        for name, text in content.get(mount["name"], {}).items():
            (place / name).write_text(text, encoding="utf-8")
    return places


def environment(documents: list[Document], places: dict[str, Path], port: int) -> dict[str, str]:
    """The gateway's variables, with mounts where they lie here, on a port that is free here."""
    container = template(one(documents, "Deployment", "mosseval-gateway"))["spec"]["containers"][0]
    found = dict(one(documents, "ConfigMap", "mosseval-model-urls").get("data") or {})
    for variable in container["env"]:
        value = variable["value"]
        mount = next((path for path in places if value == path or value.startswith(f"{path}/")), "")
        found[variable["name"]] = f"{places[mount]}{value.removeprefix(mount)}" if mount else value
    assert found["MOSSEVAL_GATEWAY_PORT"] == str(container["ports"][0]["containerPort"])
    return {**found, "MOSSEVAL_GATEWAY_PORT": str(port), "MOSSEVAL_GATEWAY_HOST": "127.0.0.1"}


def passed_on() -> dict[str, str]:
    """What a process needs of the tester's environment, and nothing else of it."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


@pytest.fixture
def gateway(overlays: dict[str, Rendered], tmp_path: Path) -> Iterator[Served]:
    """The laptop overlay's, as its image starts it (`python -m mosseval_proxy serve`)."""
    documents = overlays["laptop"].documents
    key, entry = new_key("tests")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (tmp_path / "gateway").mkdir()
    variables = environment(documents, mounted(documents, tmp_path / "gateway", entry), port)
    log = tmp_path / "gateway.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "mosseval_proxy", "serve"],
            env={**passed_on(), **variables},
            stderr=errors,
        )
    served = Served(port, key, process, log)
    try:
        _wait_for_start(served, documents)
        yield served
    finally:
        process.kill()
        process.wait()


def _wait_for_start(served: Served, documents: list[Document]) -> None:
    """By the startup probe, within its own patience."""
    probe = template(one(documents, "Deployment", "mosseval-gateway"))["spec"]["containers"][0]["startupProbe"]
    deadline = time.monotonic() + probe["periodSeconds"] * probe["failureThreshold"]
    while time.monotonic() < deadline and served.process.poll() is None:
        try:
            if served.get(probe["httpGet"]["path"]) == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(served.log.read_text())


def test_the_gateway_of_the_overlay_starts_and_its_probes_are_answered(
    gateway: Served, overlays: dict[str, Rendered]
) -> None:
    spec = template(one(overlays["laptop"].documents, "Deployment", "mosseval-gateway"))["spec"]
    for probe in PROBES:
        assert gateway.get(spec["containers"][0][probe]["httpGet"]["path"]) == 200
    assert gateway.get("/v1/models") == 401
    assert gateway.get("/v1/models", gateway.key) == 200
    assert gateway.get("/metrics", gateway.key) == 200
    assert "ignored settings" not in gateway.log.read_text()


def test_a_provider_is_ready_by_a_file_of_the_secret(overlays: dict[str, Rendered], tmp_path: Path) -> None:
    keys_in_files_are_read()
    documents = overlays["laptop"].documents
    places = mounted(documents, tmp_path, new_key("tests")[1])
    variables = {**passed_on(), **environment(documents, places, 4000)}
    command = [sys.executable, "-m", "mosseval_proxy", "models"]
    before = subprocess.run(command, env=variables, capture_output=True, check=True).stdout
    (places["/etc/mosseval/providers"] / "OPENAI_API_KEY").write_text("planted-key-77ab\n", encoding="utf-8")
    after = subprocess.run(command, env=variables, capture_output=True, check=True).stdout
    rows = [{row["id"]: row for row in json.loads(each)["data"]} for each in (before, after)]
    assert rows[0]["gpt-4o"] != rows[1]["gpt-4o"]
    assert b"planted" not in after


def test_the_gateway_ends_within_what_a_pod_is_given(gateway: Served, overlays: dict[str, Rendered]) -> None:
    spec = template(one(overlays["laptop"].documents, "Deployment", "mosseval-gateway"))["spec"]
    pause = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    gateway.process.terminate()
    assert gateway.process.wait(spec["terminationGracePeriodSeconds"] - pause) == 0


@dataclass(frozen=True)
class Pod:
    """Runs a rendered Job's container: its arguments as the kubelet hands them over, its key from a Secret."""

    mosseval: Mosseval
    job: Document
    gateway: Served

    def start(self, shard: int, *more: str, key: str | None = None) -> subprocess.Popen[str]:
        """Starts the pod of a shard; what it writes lies in the folder `run`, for want of a store."""
        container = template(self.job)["spec"]["containers"][0]
        arguments = [expanded(each, {"JOB_COMPLETION_INDEX": str(shard)}) for each in container["args"]]
        arguments[arguments.index("--out") + 1] = "run"
        variables = {each["name"]: each["value"] for each in container["env"]}
        assert variables["MOSSEVAL_GATEWAY_URL"] == "http://mosseval-gateway:4000"
        (mount,) = [each["mountPath"] for each in container["volumeMounts"] if each["name"] == "key"]
        file = self.mosseval.folder / variables["MOSSEVAL_API_KEY_FILE"].removeprefix(f"{mount}/")
        file.write_text(f"{key or self.gateway.key}\n", encoding="utf-8")
        given = {
            "MOSSEVAL_GATEWAY_URL": f"http://127.0.0.1:{self.gateway.port}",
            "MOSSEVAL_API_KEY_FILE": str(file),
        }
        return self.mosseval.start(*arguments, *more, environment=given)

    def run(self, shard: int, *more: str, key: str | None = None) -> Finished:
        """To its end."""
        return self.mosseval.finish(self.start(shard, *more, key=key))


def keys_in_files_are_read() -> None:
    pytest.importorskip("mosseval_proxy.secret_files", reason="keys in files are not read yet")


@pytest.fixture
def pod(mosseval: Mosseval, gateway: Served, simulated_job: Document) -> Pod:
    """Of a Job with three shards of the demo set."""
    keys_in_files_are_read()
    return Pod(mosseval, simulated_job, gateway)


def test_the_pods_of_a_job_do_the_whole_run_once(pod: Pod, tmp_path: Path) -> None:
    for shard in range(3):
        done = pod.run(shard)
        assert verdict(pod.job, done.code) == "done", done.err
    keys = [line["key"] for shard in range(3) for line in lines(tmp_path / "run" / f"records-{shard}.jsonl")]
    assert len(keys) == len(set(keys)) == 30


def test_a_pod_that_is_told_to_end_is_tried_again_and_the_next_one_goes_on(pod: Pod, tmp_path: Path) -> None:
    process = pod.start(0, "--rpm", "120")
    file = tmp_path / "run" / "records-0.jsonl"
    deadline = time.monotonic() + 20
    while len(lines(file)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    ended = pod.mosseval.finish(process, timeout_s=template(pod.job)["spec"]["terminationGracePeriodSeconds"])
    assert ended.code == 143, ended.err
    assert verdict(pod.job, ended.code) == "Count"
    assert verdict(pod.job, ended.code, disrupted=True) == "Ignore"
    before = len(lines(file))
    assert 0 < before < 10
    assert pod.run(0).code == 0
    keys = [line["key"] for line in lines(file)]
    assert len(keys) == len(set(keys)) == 10


def test_a_wrong_key_fails_the_job_at_once(pod: Pod) -> None:
    ended = pod.run(1, key="mosseval-another-key-0000000000")
    assert verdict(pod.job, ended.code) == "FailJob", ended.err


def test_a_gateway_that_is_gone_is_tried_again(pod: Pod) -> None:
    pod.gateway.process.kill()
    pod.gateway.process.wait()
    ended = pod.run(1, "--deadline", "1")
    assert ended.code == 3
    assert verdict(pod.job, ended.code) == "Count"


@pytest.mark.parametrize(
    ("code", "container", "wanted"),
    [
        (0, "evaluator", "done"),
        (1, "evaluator", "Count"),
        (2, "evaluator", "FailJob"),
        (3, "evaluator", "Count"),
        (70, "evaluator", "Count"),
        (130, "evaluator", "Count"),
        (137, "evaluator", "Count"),
        (143, "evaluator", "Count"),
        (2, "fetch", "Count"),
    ],
)
def test_every_exit_code_has_its_consequence(code: int, container: str, wanted: str, simulated_job: Document) -> None:
    assert verdict(simulated_job, code, container=container) == wanted
    if code:
        assert verdict(simulated_job, code, container=container, disrupted=True) == "Ignore"
