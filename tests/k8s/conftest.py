"""Every overlay and some Jobs, rendered once a session by the real commands."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from manifests import K8S, OVERLAYS, Document, Rendered, kustomized, parsed

JOB = ("--shards", "8", "--parallelism", "3", "--key-secret", "mosseval-key")
MODEL = ("--model", "gpt-4o")
JOBS = {
    "plain": ("--out", "s3://bucket/run", "--preset", "paper"),
    "fetched": ("--out", "gs://bucket/run", "--benchmark", "mossbench"),
    "queued": ("--out", "az://box/run", "--queue", "gpus", "--pod-label", "a.b/c=d"),
    "many": ("--out", "s3://bucket/run", "--shards", "100000", "--node-selector", "disk=fast"),
}


@pytest.fixture(scope="session")
def overlays() -> dict[str, Rendered]:
    """By name, as `kubectl kustomize` renders them."""
    texts = {name: kustomized(K8S / "overlays" / name) for name in OVERLAYS}
    return {name: Rendered(name, text, parsed(text)) for name, text in texts.items()}


@pytest.fixture(scope="session")
def rendered_jobs() -> dict[str, Document]:
    """By name, as `mosseval k8s render` renders them."""
    return {name: _rendered(*MODEL, *flags) for name, flags in JOBS.items()}


@pytest.fixture(scope="session")
def on_volume() -> Document:
    """A Job that writes to the laptop's volume."""
    return _rendered(*MODEL, "--out", "file:///runs/one", "--runs-claim", "mosseval-runs")


@pytest.fixture(scope="session")
def simulated_job() -> Document:
    """A Job that any gateway can serve: the demo set in three shards."""
    return _rendered("--out", "s3://bucket/run", "--shards", "3", "--model", "simulated/helpful")


def _rendered(*flags: str) -> Document:
    command = [sys.executable, "-m", "mosseval", "k8s", "render", "--format", "json", *JOB, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: Document = json.loads(done.stdout)
    return found
