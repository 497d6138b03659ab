"""What surrounds a Job's pods, as containers on one network: two gateways under one name, Redis, S3, a model server.

Both gateways have the network's alias `mosseval-gateway`: the engine's name server answers with the addresses of those
that run, in changing order, and so shares new connections among them. (In a cluster a Service does that.)
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docker_engine import ROOT, build, docker, pulled_or_stand_in
from pod_container import Given
from s3_server import S3Server

from mosseval_proxy.keys.file import new_key

EVALUATOR, GATEWAY = "mosseval-evaluator:0.1.0", "mosseval-gateway:0.1.0"
MODEL = "counted"
CLAIM, KEY_SECRET, STORE_SECRET = "benchmark", "mosseval-key", "store-keys"
GATEWAY_MODELS = f"""
model_list:
  - model_name: {MODEL}
    litellm_params:
      {{model: hosted_vllm/{MODEL}, api_base: "http://model:8000/v1", api_key: os.environ/COUNTED_MODEL_KEY}}
    model_info: {{mosseval: {{limits: {{rpm: 1000000}}}}}}
"""
CONFINED = ("--read-only", "--tmpfs=/tmp:mode=1777", "--cap-drop=ALL", "--security-opt=no-new-privileges")
FILLED = """
import os, shutil, sys
shutil.copytree("/from", "/to", dirs_exist_ok=True)
for folder, _, names in os.walk("/to"):
    os.chown(folder, 0, 10001), os.chmod(folder, 0o750)
    for name in names:
        path = os.path.join(folder, name)
        os.chown(path, 0, 10001), os.chmod(path, 0o440)
"""
"""Files of root's that the pods' group may read, as a kubelet makes them with `fsGroup`."""


@dataclass(frozen=True)
class Counted:
    """What the model server has counted; its `clients` are gateways, by their keys."""

    requests: int
    questions: Mapping[str, int]
    clients: Mapping[str, int]


class SmallCluster:
    """Made by `with`, and taken down at its end, whatever happened. `folder` takes what goes into volumes."""

    def __init__(self, folder: Path, benchmark: Path) -> None:
        self.name = f"mosseval-distributed-{secrets.token_hex(4)}"
        self.folder, self.benchmark = folder, benchmark
        self.key, self.key_entry = new_key("tests")
        self.s3 = S3Server("")
        self.model_url = ""

    def __enter__(self) -> SmallCluster:
        try:
            self._start()
        except BaseException:
            self._down()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._down()

    def _start(self) -> None:
        docker("network", "create", self.name)
        self.volume("benchmark", self.benchmark)
        self.volume("key", self._files("key", MOSSEVAL_API_KEY=f"{self.key}\n"))
        self.volume("gateway", self._files("gateway", models=GATEWAY_MODELS, keys=f"keys:\n{self.key_entry}"))
        self.run("redis", pulled_or_stand_in("redis"), "redis-server", "--protected-mode", "no", "--save", "")
        self.s3 = S3Server(self._published("s3", 5000, _s3_image()))
        code = ROOT / "tests/support/counted_model.py"
        program = ("--entrypoint", "python", "--volume", f"{code}:/counted_model.py:ro", EVALUATOR)
        self.model_url = self._published("model", 8000, *program, "/counted_model.py", "8000")
        gateways = [self._published(*self._gateway(number)) for number in range(2)]
        wait_for(f"{self.s3.url}/moto-api/", f"{self.model_url}/counted", *(f"{each}/readyz" for each in gateways))
        self.s3.client().create_bucket(Bucket=self.s3.bucket)

    def _gateway(self, number: int) -> tuple[Any, ...]:
        variables = {
            "MOSSEVAL_GATEWAY_CONFIG": "/etc/mosseval/models",
            "MOSSEVAL_GATEWAY_KEYS_FILE": "/etc/mosseval/keys",
            "COUNTED_MODEL_KEY": f"gateway-{number}",
            "REDIS_URL": "redis://redis:6379/0",
        }
        given = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
        mounted = ("--volume", f"{self.name}-gateway:/etc/mosseval:ro", "--network-alias", "mosseval-gateway")
        return (f"gateway-{number}", 4000, *CONFINED, *given, *mounted, GATEWAY)

    def _files(self, name: str, **files: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        return folder

    def volume(self, name: str, source: Path) -> None:
        """A volume with what lies in a folder of this machine."""
        docker("volume", "create", f"{self.name}-{name}")
        mounts = ("--volume", f"{source}:/from:ro", "--volume", f"{self.name}-{name}:/to")
        docker("run", "--rm", "--user", "0:0", *mounts, "--entrypoint", "python", EVALUATOR, "-c", FILLED)

    def run(self, name: str, *arguments: str) -> str:
        """Starts a container under its short name on the network; its full name."""
        whole = f"{self.name}-{name}"
        labelled = ("--label", f"mosseval-test={self.name}")
        docker("run", "-d", "--name", whole, *labelled, "--network", self.name, "--network-alias", name, *arguments)
        return whole

    def _published(self, name: str, port: int, *arguments: str) -> str:
        """The same, with a port that is open to this machine alone; its URL here."""
        started = self.run(name, "--publish", f"127.0.0.1::{port}", *arguments)
        return f"http://{docker('port', started, str(port)).stdout.splitlines()[0]}"

    @property
    def given(self) -> Given:
        """What the pods of a Job find here by name."""
        keys = {name: value for name, value in self.s3.environment().items() if name != "AWS_ENDPOINT_URL"}
        return Given({CLAIM: f"{self.name}-benchmark"}, {KEY_SECRET: f"{self.name}-key"}, {STORE_SECRET: keys})

    def ended(self, names: Iterable[str]) -> dict[str, int]:
        """Exit codes of those containers that have ended."""
        asked = list(names)
        if not asked:
            return {}
        said = docker("inspect", "--format", "{{.Name}} {{.State.Status}} {{.State.ExitCode}}", *asked).stdout
        rows = (line.split() for line in said.splitlines())
        return {name.removeprefix("/"): int(code) for name, status, code in rows if status == "exited"}

    def counted(self) -> Counted:
        """What the model server has counted since it was told to forget."""
        with urllib.request.urlopen(f"{self.model_url}/counted", timeout=30) as answer:
            found = json.load(answer)
        return Counted(**found)

    def forget(self) -> None:
        """Counts anew."""
        urllib.request.urlopen(urllib.request.Request(f"{self.model_url}/counted", method="DELETE"), timeout=30).close()

    def asked_of_redis(self) -> tuple[int, int]:
        """How often a gateway's limits were looked up in Redis, and how many gateways are connected to it by now."""
        stats = self._redis("info", "commandstats")
        calls = [each for each in stats if each.startswith(("cmdstat_eval:", "cmdstat_evalsha:"))]
        addresses = {each.split("addr=")[1].split(":")[0] for each in self._redis("client", "list") if each}
        return sum(int(each.split("calls=")[1].split(",")[0]) for each in calls), len(addresses - {"127.0.0.1"})

    def _redis(self, *words: str) -> list[str]:
        return docker("exec", f"{self.name}-redis", "redis-cli", *words).stdout.splitlines()

    def _down(self) -> None:
        ours = docker("ps", "-aq", "--filter", f"label=mosseval-test={self.name}", check=False).stdout.split()
        if ours:
            docker("rm", "-f", "-v", *ours, check=False)
        volumes = docker("volume", "ls", "-q", "--filter", f"name={self.name}", check=False).stdout.split()
        if volumes:
            docker("volume", "rm", *volumes, check=False)
        docker("network", "rm", self.name, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def _s3_image() -> str:
    """moto's server of the version that is installed here."""
    moto = version("moto")
    tag = f"mosseval-test-s3:{moto}"
    if docker("image", "inspect", tag, check=False).returncode:
        stand_ins = ROOT / "tests/docker/stand_ins"
        build("tests/docker/stand_ins/s3.Dockerfile", tag, "--build-arg", f"MOTO={moto}", context=stand_ins)
    return tag


def wait_for(*urls: str, patience_s: float = 90) -> None:
    """Returns once all of them answer."""
    deadline = time.monotonic() + patience_s
    for url in urls:
        while not _answers(url):
            assert time.monotonic() < deadline, f"nobody answers at {url}"
            time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
