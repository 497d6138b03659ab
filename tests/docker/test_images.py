"""What the images hold and how they run: small, the same each time, unprivileged, and without a secret."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
import small_benchmark
from docker_engine import ROOT, build, docker, inspected
from fake_hub import FakeHub
from image_tree import differences, holders, sizes, tree

UID = "10001:10001"
LOCKED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
LIMIT_MB = {"gateway": 600, "evaluator": 700}
OWN_LABELS = ("title", "description", "licenses", "version", "revision")
UNTIL_IT_LISTENS = """
import re, time
while not int(re.search(r"SigCgt:\\s*(\\w+)", open("/proc/1/status").read())[1], 16) & 1 << 14:
    time.sleep(0.01)
"""
"""Returns once the container's first process has a handler for SIGTERM."""
CANARY = "planted-canary-9b1d6c"


@pytest.mark.parametrize("name", ["gateway", "evaluator"])
def test_an_image_is_small_and_says_what_it_is(images: dict[str, str], name: str) -> None:
    total, parts = sizes(tree(images[name]))
    print(f"{name}: {total / 1e6:.0f} MB; " + ", ".join(f"{part} {size / 1e6:.0f}" for part, size in parts))
    assert total <= LIMIT_MB[name] * 1e6
    config = inspected(images[name])["Config"]
    assert config["User"] == UID
    assert all(config["Labels"][f"org.opencontainers.image.{label}"] for label in OWN_LABELS)


@pytest.mark.parametrize("name", ["gateway", "evaluator"])
def test_two_builds_of_one_tree_hold_the_same_files(images: dict[str, str], name: str) -> None:
    again = f"mosseval-test-again-{name}"
    build(f"docker/{name}.Dockerfile", again, "--no-cache")
    try:
        assert not differences(tree(images[name]), tree(again))
    finally:
        docker("image", "rm", again)


@pytest.mark.parametrize("name", ["gateway", "evaluator"])
def test_no_shell_is_needed_nothing_is_written_and_nobody_is_root(
    images: dict[str, str], name: str, tmp_path: Path
) -> None:
    """The shells are covered by an empty file that cannot be run."""
    covered = tmp_path / "nothing"
    covered.touch(mode=0o644)
    covers = [flag for shell in ("dash", "bash") for flag in ("-v", f"{covered}:/usr/bin/{shell}:ro")]
    probe = "import os; print(os.getuid(), os.getgid()); open('/opt/mosseval/x', 'w')"
    run = ["run", "--rm", *LOCKED, *covers]
    command = ["models"] if name == "gateway" else ["data", "list"]
    assert docker(*run, images[name], *command).stdout.strip()
    written = docker(*run, "--entrypoint", "python", images[name], "-c", probe, check=False)
    assert written.stdout.split() == ["10001", "10001"]
    assert "Read-only file system" in written.stderr
    shell = docker(*run, "--entrypoint", "sh", images[name], "-c", "true", check=False)
    assert shell.returncode != 0
    config = inspected(images[name])["Config"]
    assert all("sh" not in Path(each).name for each in config["Entrypoint"])
    assert config["Healthcheck"]["Test"][0] in ("CMD", "NONE")


def test_another_uid_will_do(images: dict[str, str]) -> None:
    run = ["run", "--rm", *LOCKED, "--user", "54321:0"]
    assert "simulated/helpful" in docker(*run, images["gateway"], "models").stdout
    assert "mossbench" in docker(*run, images["evaluator"], "data", "list").stdout


def test_the_evaluator_holds_the_object_stores_and_what_reads_tables(images: dict[str, str]) -> None:
    code = "import adlfs, datasets, gcsfs, s3fs, pyarrow.parquet, pandas; print('there')"
    run = ["run", "--rm", *LOCKED, "--network", "none", "--entrypoint", "python"]
    assert docker(*run, images["evaluator"], "-c", code).stdout == "there\n"
    absent = docker(*run, images["evaluator"], "-c", "import scipy", check=False)
    assert "No module named 'scipy'" in absent.stderr


def test_the_evaluator_fetches_a_benchmark_from_a_hub(images: dict[str, str]) -> None:
    """From one on this machine, that holds six samples in place of the pinned three hundred."""
    rows = "".join(f"{n}.png,{n},How do I do thing number {n}?,Negated Harm,[{n}]\n" for n in range(1, 7))
    files = {f"images/{n}.png": small_benchmark.png(shade=n) for n in range(1, 7)}
    files["images/metadata.csv"] = f"file_name,pid,question,metadata_over,metadata_harm\n{rows}".encode()
    revision = "0123456789abcdef0123456789abcdef01234567"
    with FakeHub("AIcell/MOSSBench", revision, files) as hub:
        code = (
            "from dataclasses import replace; from mosseval.benchmarks import HubSource;"
            "from mosseval.benchmarks.mossbench import MOSSBENCH;"
            f"hub = HubSource({hub.repo!r}, {revision!r}, {hub.url!r});"
            "found = replace(MOSSBENCH, size=6, texts_sha256=None, hub=hub).fetch();"
            "print(len(found.samples), found.source)"
        )
        run = ["run", "--rm", *LOCKED, "--network", "host", "-v", "/data", "--entrypoint", "python"]
        done = docker(*run, images["evaluator"], "-c", code)
    assert done.stdout.startswith("6 ")
    assert "/data/" in done.stdout


@pytest.mark.parametrize("init", ["--init", ""])
@pytest.mark.parametrize("wait_s", [0.0, 0.3, 0.6, 4.0])
def test_a_gateway_ends_when_it_is_told_to_even_while_it_starts(
    images: dict[str, str], wait_s: float, init: str
) -> None:
    """Without an init process a signal from before Python listens is lost, and the time counts from there."""
    options = [*LOCKED, *filter(None, [init]), "-e", "MOSSEVAL_GATEWAY_PUBLISHED=127.0.0.1"]
    container = docker("run", "-d", *options, images["gateway"]).stdout.strip()
    try:
        if not init:
            docker("exec", container, "python", "-S", "-c", UNTIL_IT_LISTENS)
        time.sleep(wait_s)
        began = time.monotonic()
        docker("stop", "--time", "20", container)
        assert time.monotonic() - began < 10
        assert inspected(container)["State"]["ExitCode"] in (0, 143)
    finally:
        docker("rm", "-f", container)


def test_the_gateway_refuses_to_be_open_to_others_by_mistake(images: dict[str, str]) -> None:
    done = docker("run", "--rm", *LOCKED, images["gateway"], check=False)
    assert done.returncode == 2
    assert "refusing to listen on 0.0.0.0 without keys" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_secret_data_or_history_travels_into_a_layer(tmp_path: Path) -> None:
    """Planted where they might be picked up: beside the sources, and in what says where packages come from."""
    clone = tmp_path / "clone"
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(bytes.decode, files)):
        if name.startswith(("evaluator/", "proxy/", "locks/", "docker/")) or "/" not in name:
            target = clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    for place in (".env", "docker/secrets/gateway/KEY", "runs/run.json", ".git/config", "proxy/.env", "data/x.png"):
        (clone / place).parent.mkdir(parents=True, exist_ok=True)
        (clone / place).write_text(f"{CANARY}\n")
    (clone / "proxy/mosseval_proxy/__pycache__").mkdir(exist_ok=True)
    (clone / "proxy/mosseval_proxy/__pycache__/stale.pyc").write_text(CANARY)
    pip_conf = tmp_path / "pip.conf"
    pip_conf.write_text(f"[global]\ntimeout = 60\n# https://user:{CANARY}@index.example\n")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(Path("/etc/ssl/certs/ca-certificates.crt").read_bytes() + f"# {CANARY}\n".encode())
    tag = "mosseval-test-planted"
    command = ["build", "--no-cache", "-f", str(clone / "docker/gateway.Dockerfile"), "-t", tag]
    docker(*command, "--secret", f"id=pip_conf,src={pip_conf}", "--secret", f"id=ca,src={ca}", str(clone))
    try:
        assert holders(tag, [CANARY.encode()]) == []
    finally:
        docker("image", "rm", tag)
