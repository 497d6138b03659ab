"""mosseval_serve's image for the CPU, with a model of random weights: evaluator, gateway and server as containers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_engine import ROOT, Project, build, docker, inspected

TAG = "mosseval-serve:0.1.0-cpu"
WHEELS = "mosseval-test-wheels"
CONFIG = """
model_list:
  - model_name: tiny
    litellm_params: {model: openai/tiny, api_base: "http://tiny:8000/v1", api_key: os.environ/MOSSEVAL_SERVE_KEY}
"""


def wheels() -> Path:
    """The folder that holds the wheel of torch for the CPU, where PIP_FIND_LINKS names one; else the test skips."""
    for place in os.environ.get("PIP_FIND_LINKS", "").split():
        if list(Path(place).glob("torch-*+cpu-cp311-*.whl")):
            return Path(place)
    pytest.skip("no wheel of torch for the CPU: PIP_FIND_LINKS names no folder that holds one")


@pytest.fixture(scope="module")
def serve_image() -> Iterator[str]:
    """Built with the wheel from an image of its own: named contexts need a newer BuildKit than some engines have."""
    folder = wheels()
    docker("build", "-t", WHEELS, "-f", "-", str(folder), input="FROM scratch\nCOPY torch-*.whl /\n")
    build("docker/serve.Dockerfile", TAG, "--build-arg", f"WHEELS={WHEELS}", "--build-arg", "VARIANT=cpu")
    yield TAG
    docker("image", "rm", WHEELS)


def test_a_tiny_model_is_served_through_the_gateway(project: Project, serve_image: str) -> None:
    project.config(CONFIG)
    project.environment["MOSSEVAL_SERVE_KEY"] = "a-key-of-the-server"
    project.compose("up", "-d", "--wait")
    volume, server = f"{project.name}-tiny", f"{project.name}-serve"
    tool = f"{ROOT / 'tools/tiny_llava.py'}:/tiny_llava.py:ro"
    make = (
        "import os, runpy, sys; sys.argv = ['', '/models/tiny']; runpy.run_path('/tiny_llava.py', run_name='__main__')"
    )
    locked = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    docker("run", "--rm", *locked, "--network", "none", "-v", f"{volume}:/models", "-v", tool,
           "--entrypoint", "python", serve_image, "-c", make)  # fmt: skip
    network = ["--network", f"{project.name}_models", "--network-alias", "tiny"]
    try:
        docker("run", "-d", "--name", server, "--init", *locked, *network, "-v", f"{volume}:/models:ro",
               "-e", "MOSSEVAL_SERVE_KEY=a-key-of-the-server", serve_image,
               "--model", "/models/tiny", "--name", "tiny", "--host", "0.0.0.0")  # fmt: skip
        deadline = time.monotonic() + 90
        while inspected(server)["State"]["Health"]["Status"] != "healthy":
            assert time.monotonic() < deadline, docker("logs", server).stderr
            time.sleep(1)
        done = project.evaluator("run", "--target", "gateway", "--model", "tiny", "--max-tokens", "16", "--limit", "5")
        assert "5/5" in done.stderr
        assert "0 failed" in done.stderr
        docker("stop", "--time", "20", server)
        assert inspected(server)["State"]["ExitCode"] == 0
    finally:
        docker("rm", "-f", server)
        docker("volume", "rm", volume)
