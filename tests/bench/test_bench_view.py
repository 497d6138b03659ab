"""The benchmark of the local app, in a small size: the real app is asked, and what it took is printed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_kind_of_request_is_timed_and_no_bound_is_missed_by_few_samples(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "bench" / "view.py"), "--samples", "300", "--characters", "200"]
    ran = subprocess.run([*command, "--json", str(kept)], capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(kept.read_bytes())
    assert ran.stdout.startswith("300 answers of about 200 characters.")
    for each in document["requests"]:
        assert f"| {each['what']} | {each['median_ms']:.1f} ms |" in ran.stdout
        assert 0 < each["median_ms"] <= each["worst_ms"]
    assert {each["what"] for each in document["requests"]} >= {"samples while it grows", "the run's page"}
