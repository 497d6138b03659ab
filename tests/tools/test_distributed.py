"""What the distributed run is held to: its blows, its bound, its model, and that a run not equal is found out."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import counted_model
from blows import Blow, Dealt, Striker, planned
from distributed import line
from job_controller import Ended
from made_runs import Made, add, make
from remote_runs import run_at
from sharded_run import Round, bound, differences, miscounted, unlike_the_plan
from small_cluster import Counted, wait_for

NAMES = {"shard": {number: f"pod-{number}" for number in range(8)}, "gateway": {0: "gateway-0", 1: "gateway-1"}}
MADE = [Made("comply"), Made("refuse"), Made("comply"), Made("refuse")]


def striker(seed: int = 1) -> tuple[Striker, list[tuple[str, str]]]:
    """With a plan for 400 samples, and what it killed."""
    killed: list[tuple[str, str]] = []

    def kill(name: str, signal: str) -> bool:
        killed.append((name, signal))
        return True

    return Striker(planned(seed, 400), kill), killed


def test_a_seed_says_what_is_killed_and_when() -> None:
    plans = [planned(seed, 400) for seed in range(200)]
    assert plans == [planned(seed, 400) for seed in range(200)]
    assert len({tuple(plan) for plan in plans}) == 200
    for plan in plans:
        assert sorted(each.kind for each in plan) == ["gateway", "shard", "shard", "shard"]
        assert all(20 <= each.at <= 340 for each in plan)
    assert {each.signal for plan in plans for each in plan} == {"KILL", "TERM"}


def test_blows_fall_when_so_many_requests_were_sent_and_on_no_one_twice() -> None:
    found, killed = striker()
    first = found.left[0].at
    found.look(first - 1, 1.0, NAMES)
    assert not killed
    found.look(first, 2.0, NAMES)
    assert len(killed) == 1
    found.look(400, 3.0, NAMES)
    assert not found.left
    assert len({name for name, _ in killed}) == 4


def test_a_blow_waits_until_there_is_somebody_to_kill() -> None:
    found, killed = striker()
    found.look(400, 1.0, {"shard": {}, "gateway": {}})
    assert not killed
    assert len(found.left) == 4


def test_the_bound_is_the_samples_and_what_each_blow_may_cost() -> None:
    found, _ = striker()
    assert bound(400, []) == 400
    found.look(400, 1.0, NAMES)
    assert bound(400, found.dealt) == 400 + 3 * (4 + 8) + 8 * 4


def test_a_merged_run_that_is_not_the_whole_one_is_found_out(tmp_path: Path) -> None:
    whole = run_at(make(tmp_path / "whole", MADE).path)
    assert differences(run_at(make(tmp_path / "same", MADE, order=[3, 1, 0, 2]).path), whole) == []
    lost = run_at(make(tmp_path / "lost", [*MADE[:3], Made("pending")]).path)
    assert any("lost: ['b/3/0']" in fault for fault in differences(lost, whole))
    twice = make(tmp_path / "twice", MADE)
    add(twice, 2, MADE[2], shard=0)
    assert "doubled keys" in differences(run_at(twice.path), whole)
    other = run_at(make(tmp_path / "other", [*MADE[:3], Made("comply")]).path)
    assert differences(other, whole) == ["records, judgements, questions or configuration differ"]


def test_too_many_requests_and_an_idle_gateway_are_faults() -> None:
    good = Counted(410, {}, {"gateway-0": 200, "gateway-1": 210})
    assert miscounted(good, 410) == []
    assert miscounted(replace(good, requests=411), 410) == ["411 requests, 410 are the most"]
    assert miscounted(replace(good, clients={"gateway-1": 410}), 410) == ["one gateway sent everything"]


def test_a_pod_that_ended_otherwise_than_by_a_blow_is_a_fault() -> None:
    found = Striker([], lambda _name, _signal: True)
    found.dealt = [Dealt(Blow(10, "shard", "TERM", 0.5), 3, 12, 4.0)]
    assert unlike_the_plan([Ended(3, 0, 143, "Count"), Ended(3, 1, 0, "done")], found) == []
    assert unlike_the_plan([Ended(3, 0, 137, "Count")], found) == ["shard 3, attempt 0, ended with 137"]
    assert unlike_the_plan([Ended(4, 0, 143, "Count")], found) == ["shard 4, attempt 0, ended with 143"]
    found.left = [Blow(10, "gateway", "KILL", 0.5)]
    assert len(unlike_the_plan([], found)) == 1


def test_a_row_of_the_table() -> None:
    dealt = [Dealt(Blow(10, "shard", "TERM", 0.5), 3, 12, 4.2), Dealt(Blow(20, "gateway", "KILL", 0.5), 1, 21, 6.0)]
    row = line(Round(7, dealt, [], 410, 444, [210, 200], 61.4, True, []))
    assert row == "| 7 | shard 3 TERM at 12 (4 s), gateway 1 at 21 (6 s) | 410 | 210 + 200 | 444 | 61 | yes |"


def asked(url: str, question: str, picture: str) -> Any:
    """What the model says of a question with a picture."""
    parts = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": question}]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": parts}]}).encode()
    sent = urllib.request.Request(
        f"{url}/v1/chat/completions", body, {"Content-Type": "application/json", "Authorization": "Bearer one"}
    )
    with urllib.request.urlopen(sent, timeout=20) as answer:
        return json.load(answer)["choices"][0]["message"]["content"]


def test_the_model_says_the_same_of_the_same_and_counts_every_request() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, counted_model.__file__, str(port)])
    try:
        wait_for(f"{url}/counted")
        first = asked(url, "How?", "data:a")
        assert asked(url, "How?", "data:a") == first
        assert asked(url, "How?", "data:b") != first
        with urllib.request.urlopen(f"{url}/counted", timeout=5) as answer:
            counted = json.load(answer)
    finally:
        process.kill()
        process.wait()
    assert counted == {"requests": 3, "questions": {"How?": 3}, "clients": {"one": 3}}
