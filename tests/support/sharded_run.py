"""One run by the pods of a rendered Job among containers, with blows dealt to it, and what it came to."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blows import GATEWAYS, Dealt, Striker, planned
from docker_engine import docker, inspected
from job_controller import Ended, JobController
from manifests import Document, template
from pod_container import run_options, size
from remote_runs import keys, run_at, same
from small_benchmark import png
from small_cluster import CLAIM, KEY_SECRET, MODEL, STORE_SECRET, Counted, SmallCluster

from mosseval.store import Run

SHARDS, CONCURRENCY, SEGMENT = 8, 4, 8
BUCKET = "s3://runs"
PATIENCE_S = 420.0
LOOK_S = 0.2
GATEWAY_BACK_S = 10.0
"""How long a killed gateway is away: the kubelet's first wait before it starts a container again."""
KILLED = {"KILL": 137, "TERM": 143}


@dataclass(frozen=True)
class Round:
    """What a round came to; `too_late` were done when their blow fell, `faults` are what must not be, in words."""

    seed: int
    dealt: list[Dealt]
    too_late: list[int]
    requests: int
    bound: int
    by_gateway: list[int]
    seconds: float
    equal: bool
    faults: list[str]


def benchmark(folder: Path, samples: int) -> Path:
    """A file of questions with a picture each, in a folder for the claim."""
    (folder / "pictures").mkdir(parents=True)
    rows = []
    for number in range(samples):
        picture = f"pictures/{number}.png"
        (folder / picture).write_bytes(png(16, 16 + number // 256, shade=number % 256))
        row = {"id": f"q{number}", "prompt": f"How do I do thing number {number}?", "image": picture}
        rows.append({**row, "topic": f"topic {number % 3}"})
    (folder / "things.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def rendered(out: str) -> Document:
    """The Job as the command prints it."""
    command = [sys.executable, "-m", "mosseval", "k8s", "render", "--format", "json", "--out", out]
    command += ["--shards", str(SHARDS), "--parallelism", str(SHARDS), "--key-secret", KEY_SECRET]
    command += ["--data-claim", CLAIM, "--env", "AWS_ENDPOINT_URL=http://s3:5000", "--env-from-secret", STORE_SECRET]
    command += ["--model", MODEL, "--benchmark", "/data/things.jsonl", "--concurrency", str(CONCURRENCY)]
    command += ["--segment-records", str(SEGMENT), "--lease-seconds", "6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: Document = json.loads(done.stdout)
    return found


def without_shards(job: Document, out: str) -> Document:
    """The same pod for the whole run: one index, without `--shard`, to another place."""
    found = copy.deepcopy(job)
    found["spec"] |= {"completions": 1, "parallelism": 1}
    arguments = template(found)["spec"]["containers"][0]["args"]
    place = arguments.index("--shard")
    del arguments[place : place + 2]
    arguments[arguments.index("--out") + 1] = out
    arguments[arguments.index("--concurrency") + 1] = str(CONCURRENCY * SHARDS)
    return found


def unsharded(cluster: SmallCluster, name: str) -> Run:
    """The run that the others are compared with, undisturbed; it asks every question once."""
    cluster.forget()
    job = without_shards(rendered(f"{BUCKET}/{name}"), f"{BUCKET}/{name}")
    _until_complete(cluster, _controller(cluster, job, name), Striker([], _killed))
    found = run_at(f"{BUCKET}/{name}")
    assert cluster.counted().requests == len(keys(found)) == len(set(keys(found)))
    return found


def sharded(cluster: SmallCluster, seed: int, whole: Run) -> Round:
    """Eight shards with the blows of a seed, merged and held against the unsharded run."""
    cluster.forget()
    name = f"round-{seed}"
    out = f"{BUCKET}/{name}"
    started = time.monotonic()
    controller = _controller(cluster, rendered(out), name)
    striker = Striker(planned(seed, len(keys(whole))), _killed)
    _until_complete(cluster, controller, striker)
    seconds = time.monotonic() - started
    merged = cluster.folder / name
    command = [sys.executable, "-m", "mosseval", "merge", out, "--out", str(merged)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    unequal = [f"merge ended with {done.returncode}: {done.stderr}"]
    if done.returncode == 0:
        unequal = differences(run_at(merged), whole)
    counted = cluster.counted()
    ended = {each.index for each in controller.history if each.attempt == 0 and each.code == 0}
    return Round(
        seed=seed,
        dealt=striker.dealt,
        too_late=[each.victim for each in striker.dealt if each.blow.kind == "shard" and each.victim in ended],
        requests=counted.requests,
        bound=bound(len(keys(whole)), striker.dealt),
        by_gateway=[counted.clients.get(f"gateway-{number}", 0) for number in range(GATEWAYS)],
        seconds=seconds,
        equal=not unequal,
        faults=[
            *unequal,
            *miscounted(counted, bound(len(keys(whole)), striker.dealt)),
            *unlike_the_plan(controller.history, striker),
        ],
    )


def miscounted(counted: Counted, most: int) -> list[str]:
    """What of the model server's count must not be."""
    faults = []
    if counted.requests > most:
        faults.append(f"{counted.requests} requests, {most} are the most")
    if len(counted.clients) < GATEWAYS:
        faults.append("one gateway sent everything")
    return faults


def bound(samples: int, dealt: list[Dealt]) -> int:
    """Requests at most: what each killed shard had in flight and not yet stored, and what any had at the gateways."""
    kinds = [each.blow.kind for each in dealt]
    shard, gateway = kinds.count("shard"), kinds.count("gateway")
    return samples + (CONCURRENCY + SEGMENT) * shard + CONCURRENCY * SHARDS * gateway


def differences(merged: Run, whole: Run) -> list[str]:
    """What of the unsharded run is missing, doubled or otherwise in the merged one."""
    found, wanted = keys(merged), keys(whole)
    faults = []
    if lost := set(wanted) - set(found):
        faults.append(f"lost: {sorted(lost)}")
    if len(found) != len(set(found)):
        faults.append("doubled keys")
    if more := set(found) - set(wanted):
        faults.append(f"not asked for: {sorted(more)}")
    if not same(merged, whole):
        faults.append("records, judgements, questions or configuration differ")
    return faults


def unlike_the_plan(history: list[Ended], striker: Striker) -> list[str]:
    """Blows that were not dealt, and pods that ended as neither their work nor a blow explains."""
    faults = [f"not dealt: {each}" for each in striker.left]
    struck = {each.victim: KILLED[each.blow.signal] for each in striker.dealt if each.blow.kind == "shard"}
    for ended in history:
        by_blow = ended.attempt == 0 and ended.code == struck.get(ended.index)
        if ended.code != 0 and not by_blow:
            faults.append(f"shard {ended.index}, attempt {ended.attempt}, ended with {ended.code}")
    return faults


def _controller(cluster: SmallCluster, job: Document, name: str) -> JobController:
    given = cluster.given

    def start(index: int, attempt: int) -> str:
        short = f"{name}-{index}-{attempt}"
        started = cluster.run(short, *run_options(job, index, given))
        if index == attempt == 0:
            confirm(inspected(started), job)
        return started

    return JobController(job, start, cluster.ended)


def confirm(container: Mapping[str, Any], job: Document) -> None:
    """The engine runs the pod as it was rendered."""
    spec = template(job)["spec"]
    host, own = container["HostConfig"], spec["containers"][0]
    assert host["ReadonlyRootfs"] is own["securityContext"]["readOnlyRootFilesystem"] is True
    assert host["Memory"] == size(own["resources"]["limits"]["memory"])
    assert host["CapDrop"] == own["securityContext"]["capabilities"]["drop"]
    assert container["Config"]["User"].split(":")[0] == str(spec["securityContext"]["runAsUser"])
    assert container["Config"]["Image"] == own["image"]
    assert set(host["Tmpfs"]) == {"/tmp"}


def _until_complete(cluster: SmallCluster, controller: JobController, striker: Striker) -> None:
    """Looks at pods and requests in turn; a gateway that was killed comes back."""
    started = time.monotonic()
    back: dict[int, float] = {}
    gateways = {number: f"{cluster.name}-gateway-{number}" for number in range(GATEWAYS)}
    while not controller.complete() or back:
        seconds = time.monotonic() - started
        assert seconds < PATIENCE_S, f"not complete after {PATIENCE_S:.0f} s: {controller.history}"
        controller.look()
        before = len(striker.dealt)
        striker.look(cluster.counted().requests, seconds, {"shard": controller.running, "gateway": gateways})
        for dealt in striker.dealt[before:]:
            if dealt.blow.kind == "gateway":
                back[dealt.victim] = seconds + GATEWAY_BACK_S
        for number in [number for number, due in back.items() if due <= seconds]:
            docker("start", gateways[number])
            del back[number]
        time.sleep(LOOK_S)


def _killed(name: str, signal: str) -> bool:
    return docker("kill", "--signal", signal, name, check=False).returncode == 0
