"""A whole distributed run on a Docker engine: a rendered Job's pods as containers, killed at random, then merged.

Eight shards of 400 questions with pictures, two gateways that share Redis, an S3 server, a model server that counts.
Each round kills three shards and a gateway, and holds the merged run against one that was never split. Says so and
ends with 0 where no engine answers. Run: make test-distributed, ARGS='--seed 5 --rounds 10'
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from docker_engine import build, engine_fault  # noqa: E402
from sharded_run import CONCURRENCY, SEGMENT, SHARDS, Round, benchmark, sharded, unsharded  # noqa: E402
from small_cluster import EVALUATOR, GATEWAY, SmallCluster  # noqa: E402

HEAD = (
    "| seed | killed, at which request | sent | by gateway | bound | seconds | equal |\n|---|---|---|---|---|---|---|"
)


def main(arguments: list[str]) -> int:
    """Runs the rounds, a line of a table each; 1 where one of them has a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the first round; the others follow")
    parser.add_argument("--rounds", type=int, default=1, help="how many, each with a seed of its own")
    parser.add_argument("--samples", type=int, default=400, help="questions of a round")
    parser.add_argument("--no-build", action="store_true", help="take the images that are there")
    given = parser.parse_args(arguments)
    fault = engine_fault()
    if fault is not None:
        print(f"SKIPPED: {fault}: nothing was run")
        return 0
    if not given.no_build:
        build("docker/evaluator.Dockerfile", EVALUATOR)
        build("docker/gateway.Dockerfile", GATEWAY)
    # Told to end, it takes its containers along.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    seeds = range(given.seed, given.seed + given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        return 1 if sum(rounds(Path(folder), seeds, given.samples)) else 0


def rounds(folder: Path, seeds: range, samples: int) -> list[int]:
    """How many faults each round has; all share the containers that surround the pods, and the run to compare with."""
    (folder / "volumes").mkdir()
    faults = []
    with SmallCluster(folder / "volumes", benchmark(folder / "benchmark", samples)) as cluster:
        os.environ.update(cluster.s3.environment())
        print(
            f"{SHARDS} shards, {CONCURRENCY} in flight each, at most {SEGMENT} answers not stored; {samples} questions"
        )
        whole = unsharded(cluster, "whole")
        print(HEAD, flush=True)
        for seed in seeds:
            done = sharded(cluster, seed, whole)
            print(line(done), flush=True)
            for each in done.faults:
                print(f"seed {seed}: {each}", file=sys.stderr)
            faults.append(len(done.faults))
        calls, gateways = cluster.asked_of_redis()
        print(f"limits looked up in Redis: {calls} times, {gateways} gateways connected")
    return faults


def line(done: Round) -> str:
    """A row of the table."""
    killed = ", ".join(map(str, done.dealt))
    killed += "".join(f"; shard {index} had just ended" for index in done.too_late)
    equal = "yes" if done.equal else "no"
    gateways = " + ".join(map(str, done.by_gateway))
    return f"| {done.seed} | {killed} | {done.requests} | {gateways} | {done.bound} | {done.seconds:.0f} | {equal} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
