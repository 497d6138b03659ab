"""The gateway's own cost: beside a bare aiohttp pass-through and the stock litellm proxy, on the same work.

One worker each, one mock upstream without latency, bodies without a picture, with 40 KB and with 1 MB; the sides take
turns within one run, and what is printed are medians and ratios. Also: what the gateway adds to one request at a time,
how its memory grows over many pictures, how soon it is ready, and what a second worker brings. The stock proxy is
installed into an environment of its own (.venv-stock; needs a package index the first time).
Run: python bench/gateway.py [--quick] [--without-stock] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from gateway_sides import DIRECT, KEY, TRANSLATED, Side, bare, ours, stock
from load import Load
from machine import setting
from processes import HERE, ChildFailed, upstream

ROOT = HERE.parent
BODIES = {0: "no picture", 40: "40 KB", 1000: "1 MB"}
IN_FLIGHT = 16
PACKAGES = ("mosseval", "aiohttp", "uvicorn", "litellm")
BARE, PASSED, CLAUDE = "bare pass-through", "mosseval, passed through", "mosseval, translated"
STOCK, STOCK_CLAUDE = "stock litellm proxy", "stock litellm proxy, translated"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: rounds, seconds of each, requests one at a time, requests with pictures for memory."""

    rounds: int
    seconds: float
    single: int
    pictures: int


FULL = Plan(3, 4.0, 300, 10_000)
QUICK = Plan(1, 1.5, 60, 1_000)


@dataclass(frozen=True, slots=True)
class Seat:
    """A side under one of its model names."""

    side: Side
    model: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side: what the load generator saw, and the gateway's CPU in ms a request."""

    load: Load
    cpu_ms: float


def put(seat: Seat, kilobytes: int, in_flight: int, seconds: float, requests: int | None = None) -> Sample:
    """One load on a side. Raises ChildFailed where an answer was none."""
    command = [sys.executable, str(HERE / "load.py"), seat.side.url, seat.model, KEY]
    command += [str(kilobytes), str(in_flight), str(seconds)]
    if requests is not None:
        command += ["--requests", str(requests)]
    before = seat.side.cpu_s()
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if ran.returncode != 0:
        raise ChildFailed(f"{seat.model} at {seat.side.url}: {ran.stderr[-1500:]}")
    load = Load(**json.loads(ran.stdout))
    return Sample(load, (seat.side.cpu_s() - before) * 1000 / load.requests)


def rates(seats: Mapping[str, Seat], plan: Plan) -> dict[int, dict[str, list[Sample]]]:
    """Every side under every body, in turn."""
    found: dict[int, dict[str, list[Sample]]] = {kilobytes: {name: [] for name in seats} for kilobytes in BODIES}
    for number in range(plan.rounds):
        for kilobytes in BODIES:
            print(f"round {number + 1}, {BODIES[kilobytes]} …", file=sys.stderr, flush=True)
            for name, seat in seats.items():
                put(seat, kilobytes, IN_FLIGHT, 0.3)
                found[kilobytes][name].append(put(seat, kilobytes, IN_FLIGHT, plan.seconds))
    return found


def added(seats: Mapping[str, Seat], url: str, plan: Plan) -> dict[str, list[float]]:
    """What each side adds to the median latency of one request at a time, in ms, round by round."""
    itself = Seat(Side(url, (), 0.0), "bench")
    found: dict[str, list[float]] = {name: [] for name in seats}
    for _ in range(plan.rounds):
        base = put(itself, 0, 1, 600, plan.single).load.p50_ms
        for name, seat in seats.items():
            found[name].append(put(seat, 0, 1, 600, plan.single).load.p50_ms - base)
    return found


def memory(seat: Seat, plan: Plan) -> list[float]:
    """Resident memory in MiB after each tenth of the requests with pictures."""
    found = []
    for _ in range(10):
        put(seat, 40, IN_FLIGHT, 600, plan.pictures // 10)
        found.append(seat.side.memory_mib())
    return found


def stock_python() -> Path:
    """The Python of the stock proxy's environment, made where it is not there."""
    command = [sys.executable, str(ROOT / "tools" / "own_venv.py"), str(ROOT / ".venv-stock"), str(HERE / "stock.txt")]
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def rate(samples: list[Sample]) -> float:
    """The median of requests a second."""
    return median(sample.load.rate for sample in samples)


def rate_table(found: Mapping[int, Mapping[str, list[Sample]]]) -> Iterator[str]:
    """Requests a second, with the ratio to the bare pass-through and to the stock proxy of the same kind."""
    yield "| | " + " | ".join(BODIES.values()) + " |\n" + "|---" * (len(BODIES) + 1) + "|\n"
    for name in found[0]:
        cells = []
        for sides in found.values():
            cell = f"{rate(sides[name]):,.0f}/s, {rate(sides[name]) / rate(sides[BARE]):.2f} × bare"
            other = STOCK_CLAUDE if name == CLAUDE else STOCK
            if other in sides and name in (PASSED, CLAUDE):
                cell += f", {rate(sides[name]) / rate(sides[other]):.1f} × stock"
            cells.append(f"{cell} (CPU {median(sample.cpu_ms for sample in sides[name]):.2f} ms)")
        yield f"| {name} | " + " | ".join(cells) + " |\n"


def measure(plan: Plan, *, with_stock: bool) -> tuple[str, dict[str, object]]:
    """All of it: what is printed, and the figures."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mosseval-bench-")))
        url = stack.enter_context(upstream(0.0))
        gateway = stack.enter_context(ours(url, folder))
        seats = {BARE: Seat(stack.enter_context(bare(url)), DIRECT)}
        seats |= {PASSED: Seat(gateway, DIRECT), CLAUDE: Seat(gateway, TRANSLATED)}
        if with_stock:
            other = stack.enter_context(stock(stock_python(), url, folder))
            seats |= {STOCK: Seat(other, DIRECT), STOCK_CLAUDE: Seat(other, TRANSLATED)}
        for seat in seats.values():
            put(seat, 0, 1, 600, 3)
        found = rates(seats, plan)
        more = added(seats, url, plan)
        with ours(url, folder, translated=False) as alone:
            ready, kept = alone.ready_s, memory(Seat(alone, DIRECT), plan)
        with ours(url, folder, workers=2, translated=False) as two:
            pair = Seat(two, DIRECT)
            put(pair, 40, IN_FLIGHT, 0.3)
            twice = [rate([put(each, 40, IN_FLIGHT, plan.seconds)]) for each in (seats[PASSED], pair)]
    latency = "".join(f"| {name} | {median(values):.2f} ms |\n" for name, values in more.items())
    said = "".join(rate_table(found)) + f"\nAdded to one request at a time (p50):\n\n| | |\n|---|---|\n{latency}"
    said += f"\nReady {ready:.2f} s after its start, where nothing needs litellm. "
    said += f"Resident memory over {plan.pictures:,} requests with 40 KB: {kept[0]:.0f} MiB after a tenth, "
    said += f"{kept[-1]:.0f} MiB at the end. Two workers with 40 KB: {twice[1] / twice[0]:.2f} × one, "
    said += "with the load generator and the upstream on the same cores.\n"
    figures: dict[str, object] = {
        "rates": {
            str(body): {name: [asdict(each) for each in rounds] for name, rounds in sides.items()}
            for body, sides in found.items()
        },
        "added_ms": more,
        "ready_s": ready,
        "memory_mib": kept,
        "workers": twice,
    }
    return said, figures


def main() -> None:
    """Parses the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--without-stock", action="store_true", help="leave the stock litellm proxy out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure in FILE")
    arguments = parser.parse_args()
    plan, where = QUICK if arguments.quick else FULL, setting(PACKAGES)
    said, figures = measure(plan, with_stock=not arguments.without_stock)
    print(f"Medians of {plan.rounds} × {plan.seconds:g} s, {IN_FLIGHT} in flight, no latency. {where.line()}.\n")
    print(said)
    if arguments.json:
        document = {"setting": asdict(where), "plan": asdict(plan), **figures}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
