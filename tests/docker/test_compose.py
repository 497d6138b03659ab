"""`docker compose up` and what follows it, as a user does it: from outside, as a container, and when things die."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from docker_engine import Project, docker, inspected

SLOW = """
model_list:
  - model_name: slow
    litellm_params: {model: simulated/cautious}
    model_info: {mosseval: {simulated: {latency_s: 0.4}, limits: {rpm: 10000}}}
"""
ONE_AT_A_TIME = ("run", "--target", "gateway", "--model", "slow", "--concurrency", "1")
REFUSED = (13, 30)
"""What the demo gives for `simulated/cautious`, however often its run was broken off."""
KILLED = """
import os, pathlib
for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    if b"mosseval_proxy" in line.read_bytes() and int(line.parent.name) not in (1, os.getpid()):
        os.kill(int(line.parent.name), 9)
"""


def records(project: Project) -> list[dict[str, Any]]:
    """The answers of the slow run, as they lie in the project's volume."""
    code = "import sys; sys.stdout.write(open('runs/demo-slow/records-0.jsonl').read())"
    run = ["--profile", "eval", "run", "--rm", "--no-deps", "-T", "--entrypoint", "python", "evaluator", "-c", code]
    found = project.compose(*run, check=False)
    return [json.loads(line) for line in found.stdout.splitlines()] if found.returncode == 0 else []


def outside(project: Project, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`mosseval` of this machine, which finds the gateway by its variable."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOSSEVAL_")}
    clean |= {"MOSSEVAL_GATEWAY_URL": project.url, **environment}
    command = [sys.executable, "-m", "mosseval", *arguments]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=120, check=False)


def started(project: Project, *arguments: str) -> str:
    """A run left behind in a container, once it has its first answers; the container's name."""
    name = f"{project.name}-mid-run"
    project.compose("--profile", "eval", "run", "-d", "--no-deps", "--name", name, "evaluator", *arguments)
    deadline = time.monotonic() + 30
    while len(records(project)) < 3:
        assert time.monotonic() < deadline, docker("logs", name).stderr
        time.sleep(0.3)
    return name


def refused(project: Project) -> tuple[int, int]:
    """Refusals of the slow run, and of how many."""
    rate = json.loads(project.evaluator("summary", "runs/demo-slow", "--format", "json").stdout)["refusal_rate"]
    return rate["refused"], rate["of"]


def metric(project: Project, name: str) -> str:
    """One line of /metrics."""
    with urllib.request.urlopen(f"{project.url}/metrics", timeout=10) as answer:
        page: str = answer.read().decode()
    return next(line.split()[-1] for line in page.splitlines() if line.startswith(f"{name} "))


def test_without_any_env_file_it_comes_up_and_is_asked_from_outside(project: Project, tmp_path: Path) -> None:
    assert not (project.folder / ".env").exists()
    project.compose("up", "-d", "--wait")
    done = outside(project, tmp_path, "run", "--target", "gateway", "--model", "simulated/cautious")
    assert done.returncode == 0, done.stderr
    assert "13 of 30" in done.stdout
    container = inspected(project.container("gateway"))
    assert container["HostConfig"]["ReadonlyRootfs"]
    assert container["Config"]["User"] == "10001:10001"
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    published = container["HostConfig"]["PortBindings"]["4000/tcp"]
    assert [each["HostIp"] for each in published] == ["127.0.0.1"]
    # What the engine itself puts there: mount points, and its first process.
    changed = set(docker("diff", project.container("gateway")).stdout.split()[1::2])
    assert changed <= {"/etc", "/etc/mosseval", "/run", "/run/secrets", "/usr", "/usr/sbin", "/usr/sbin/docker-init"}


def test_a_web_page_with_a_name_of_its_own_does_not_get_in(project: Project) -> None:
    project.compose("up", "-d", "--wait")
    for name, status in (("gateway:4000", 200), ("rebound.example", 400)):
        connection = http.client.HTTPConnection("127.0.0.1", int(project.environment["MOSSEVAL_PORT"]), timeout=10)
        connection.request("GET", "/v1/models", headers={"Host": name})
        assert connection.getresponse().status == status
        connection.close()


def test_the_whole_run_in_one_line_ends_with_its_exit_code(project: Project) -> None:
    one_line = ("--profile", "eval", "up", "--exit-code-from", "evaluator")
    done = project.compose(*one_line)
    assert "13 of 30" in done.stdout
    again = project.compose(*one_line)
    assert "13 of 30" in again.stdout
    wrong = project.compose(*one_line, check=False, MOSSEVAL_RUN="--model simulated/helpful --benchmark absent")
    assert wrong.returncode == 2


def test_an_evaluator_that_is_killed_goes_on(project: Project) -> None:
    project.config(SLOW)
    project.compose("up", "-d", "--wait")
    name = started(project, *ONE_AT_A_TIME)
    docker("kill", name)
    docker("rm", name)
    had = records(project)
    assert 3 <= len(had) < 30
    done = project.evaluator(*ONE_AT_A_TIME)
    assert "13 of 30" in done.stdout
    whole = records(project)
    assert len(whole) == len({record["key"] for record in whole}) == 30
    assert [record["key"] for record in whole[: len(had)]] == [record["key"] for record in had]


def test_a_run_survives_the_restart_of_its_gateway(project: Project) -> None:
    project.config(SLOW)
    project.compose("up", "-d", "--wait")
    name = started(project, *ONE_AT_A_TIME)
    project.compose("restart", "gateway")
    assert docker("wait", name).stdout.strip() == "0"
    assert refused(project) == REFUSED
    docker("rm", name)


def test_a_gateway_that_is_killed_is_started_again_and_the_run_survives(project: Project) -> None:
    project.config(SLOW)
    project.compose("up", "-d", "--wait")
    name = started(project, *ONE_AT_A_TIME)
    docker("exec", project.container("gateway"), "python", "-c", KILLED)
    assert docker("wait", name).stdout.strip() == "0"
    assert inspected(project.container("gateway"))["RestartCount"] == 1
    assert refused(project) == REFUSED
    docker("rm", name)


def test_told_to_end_the_evaluator_ends_with_143_within_its_grace(project: Project) -> None:
    project.config(SLOW)
    project.compose("up", "-d", "--wait")
    name = started(project, *ONE_AT_A_TIME)
    began = time.monotonic()
    docker("stop", "--time", "20", name)
    assert time.monotonic() - began < 10
    assert inspected(name)["State"]["ExitCode"] == 143
    docker("rm", name)


def test_a_redis_that_stops_leaves_each_gateway_with_limits_of_its_own(project: Project, redis_image: str) -> None:
    project.config(SLOW)
    project.environment |= {"REDIS_URL": "redis://redis:6379/0", "COMPOSE_PROFILES": "redis"}
    project.compose("up", "-d", "--wait")
    assert metric(project, "mosseval_limits_redis_up") == "1.0"
    name = started(project, *ONE_AT_A_TIME)
    project.compose("stop", "redis")
    assert docker("wait", name).stdout.strip() == "0"
    assert refused(project) == REFUSED
    assert metric(project, "mosseval_limits_redis_up") == "0.0"
    project.compose("start", "redis")
    deadline = time.monotonic() + 30
    while metric(project, "mosseval_limits_redis_up") != "1.0":
        assert time.monotonic() < deadline
        outside(project, project.folder, "run", "--target", "gateway", "--model", "slow", "--limit", "1", "--fresh")
    print(project.compose("logs", "--no-log-prefix", "gateway").stdout)
    docker("rm", name)


def test_published_to_others_it_wants_keys(project: Project) -> None:
    project.environment["MOSSEVAL_BIND"] = "0.0.0.0"
    done = project.compose("up", "-d", "--wait", check=False)
    assert done.returncode != 0
    assert "refusing to listen on 0.0.0.0 without keys" in project.compose("logs", "gateway").stdout
    project.secret("gateway", "MOSSEVAL_GATEWAY_KEYS", "a-key-in-a-file")
    project.compose("up", "-d", "--wait")


def test_keys_in_files_open_and_are_seen_nowhere(project: Project, tmp_path: Path) -> None:
    key, provider, dotenv = "planted-key-5b1e", "planted-provider-77ac", "planted-dotenv-20ff"
    project.secret("gateway", "MOSSEVAL_GATEWAY_KEYS", key)
    project.secret("gateway", "OPENAI_API_KEY", provider)
    project.secret("evaluator", "MOSSEVAL_API_KEY", key)
    (project.folder / ".env").write_text(f"ANTHROPIC_API_KEY={dotenv}\nMOSSEVAL_GATEWAY_LOG_LEVEL=debug\n")
    done = project.compose("--profile", "eval", "up", "--exit-code-from", "evaluator")
    assert "13 of 30" in done.stdout
    project.compose("up", "-d", "--wait")
    listed = outside(project, tmp_path, "models", "--target", "gateway", "--format", "json", MOSSEVAL_API_KEY=key)
    ready = {each["id"] for each in json.loads(listed.stdout)["data"] if not each.get("mosseval", {}).get("needs")}
    assert {"gpt-4o", "openai/*", "anthropic/*"} <= ready
    with pytest.raises(urllib.error.HTTPError, match="401") as caught:
        urllib.request.urlopen(f"{project.url}/v1/models", timeout=10)
    caught.value.close()
    names = [project.container("gateway"), project.container("evaluator")]
    pages = {f"inspect {name}": docker("inspect", name).stdout for name in names}
    logs = [docker("logs", name) for name in names]
    pages |= {f"logs {name}": log.stdout + log.stderr for name, log in zip(names, logs, strict=True)}
    archive = project.compose(
        "--profile",
        "eval",
        "run",
        "--rm",
        "--no-deps",
        "-T",
        "--entrypoint",
        "python",
        "evaluator",
        "-c",
        "import pathlib; [print(p.read_text()) for p in pathlib.Path('runs').rglob('*') if p.is_file()]",
    )
    pages["runs"] = archive.stdout
    assert "demo" in pages["runs"]
    for place, page in pages.items():
        for planted in (key, provider):
            assert planted not in page, place
        # .env's own keys are environment variables: the engine shows them to whoever may ask it.
        assert place.startswith("inspect") or dotenv not in page, place
    assert dotenv in pages[f"inspect {names[0]}"]
    assert dotenv not in pages[f"inspect {names[1]}"]


def test_with_ones_own_ids_files_stay_private_and_runs_lie_in_ones_own_folder(project: Project) -> None:
    """Also with two workers. A file that the container's user may not read is named."""
    uid, gid = (os.getuid(), os.getgid()) if os.getuid() else (1234, 1234)
    runs = project.folder / "runs"
    runs.mkdir()
    os.chown(runs, uid, gid)
    project.environment |= {"MOSSEVAL_UID": str(uid), "MOSSEVAL_GID": str(gid), "MOSSEVAL_RUNS": "./runs"}
    (project.folder / ".env").write_text("MOSSEVAL_GATEWAY_WORKERS=2\n")
    for whose, name in (("gateway", "MOSSEVAL_GATEWAY_KEYS"), ("evaluator", "MOSSEVAL_API_KEY")):
        project.secret(whose, name, "a-private-key")
        file = project.folder / "docker/secrets" / whose / name
        file.chmod(0o600)
        os.chown(file, uid, gid)
    project.compose("--profile", "eval", "up", "--exit-code-from", "evaluator")
    written = list(runs.glob("*/records-0.jsonl"))
    assert len(written) == 2
    assert {path.stat().st_uid for path in written} == {uid}
    project.environment["MOSSEVAL_UID"] = str(uid + 1)
    done = project.compose("up", "-d", "--wait", check=False)
    assert done.returncode != 0
    assert "MOSSEVAL_GATEWAY_KEYS cannot be read: Permission denied" in project.compose("logs", "gateway").stdout


def test_a_run_of_a_later_format_is_refused_in_words(project: Project) -> None:
    """As a folder written by the image of a later version is found by this one."""
    project.compose("up", "-d", "--wait")
    project.evaluator("run", "--target", "gateway", "--model", "simulated/helpful", "--limit", "1")
    code = (
        "import json, pathlib; p = pathlib.Path('runs/demo-simulated-helpful/run.json'); d = json.loads(p.read_text());"
        "d['format'] = 2; p.write_text(json.dumps(d))"
    )
    run = ["--profile", "eval", "run", "--rm", "--no-deps", "-T", "--entrypoint", "python", "evaluator", "-c", code]
    project.compose(*run)
    done = project.evaluator("run", "--target", "gateway", "--model", "simulated/helpful", check=False)
    print(done.stderr)
    assert done.returncode == 2
    assert "format 2, this version reads 1" in done.stderr
    assert "Traceback" not in done.stderr
