"""compose.yaml, the Dockerfiles and the dashboard against what they are about; `make test-docker` runs them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from debian import needs_debian_package
from gateway_process import KEY, gateway_process

from mosseval.version import __version__
from mosseval_proxy.catalogue import builtin
from mosseval_proxy.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MONITORING = ROOT / "docker" / "monitoring"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
SERVED = {each.model_name: each.info.mosseval for each in builtin().deployments if each.info.mosseval.serve}
METRIC = re.compile(r"\bmosseval_[a-z_]+")


def expressions() -> dict[str, str]:
    """Every PromQL expression of the dashboard and the rules, by where it stands."""
    dashboard = json.loads((MONITORING / "grafana/dashboards/gateway.json").read_text())
    found = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    rules = yaml.safe_load((MONITORING / "rules.yml").read_text())
    return found | {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}


def test_every_open_model_has_its_service_as_the_catalogue_serves_it() -> None:
    assert len(SERVED) == 9
    for name, own in SERVED.items():
        service = SERVICES[name]
        assert own.serve is not None
        assert service["profiles"] == [f"gpu-{name}"]
        assert service["deploy"]["resources"]["limits"]["memory"] == f"{own.serve.gpu_memory_gb:g}g"
        assert service["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]
        assert service["shm_size"] == "8gb"
        assert service["healthcheck"]["start_period"] == "60m"
        assert any(":/models" in volume for volume in service["volumes"])
        assert name in SERVICES["evaluator"]["depends_on"]
        assert own.needs is not None
        assert f"http://{name}:8000/v1" in SERVICES["gateway"]["environment"][own.needs[0]]


@pytest.mark.parametrize("name", SERVED)
def test_a_service_starts_its_model_by_the_catalogues_command(name: str) -> None:
    serve = SERVED[name].serve
    assert serve is not None
    command = SERVICES[name]["command"]
    begin = "vllm serve " if serve.engine == "vllm" else "-m mosseval_serve "
    wanted = shlex.split(serve.command.split(begin)[1])
    given = shlex.split(re.sub(r"\$\{MOSSEVAL_XCOMPOSER2_COMMIT:-unset\}", "COMMIT", command))
    given = [word.removeprefix("/") if word == "/ends" else word for word in given]
    extra = ["--host", "0.0.0.0", "--no-auth"] if serve.engine == "mosseval_serve" else []
    assert sorted(given) == sorted([*wanted, *extra])


def test_the_ends_of_answers_are_those_of_the_catalogue() -> None:
    for name, own in SERVED.items():
        assert own.serve is not None
        made = re.search(r"echo '(.*?)' > ends", own.serve.command)
        file = ROOT / "docker/ends" / name / "generation_config.json"
        assert file.exists() == bool(made)
        if made:
            assert json.loads(file.read_text()) == json.loads(made[1])


def test_what_vllm_wants_beside_it_is_what_the_catalogue_says() -> None:
    for name, own in SERVED.items():
        if own.serve is None or own.serve.engine != "vllm":
            continue
        build = SERVICES[name].get("build")
        image = build["args"]["VLLM"] if build else SERVICES[name]["image"]
        wanted = [f"vllm=={image.rpartition(':v')[2]}", *([build["args"]["REQUIRES"]] if build else [])]
        assert list(own.serve.requires) == wanted


def test_what_is_ours_runs_locked_down() -> None:
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if service["image"].startswith("mosseval-") and "vllm" not in service["image"]:
            assert service["read_only"], name
            assert service["user"] == "${MOSSEVAL_UID:-10001}:${MOSSEVAL_GID:-10001}", name
        for port in service.get("ports", []):
            assert port.startswith(("127.0.0.1:", "${MOSSEVAL_BIND:-127.0.0.1}:")), name


def test_every_image_has_a_tag_and_ours_this_version() -> None:
    for name, service in SERVICES.items():
        _, _, tag = service["image"].partition(":")
        assert tag, name
        assert "latest" not in tag, name
        assert not service["image"].startswith("mosseval-") or f"${{MOSSEVAL_VERSION:-{__version__}}}" in tag, name
    for file in DOCKERFILES:
        text = file.read_text()
        assert file.name == "vllm.Dockerfile" or f"ARG VERSION={__version__}\n" in text
        assert "# syntax" not in text


def test_the_example_explains_every_variable_that_compose_reads() -> None:
    read = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "compose.yaml").read_text()))
    passed = {name for service in SERVICES.values() for name, value in _environment(service) if value is None}
    models = {need for own in SERVED.values() for need in own.needs or ()}
    example = (ROOT / ".env.example").read_text()
    missing = {name for name in (read | passed) - models if not re.search(rf"^#{name}=", example, re.M)}
    assert not missing
    assert "MOSSEVAL_LLAVA_1_5_7B_URL" in example
    uncommented = [line for line in example.splitlines() if line and not line.startswith("#")]
    assert uncommented == []


def test_what_compose_sets_for_the_gateway_are_settings() -> None:
    known = {f"MOSSEVAL_GATEWAY_{name.upper()}" for name in Settings.model_fields}
    names = {name for name, _ in _environment(SERVICES["gateway"]) if name.startswith("MOSSEVAL_GATEWAY_")}
    assert names <= known


def test_the_engine_waits_longer_than_the_gateways_own_grace() -> None:
    grace = int(SERVICES["gateway"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["grace_s"].default + 5


def test_every_metric_that_is_drawn_or_watched_is_one_of_the_gateways(tmp_path: Path) -> None:
    with gateway_process(tmp_path) as running:
        running.post(b'{"model": "simulated/blocking", "messages": [{"role": "user", "content": "Hi"}]}')
        asked = urllib.request.Request(f"{running.url}/metrics", headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            page = answer.read().decode()
    described = set(re.findall(r"^# TYPE (\S+)", page, re.M))
    for place, expression in expressions().items():
        for name in METRIC.findall(expression):
            assert {name, re.sub(r"_(bucket|count|sum)$", "", name)} & described, f"{place}: {name}"
    drawn = {name for text in expressions().values() for name in METRIC.findall(text)}
    drawn |= {re.sub(r"_(bucket|count|sum)$", "", name) for name in drawn}
    ours = {name for name in described if name.startswith("mosseval_") and not name.endswith("_created")}
    assert not ours - drawn, "metrics that no panel shows"


def test_prometheus_own_checker_takes_the_files(tmp_path: Path) -> None:
    needs_debian_package("prometheus", "promtool")
    shutil.copy(MONITORING / "rules.yml", tmp_path)
    config = (MONITORING / "prometheus.yml").read_text().replace("/etc/prometheus/", f"{tmp_path}/")
    (tmp_path / "prometheus.yml").write_text(config)
    panels = [
        {"record": f"a:{number}", "expr": re.sub(r"\$__rate_interval", "1m", expression).replace("$model", ".*")}
        for number, expression in enumerate(expressions().values())
    ]
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": panels}]}))
    for command in (["config", "prometheus.yml"], ["rules", "panels.yml"]):
        done = subprocess.run(
            ["promtool", "check", *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def _environment(service: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(service.get("environment", {}).items())
