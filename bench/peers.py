"""Another harness: inspect_ai against the gateway, and beside `mosseval run` and the bare loop on the same work.

Installs inspect_ai into an environment of its own (.venv-peers, needs a package index the first time). Its provider
for OpenAI-compatible endpoints is first pointed at the gateway (see `peers_gateway`). Then all three run in turn on
the same pictures against the same mock upstream. Prints two Markdown tables; 1 where a row of the first is wrong.
Run: python bench/peers.py [--gateway-only] [--quick] [--size …] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import peers_gateway
from machine import setting
from processes import HERE, Usage, upstream
from sides import Size, add_options, bare_command, counted, cpu_ms, inspect_command, peak_mib, run_command, wall_s
from workload import make, request_bytes

ROOT = HERE.parent
REQUIREMENTS = HERE / "peers.txt"


FULL = Size(1200, 64, 3)
QUICK = Size(300, 64, 1)


def environment() -> Path:
    """The Python of the peers' environment, made where it is not there."""
    command = [sys.executable, str(ROOT / "tools" / "own_venv.py"), str(ROOT / ".venv-peers"), str(REQUIREMENTS)]
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def peer_name(python: Path) -> str:
    """The peer with its version."""
    asks = "from importlib.metadata import version; print('inspect_ai', version('inspect_ai'))"
    return subprocess.run([str(python), "-c", asks], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def compare(size: Size, python: Path, folder: Path, url: str, peer: str) -> dict[str, tuple[Usage, ...]]:
    """Every side's rounds, run in turn; raises ChildFailed where one broke."""
    data = make(folder / "data", size.samples)
    rounds: dict[str, list[Usage]] = {"bare aiohttp loop": [], "mosseval run": [], peer: []}
    for number in range(size.rounds):
        commands = (
            bare_command(url, data, size.in_flight),
            run_command(url, data, folder / f"run-{number}", size.in_flight),
            inspect_command(python, url, data, folder / f"logs-{number}", size.in_flight),
        )
        for side, command in zip(rounds.values(), commands, strict=True):
            side.append(counted(url, size.samples, command))
    return {name: tuple(side) for name, side in rounds.items()}


def table(size: Size, sides: Mapping[str, tuple[Usage, ...]]) -> Iterator[str]:
    """The Markdown table; every ratio is to `mosseval run`."""
    ours = sides["mosseval run"]
    yield "| | wall | CPU a sample | peak memory |\n|---|---|---|---|\n"
    for name, rounds in sides.items():
        wall, cpu, peak = wall_s(rounds), cpu_ms(rounds, size.samples), peak_mib(rounds)
        yield f"| {name} | {wall:.2f} s ({wall / wall_s(ours):.2f} ×) "
        yield f"| {cpu:.2f} ms ({cpu / cpu_ms(ours, size.samples):.2f} ×) "
        yield f"| {peak:.0f} MiB ({peak / peak_mib(ours):.2f} ×) |\n"


def gateway_works(python: Path) -> bool:
    """Prints the table of inspect_ai against the gateway; whether every row is right."""
    with tempfile.TemporaryDirectory(prefix="mosseval-peers-") as folder:
        rows = list(peers_gateway.table(python, Path(folder)))
    print(peers_gateway.lines(rows))
    return all(row.good for row in rows)


def main() -> int:
    """Parses the arguments, checks, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--gateway-only", action="store_true", help="inspect_ai against the gateway, and no measuring")
    arguments = parser.parse_args()
    python = environment()
    works = gateway_works(python)
    if not arguments.gateway_only:
        _measure(arguments, python)
    return 0 if works else 1


def _measure(arguments: argparse.Namespace, python: Path) -> None:
    sizes = arguments.size or [QUICK if arguments.quick else FULL]
    where, peer = setting(("mosseval", "aiohttp")), peer_name(python)
    measured = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="mosseval-peers-") as folder, upstream(arguments.latency) as url:
            sides = compare(size, python, Path(folder), url, peer)
            weight = request_bytes(Path(folder) / "data") / 1000
        print(
            f"Medians ({size.rounds} × {size.samples:,} samples, {size.in_flight} in flight), requests of "
            f"{weight:.0f} KB, {arguments.latency:g} s latency. {where.line()}.\n"
        )
        print("".join(table(size, sides)))
        rounds = {name: [asdict(usage) for usage in side] for name, side in sides.items()}
        measured.append({"size": asdict(size), "rounds": rounds})
    if arguments.json:
        document = {"setting": asdict(where), "latency_s": arguments.latency, "measured": measured}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
