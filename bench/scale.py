"""Simulated: an Indexed Job of 10 to 10,000 pods against one model, in virtual time.

Nothing here was run on a cluster. What is real: the pace of each evaluator (`mosseval.pace`), its waits between
attempts (`mosseval.client`), and the window in which gateways count requests (`mosseval_proxy.limits`); a virtual clock
drives them. What is assumed stands in the first lines that are printed. `--from-run RUN` takes the latencies of a real
run instead; `--validate` runs a small job for real beside its simulation (needs redis-server; about 4 minutes).

Run: python bench/scale.py [--quick] [--table NAME …] [--pods N …] [--from-run RUN] [--validate] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path
from statistics import mean

from machine import setting
from mosseval.client import Patience
from mosseval.place import place
from mosseval.store import Bounds, read_run
from scale_endpoint import Gateways, Service
from scale_job import Result, Scenario, simulated
from scale_pods import Habits
from scale_real import Both, Figures, Trial, validate

PODS = (10, 100, 1_000, 10_000)
SHARDS_A_POD = (1, 2, 4, 8, 16)
SAMPLES_A_POD = 240
LONG = 4
"""Times as many, for the tables over shards and segments."""
RPM_A_POD = 30
"""What the shared limit gives each pod: about one request at a time."""
GATEWAY_PER_S = 680
"""Requests a second of one gateway on one core: `--validate` measured 1.46 ms of CPU for each, rejected or not."""
AT_ONCE_A_POD = 8
"""Requests that servers of one's own serve at full speed, for each pod."""
PREEMPTED = (0.0, 0.1, 1.0)
MEASURED_PODS = 50
"""For the tables over shards and segments."""
SHARE = 0.95
"""Of its part of the limit that `--rpm` gives a pod."""
PATIENT = Patience(max_attempts=60, deadline_s=3600.0)
PACKAGES = ("mosseval",)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what is special about it, and what came of it."""

    table: str
    what: str
    results: tuple[Result, ...]

    def over(self, figure: Callable[[Result], float]) -> float:
        """The mean over the seeds."""
        return mean(map(figure, self.results))


def limited(pods: int, service: Service, shards_a_pod: int = 1, times: int = LONG) -> Scenario:
    """Pods that share a provider's limit."""
    rpm = RPM_A_POD * pods
    replicas = max(2, ceil(2 * rpm / 60 / GATEWAY_PER_S))
    gateways = Gateways(rpm=rpm, per_s=GATEWAY_PER_S * replicas)
    return Scenario(pods, pods * shards_a_pod, times * SAMPLES_A_POD * pods, gateways, service)


def own_servers(pods: int, service: Service, shards_a_pod: int = 1) -> Scenario:
    """Pods that share model servers without a limit."""
    gateways = Gateways(at_once=AT_ONCE_A_POD * pods)
    return Scenario(pods, pods * shards_a_pod, 2 * LONG * SAMPLES_A_POD * pods, gateways, service)


def by_pods(pods: Sequence[int], service: Service) -> Iterator[tuple[str, str, Scenario]]:
    """One shard a pod, no preemption: what the limit does to many pods."""
    for number in pods:
        plain = limited(number, service, times=1)
        paced = replace(plain.habits, pace_rpm=SHARE * RPM_A_POD)
        patient = replace(plain.habits, patience=PATIENT)
        yield "pods", f"{number:,} pods, as they are", plain
        yield "pods", f"{number:,} pods, `--max-attempts 60 --deadline 3600`", replace(plain, habits=patient)
        yield "pods", f"{number:,} pods, `--rpm` {SHARE:.0%} of the limit by pods", replace(plain, habits=paced)


def by_shards(pods: int, service: Service) -> Iterator[tuple[str, str, Scenario]]:
    """Shards for each pod, with and without preemption; and work stolen at no cost."""
    for name, made in (("limited", limited), ("own servers", own_servers)):
        for preempted in PREEMPTED:
            for each in SHARDS_A_POD:
                scenario = replace(_patient(made(pods, service, each)), preempted=preempted)
                yield "shards", f"{name}, {preempted:g} kills a pod-hour, {each} shards a pod", scenario
            stolen = replace(_patient(made(pods, service)), preempted=preempted, stealing=True)
            yield "shards", f"{name}, {preempted:g} kills a pod-hour, one queue for all", stolen


def by_segments(pods: int, service: Service) -> Iterator[tuple[str, str, Scenario]]:
    """The bounds of a segment, under preemption."""
    for records, seconds in ((20, 2.0), (100, 10.0), (500, 30.0), (2000, 120.0), (10_000, 600.0)):
        scenario = replace(_patient(own_servers(pods, service, 4)), preempted=5.0)
        habits = replace(scenario.habits, bounds=Bounds(records=records, seconds=seconds))
        yield "segments", f"at most {records:,} answers, {seconds:g} s", replace(scenario, habits=habits)


def _patient(scenario: Scenario) -> Scenario:
    return replace(scenario, habits=Habits(patience=PATIENT))


FIGURES: Mapping[str, Callable[[Line], str]] = {
    "makespan": lambda line: f"{line.over(lambda result: result.makespan_s):,.0f} s",
    "× ideal": lambda line: f"{line.over(lambda result: result.over_ideal):.2f}",
    "sent twice": lambda line: f"{line.over(lambda result: result.twice):.2%}",
    "429 an answer": lambda line: f"{line.over(lambda result: result.rejected_each):.2f}",
    "limit used": lambda line: _used(line.results),
    "fairness": lambda line: f"{line.over(lambda result: result.fairness):.2f}",
    "shards tried again": lambda line: f"{line.over(_gaps):.0%}",
    "pods killed": lambda line: f"{line.over(lambda result: result.ends.get('killed', 0)):.0f}",
}
SHOWN = {
    "pods": ("makespan", "× ideal", "429 an answer", "limit used", "fairness", "shards tried again"),
    "shards": ("makespan", "× ideal", "pods killed", "sent twice", "429 an answer"),
    "segments": ("makespan", "× ideal", "pods killed", "sent twice"),
}


def heads(size: int) -> dict[str, str]:
    """What stands above each table; `size` pods in those over shards and segments."""
    return {
        "pods": f"One shard and {SAMPLES_A_POD} samples a pod; a shared limit of {RPM_A_POD} requests a minute a pod",
        "shards": f"{size} pods that wait for such a limit, or that share servers of their own, by shards a pod",
        "segments": f"{size} pods, 4 shards each, servers of their own, 5 kills a pod-hour, by a segment's bounds",
    }


def table(lines: Sequence[Line], heads: Mapping[str, str]) -> Iterator[str]:
    """The Markdown tables."""
    for name, head in heads.items():
        if name not in {line.table for line in lines}:
            continue
        shown = SHOWN[name]
        yield f"\n**{head}** (simulated)\n\n| | {' | '.join(shown)} |\n|---|{'---|' * len(shown)}\n"
        for line in lines:
            if line.table == name:
                yield f"| {line.what} | {' | '.join(FIGURES[figure](line) for figure in shown)} |\n"


def _used(results: Sequence[Result]) -> str:
    used = [each.utilisation for each in results if each.utilisation is not None]
    return f"{mean(used):.0%}" if used else "–"


def _gaps(result: Result) -> float:
    """Pods that ended with gaps, or early, for each shard."""
    return (result.ends.get("gaps", 0) + result.ends.get("stopped", 0)) / result.scenario.shards


def beside(both: Both) -> Iterator[str]:
    """The real job and its simulation, in Markdown."""
    trial, real = both.trial, both.real
    yield f"\n**{trial.evaluators} real evaluators, one real gateway, real Redis: {trial.samples:,} samples, "
    yield f"{trial.rpm} requests a minute**, beside {len(both.simulated)} simulations with the same latencies\n\n"
    yield "| | real | simulated (mean, least–most) | ratio |\n|---|---|---|---|\n"
    compared: dict[str, Callable[[Figures], float]] = {
        "makespan, s": lambda figures: figures.makespan_s,
        "answers": lambda figures: figures.answered,
        "429 an answer": lambda figures: figures.rejected_each,
        "samples left with gaps": lambda figures: figures.gaps,
    }
    for name, figure in compared.items():
        found = [figure(each) for each in both.simulated]
        ratio = f"{mean(found) / figure(real):.2f}" if figure(real) else "–"
        yield f"| {name} | {figure(real):.4g} | {mean(found):.4g} ({min(found):.4g}–{max(found):.4g}) | {ratio} |\n"
    yield f"\nMeasured there: start of an evaluator {both.start_s:.2f} s, mean latency {both.mean_latency_s:.2f} s, "
    yield f"CPU of the gateway for a request {both.gateway_ms:.1f} ms.\n"


def assumed(service: Service, scenario: Scenario) -> str:
    """What the figures stand on."""
    latency = (
        f"{len(service.measured):,} latencies of a real run"
        if service.measured
        else f"answers in {service.median_s:g} s (median, lognormal, sigma {service.sigma:g}), "
        f"{service.stragglers:.0%} of them {service.straggler_times:g} times as long"
    )
    return (
        f"Simulated. Assumed: {latency}; a pod asks {scenario.start_s:g} s after it was created (median, lognormal, "
        f"sigma {scenario.start_sigma:g}). Measured: {GATEWAY_PER_S} requests a second of a gateway; there are twice "
        f"as many as the limit needs, two at least. Of the product: segments of at most "
        f"{scenario.habits.bounds.records} answers and {scenario.habits.bounds.seconds:g} s, a lease of "
        f"{scenario.habits.bounds.lease_s:g} s.\n"
    )


def run(scenarios: Iterator[tuple[str, str, Scenario]], seeds: int) -> Iterator[Line]:
    """Simulates each, with several seeds where it is small."""
    for name, what, scenario in scenarios:
        began = time.perf_counter()
        often = seeds if scenario.samples <= 500_000 else 1
        results = tuple(simulated(replace(scenario, seed=seed)) for seed in range(1, often + 1))
        print(f"{what}: {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
        yield Line(name, what, results)


def main() -> None:
    """Parses the arguments, simulates, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 and 100 pods, one seed")
    parser.add_argument("--pods", type=int, action="append", metavar="N", help="instead of ours")
    parser.add_argument("--table", choices=[*SHOWN], action="append", help="instead of all")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="of each small scenario (3)")
    parser.add_argument("--from-run", metavar="RUN", help="a real run, whose latencies are drawn from")
    parser.add_argument(
        "--validate", action="store_true", help="a small job for real beside its simulation, and no table"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure in FILE")
    arguments = parser.parse_args()
    # Millions of small events that hold no cycles: collecting would look at all of them again and again.
    gc.disable()
    where = setting(PACKAGES)
    if arguments.validate:
        with tempfile.TemporaryDirectory(prefix="mosseval-bench-") as folder:
            both = validate(Trial(), Path(folder))
        print("".join(beside(both)), where.line(), sep="\n")
        _keep(arguments.json, {"setting": asdict(where), "validated": asdict(both)})
        return
    service = _service(arguments.from_run) if arguments.from_run else Service()
    pods = arguments.pods or (PODS[:2] if arguments.quick else PODS)
    seeds, size = (1, 6) if arguments.quick else (arguments.seeds, MEASURED_PODS)
    scenarios = [*by_pods(pods, service), *by_shards(size, service), *by_segments(size, service)]
    wanted = arguments.table or [*SHOWN]
    lines = list(run((each for each in scenarios if each[0] in wanted), seeds))
    print(assumed(service, scenarios[0][2]), "".join(table(lines, heads(size))), where.line(), sep="\n")
    _keep(arguments.json, {"setting": asdict(where), "lines": list(map(_document, lines))})


def _service(run: str) -> Service:
    lines = read_run(place(run)).record_lines()
    measured = tuple(each for line in lines if isinstance(each := line.get("latency_s"), float))
    if not measured:
        raise SystemExit(f"{run} holds no latency")
    return Service(measured=measured)


def _document(line: Line) -> dict[str, object]:
    figures = [
        {
            "seed": each.scenario.seed,
            "pods": each.scenario.pods,
            "shards": each.scenario.shards,
            "samples": each.scenario.samples,
            "makespan_s": each.makespan_s,
            "ideal_s": each.scenario.ideal_s,
            "sent": each.sent,
            "rejected": each.rejected,
            "utilisation": each.utilisation,
            "fairness": each.fairness,
            "most_in_a_minute": each.most_in_a_minute,
            "ends": each.ends,
        }
        for each in line.results
    ]
    return {"table": line.table, "what": line.what, "results": figures}


def _keep(file: Path | None, document: dict[str, object]) -> None:
    if file is not None:
        file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
