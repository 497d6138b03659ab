"""Images built once, and projects that are taken down whatever happens."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_engine import Project, build, pulled_or_stand_in


@pytest.fixture(scope="session")
def images() -> dict[str, str]:
    """The images of this working tree, under the names that compose.yaml gives them."""
    found = {name: f"mosseval-{name}:0.1.0" for name in ("gateway", "evaluator")}
    for name, tag in found.items():
        build(f"docker/{name}.Dockerfile", tag)
    return found


@pytest.fixture
def project(images: dict[str, str], tmp_path: Path) -> Iterator[Project]:
    """The compose file as a project of its own, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    made = Project(f"mosseval-test-{secrets.token_hex(4)}", tmp_path, {"MOSSEVAL_PORT": str(port)})
    try:
        yield made
    finally:
        made.down()


@pytest.fixture(scope="session")
def redis_image() -> str:
    """The Redis of compose.yaml: pulled, or Debian's in its place."""
    return pulled_or_stand_in("redis")


@pytest.fixture(scope="session")
def prometheus_image() -> str:
    """The Prometheus of compose.yaml: pulled, or Debian's in its place."""
    return pulled_or_stand_in("prometheus")
