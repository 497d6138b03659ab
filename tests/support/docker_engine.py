"""A real Docker engine: commands to it, and the project's compose file as one project of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND_S = 600
STAND_INS = {"redis": "redis:8.6.1-alpine", "prometheus": "prom/prometheus:v3.13.0"}
"""Images of others, for each of which tests/docker/stand_ins has Debian's package."""


def engine_fault() -> str | None:
    """Why there is no engine to test with; None where one answers."""
    try:
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, text=True, check=False)
        if asked.returncode != 0:
            return "docker compose is not installed"
        asked = subprocess.run(["docker", "info"], capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return "docker is not installed"
    except subprocess.TimeoutExpired:
        return "no Docker engine answers"
    return None if asked.returncode == 0 else "no Docker engine answers"


def docker(*arguments: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    """One command of Docker's."""
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, timeout=COMMAND_S, check=False, **more
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"docker {' '.join(arguments)}: {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )
    return done


def inspected(name: str) -> dict[str, Any]:
    """What the engine says of a container or an image."""
    found: dict[str, Any] = json.loads(docker("inspect", name).stdout)[0]
    return found


def build(dockerfile: str, tag: str, *options: str, context: Path = ROOT) -> None:
    """Builds an image. What this machine wants for its packages goes in as build secrets, and stays in no layer."""
    docker("build", "-f", str(ROOT / dockerfile), "-t", tag, *package_secrets(), *options, str(context))


def package_secrets() -> list[str]:
    """Options that hand a build where packages come from, as the environment says: MOSSEVAL_PIP_CONF, PIP_CERT."""
    found = []
    for identity, variable in (("pip_conf", "MOSSEVAL_PIP_CONF"), ("ca", "PIP_CERT")):
        path = os.environ.get(variable)
        if path and Path(path).is_file():
            found += ["--secret", f"id={identity},src={path}"]
    return found


def pulled_or_stand_in(name: str) -> str:
    """The image of compose.yaml: pulled, or Debian's package in its place."""
    tag, folder = STAND_INS[name], ROOT / "tests/docker/stand_ins"
    if docker("image", "inspect", tag, check=False).returncode and docker("pull", "-q", tag, check=False).returncode:
        print(f"{tag} cannot be pulled: Debian's package stands in")
        docker("build", "-f", str(folder / f"{name}.Dockerfile"), "-t", tag, str(folder))
    return tag


@dataclass
class Project:
    """The compose file in a folder of its own, as a clone has it: `.env` and secrets are this project's alone."""

    name: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copy(ROOT / "compose.yaml", self.folder)
        shutil.copytree(ROOT / "docker", self.folder / "docker", ignore=shutil.ignore_patterns("__pycache__"))

    def compose(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """One command of Compose's on this project."""
        variables = {**self.variables(), **environment}
        return docker("compose", "--project-name", self.name, *arguments, check=check, cwd=self.folder, env=variables)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, left running."""
        return subprocess.Popen(
            ["docker", "compose", "--project-name", self.name, *arguments],
            cwd=self.folder,
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def variables(self) -> dict[str, str]:
        """What Docker itself needs of this shell's environment, and the project's: no key of this shell gets in."""
        needed = {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}
        return {**needed, "PATH": os.environ["PATH"], **self.environment}

    @property
    def url(self) -> str:
        """The gateway, from this machine."""
        return f"http://127.0.0.1:{self.environment['MOSSEVAL_PORT']}"

    def evaluator(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """The command `mosseval` in a container of the project, until it ends."""
        return self.compose("--profile", "eval", "run", "--rm", "--no-deps", "-T", "evaluator", *arguments, **more)

    def secret(self, whose: str, name: str, value: str) -> None:
        """A key in a file."""
        (self.folder / "docker/secrets" / whose / name).write_text(value + "\n")

    def config(self, text: str) -> None:
        """A model list for the gateway."""
        (self.folder / "docker/config/models.yaml").write_text(text)
        self.environment["MOSSEVAL_GATEWAY_CONFIG"] = "/etc/mosseval/models.yaml"

    def container(self, service: str) -> str:
        """The id of a service's container, running or not."""
        return self.compose("--profile", "*", "ps", "--all", "--quiet", service).stdout.split()[0]

    def state(self, service: str) -> dict[str, Any]:
        """Its state as the engine says it."""
        found: dict[str, Any] = inspected(self.container(service))["State"]
        return found

    def wait_healthy(self, service: str, patience_s: float = 60) -> None:
        """Returns once the service's own check has passed."""
        deadline = time.monotonic() + patience_s
        while self.state(service).get("Health", {}).get("Status") != "healthy":
            assert time.monotonic() < deadline, self.compose("logs", service).stdout
            time.sleep(0.5)

    def down(self) -> None:
        """Takes everything away that the project made."""
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5")
