"""The simulated job: whatever happens to pods, each sample is answered once and the limit holds."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mosseval.client import Patience
from mosseval.store import Bounds
from scale_endpoint import Gateways, Service, most_in_a_minute
from scale_job import Result, Scenario, simulated
from scale_pods import Habits

ROOT = Path(__file__).resolve().parents[2]
RPM = 240
LIMITED = Scenario(pods=8, shards=16, samples=960, gateways=Gateways(rpm=RPM, per_s=500.0))
FREE = replace(LIMITED, gateways=Gateways(at_once=32))
PATIENT = Habits(patience=Patience(max_attempts=60, deadline_s=3600.0))
SEEDS = range(1, 6)


def answered_once(result: Result) -> bool:
    """Whether every sample was answered and kept, and none twice."""
    return set(result.stored) == set(range(result.scenario.samples)) and set(result.stored.values()) == {1}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("preempted", [0.0, 2.0, 20.0])
@pytest.mark.parametrize("stealing", [False, True])
@pytest.mark.parametrize("scenario", [LIMITED, FREE])
def test_every_sample_is_answered_once(scenario: Scenario, stealing: bool, preempted: float, seed: int) -> None:
    result = simulated(replace(scenario, preempted=preempted, stealing=stealing, retries=1000, seed=seed))
    assert answered_once(result)
    assert result.given_up == 0
    assert result.sent >= scenario.samples


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pace_rpm", [None, RPM / 8])
def test_no_minute_holds_more_than_the_limit(pace_rpm: float | None, seed: int) -> None:
    habits = Habits(pace_rpm=pace_rpm)
    result = simulated(replace(LIMITED, habits=habits, preempted=5.0, retries=1000, seed=seed))
    assert result.most_in_a_minute <= RPM
    assert result.makespan_s > 60 * (result.sent / RPM - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_losses_nothing_is_sent_twice(seed: int) -> None:
    assert simulated(replace(LIMITED, habits=PATIENT, seed=seed)).sent == LIMITED.samples
    assert simulated(replace(FREE, seed=seed)).sent == FREE.samples


@pytest.mark.parametrize("seed", SEEDS)
def test_losing_pods_only_adds_requests_and_no_more_than_was_open(seed: int) -> None:
    bounds = Bounds(records=20, seconds=5.0)
    result = simulated(replace(FREE, habits=Habits(bounds=bounds), preempted=30.0, retries=1000, seed=seed))
    killed = result.ends["killed"]
    assert killed > 0
    assert FREE.samples < result.sent <= FREE.samples + killed * (bounds.records + FREE.samples // FREE.shards)


def test_smaller_segments_lose_less() -> None:
    def twice(records: int, seconds: float) -> float:
        habits = Habits(bounds=Bounds(records=records, seconds=seconds))
        scenario = replace(FREE, habits=habits, samples=4800, preempted=30.0, retries=1000)
        return sum(simulated(replace(scenario, seed=seed)).twice for seed in SEEDS)

    assert twice(10, 2.0) < twice(500, 300.0)


def test_pods_with_their_share_of_the_limit_are_hardly_rejected_and_equal() -> None:
    plain = simulated(replace(LIMITED, shards=8, habits=PATIENT))
    paced = simulated(replace(LIMITED, shards=8, habits=replace(PATIENT, pace_rpm=0.95 * RPM / 8)))
    assert paced.rejected_each < 0.05 < plain.rejected_each
    assert paced.fairness > 0.99


def test_impatient_pods_leave_gaps_and_are_tried_again() -> None:
    crowded = replace(LIMITED, gateways=Gateways(rpm=60), samples=480, habits=Habits(fixed=32))
    result = simulated(replace(crowded, retries=1000))
    assert result.ends["gaps"] + result.ends.get("stopped", 0) > 0
    assert answered_once(result)
    assert simulated(replace(crowded, retries=0)).given_up > 0


def test_same_seed_gives_the_same_job() -> None:
    scenario = replace(LIMITED, preempted=5.0)
    assert simulated(scenario) == simulated(scenario)
    assert simulated(scenario) != simulated(replace(scenario, seed=2))


def test_measured_latencies_are_drawn_from() -> None:
    result = simulated(replace(FREE, pods=1, shards=1, samples=50, service=Service(measured=(3.0,)), start_sigma=0.0))
    assert result.scenario.service.mean_s == 3.0
    assert (result.makespan_s - result.scenario.start_s) % 3.0 == pytest.approx(0.0, abs=1e-6)


def test_most_in_a_minute_counts_half_open_windows() -> None:
    assert most_in_a_minute([0.0, 30.0, 59.9, 60.0, 61.0]) == 4
    assert most_in_a_minute([]) == 0


def test_program_prints_tables_that_say_they_are_simulated(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "bench" / "scale.py"), "--quick", "--pods", "4", "--json", str(kept)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("Simulated. Assumed: ")
    lines = json.loads(kept.read_bytes())["lines"]
    assert ran.stdout.count("(simulated)") == len({line["table"] for line in lines}) == 3
    assert all(f"| {line['what']} | " in ran.stdout for line in lines)
