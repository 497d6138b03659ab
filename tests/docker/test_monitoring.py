"""Prometheus before the gateway: what the dashboard draws, asked of a real one. Grafana is not run here."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from typing import Any

from docker_engine import ROOT, Project

QUIET = (
    "Share that is neither",
    "US dollars",
    "Time to a stream's first piece",
    "Pictures",
    "Turned away",
    "Safety blocks",
)
"""Panels that have nothing to show after a demo run."""


def asked(url: str, query: str) -> list[Any]:
    """The series that a query gives now."""
    address = f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        found: list[Any] = json.loads(answer.read())["data"]["result"]
    return found


def test_a_prometheus_gets_the_metrics_and_every_panel_has_its_answer(project: Project, prometheus_image: str) -> None:
    project.environment |= {"COMPOSE_PROFILES": "monitoring", "MOSSEVAL_PROMETHEUS_PORT": "0"}
    config = project.folder / "docker/monitoring/prometheus.yml"
    config.write_text(config.read_text().replace("15s", "1s"))
    project.compose("up", "-d", "--wait", "gateway", "prometheus")
    port = project.compose("port", "prometheus", "9090").stdout.strip().rpartition(":")[2]
    url = f"http://127.0.0.1:{port}"
    for _ in range(2):
        project.evaluator("run", "--target", "gateway", "--model", "simulated/cautious", "--fresh")
        time.sleep(2)
    deadline = time.monotonic() + 30
    while not asked(url, "up{job='gateway'} == 1") or not asked(url, "rate(mosseval_requests_total[1m]) > 0"):
        assert time.monotonic() < deadline, project.compose("logs", "prometheus").stdout
        time.sleep(1)
    dashboard = json.loads((ROOT / "docker/monitoring/grafana/dashboards/gateway.json").read_text())
    empty = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = re.sub(r"\$__rate_interval", "1m", target["expr"]).replace("$model", ".*")
            if not asked(url, query):
                empty.add(panel["title"])
    assert all(title.startswith(QUIET) for title in empty), empty
    with urllib.request.urlopen(f"{url}/api/v1/rules", timeout=10) as answer:
        rules = json.loads(answer.read())["data"]["groups"][0]["rules"]
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert len(rules) == 4
