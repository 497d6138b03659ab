"""The same small job for real and simulated: evaluator processes that share one gateway, its limit counted in Redis.

Used by `bench/scale.py --validate`; needs `redis-server` (Debian's package). Nothing here preempts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import redis

from gateway_sides import KEY, configured
from mosseval.store.lines import read_lines
from processes import ChildFailed
from scale_endpoint import Gateways, Service
from scale_job import Result, Scenario, simulated

MODEL = "limited"
KEY_NAME = "MOSSEVAL_BENCH_KEY"
START_SIGMA = 0.1
"""Processes that are started together begin to ask within some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Trial:
    """So many evaluators, samples and requests a minute; the simulated model takes `latency_s`."""

    evaluators: int = 4
    samples: int = 1200
    rpm: int = 300
    latency_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """`makespan_s` from the start of the first process to the end of the last."""

    makespan_s: float
    answered: int
    rejected: int
    gaps: int

    @property
    def rejected_each(self) -> float:
        """Rejections for each answer."""
        return self.rejected / max(1, self.answered)


@dataclass(frozen=True, slots=True)
class Both:
    """The trial as it was and as it was simulated, and what of the real one went into the simulation."""

    trial: Trial
    real: Figures
    simulated: tuple[Figures, ...]
    start_s: float
    mean_latency_s: float
    gateway_ms: float
    """CPU of the gateway for a request, the rejected ones too."""


def validate(trial: Trial, folder: Path, seeds: range = range(1, 6)) -> Both:
    """Runs the trial, and simulates it with its own latencies, once for each seed."""
    questions = folder / "questions.jsonl"
    lines = (json.dumps({"id": str(n), "question": f"What is number {n} good for?"}) for n in range(trial.samples))
    questions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = folder / "models.json"
    model = {"simulated": {"latency_s": trial.latency_s}}
    entries = [
        {"model_name": name, "litellm_params": {"model": "simulated/helpful"}, "model_info": {"mosseval": each}}
        for name, each in ((MODEL, {**model, "limits": {"rpm": trial.rpm}}), ("free", model))
    ]
    config.write_text(json.dumps({"model_list": entries}), encoding="utf-8")
    with _redis(folder) as url, configured(config, REDIS_URL=url) as gateway:
        start_s = _start_s(gateway.url, questions, folder) - trial.latency_s
        used = gateway.cpu_s()
        began = time.perf_counter()
        runs = [
            _Evaluator(gateway.url, questions, folder, shard, trial.evaluators) for shard in range(trial.evaluators)
        ]
        for each in runs:
            each.wait()
        makespan_s = time.perf_counter() - began
        used = gateway.cpu_s() - used
    records = [line for each in runs for line in each.records()]
    answered = [line["latency_s"] for line in records if line["status"] == "answered"]
    attempts = sum(line["attempts"] for line in records)
    real = Figures(makespan_s, len(answered), attempts - len(answered), len(records) - len(answered))
    scenario = Scenario(
        pods=trial.evaluators,
        shards=trial.evaluators,
        samples=trial.samples,
        gateways=Gateways(rpm=trial.rpm, per_s=attempts / used),
        service=Service(measured=tuple(answered)),
        start_s=start_s,
        start_sigma=START_SIGMA,
        retries=0,
    )
    results = tuple(_figures(simulated(replace(scenario, seed=seed))) for seed in seeds)
    return Both(trial, real, results, start_s, scenario.service.mean_s, 1000 * used / attempts)


def _figures(result: Result) -> Figures:
    return Figures(result.makespan_s, result.sent, result.rejected, result.scenario.samples - len(result.stored))


class _Evaluator:
    """One `mosseval run` on its shard."""

    def __init__(self, url: str, questions: Path, folder: Path, shard: int, shards: int) -> None:
        self._out = folder / f"run-{shard}"
        self._shard = shard
        command = [*_command(url, questions, MODEL, self._out), "--shard", f"{shard}/{shards}"]
        self._process = subprocess.Popen(
            command, env={**os.environ, KEY_NAME: KEY}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def wait(self) -> None:
        """Waits for its end; gaps (1) and an early stop (3) are findings, all else is not."""
        code = self._process.wait()
        if code not in (0, 1, 3):
            raise ChildFailed(f"an evaluator ended with {code}")

    def records(self) -> Iterator[dict[str, Any]]:
        """What it wrote."""
        return read_lines(self._out / f"records-{self._shard}.jsonl")


def _command(url: str, questions: Path, model: str, out: Path) -> list[str]:
    command = [sys.executable, "-m", "mosseval", "run", "--target", f"{url}/v1", "--model", model, "--quiet"]
    return [*command, "--api-key-env", KEY_NAME, "--benchmark", str(questions), "--out", str(out)]


def _start_s(url: str, questions: Path, folder: Path) -> float:
    """The whole of a run of one sample."""
    began = time.perf_counter()
    command = [*_command(url, questions, "free", folder / "one"), "--limit", "1"]
    subprocess.run(command, env={**os.environ, KEY_NAME: KEY}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not socket.exists():
            if time.monotonic() > deadline or process.poll() is not None:
                raise ChildFailed("redis-server did not start")
            time.sleep(0.05)
        with redis.Redis(unix_socket_path=str(socket)) as client:
            client.ping()
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()
