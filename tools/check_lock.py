"""Says whether the locks satisfy pyproject.toml; resolves nothing. Run: make check"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from lock import ENVIRONMENTS, LOCKS, ROOT, SERVERS
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")
ADDRESS = re.compile(r"--(extra-)?index-url|--find-links|https?://|file://")


def wanted(extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What pyproject.toml asks for in one lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    lines += (ROOT / "locks/build.in").read_text().split()
    yield from map(Requirement, lines)


def wanted_of_server(environment: str, torch: str) -> Iterator[Requirement]:
    """What one image of mosseval_serve asks for."""
    lines = (ENVIRONMENTS / f"{environment}.txt").read_text().splitlines()
    yield from map(Requirement, [line for line in lines if line and not line.startswith("#")])
    yield Requirement(torch)


def faults(path: Path, requirements: Iterable[Requirement]) -> Iterator[str]:
    """What is wrong with one lock, a line each."""
    text = path.read_text()
    pins: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", text):
        match = PIN.match(block)
        if match is None:
            yield f"{path.name}: no pin: {block[:80]!r}"
            continue
        pins[canonicalize_name(match["name"])] = match["version"]
        if "--hash=sha256:" not in block:
            yield f"{path.name}: {match['name']} has no hash"
    if ADDRESS.search(text):
        yield f"{path.name}: holds an address"
    for requirement in requirements:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{path.name}: {requirement.name} is missing"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{path.name}: {requirement.name} {version} does not satisfy {requirement.specifier}"


def main() -> int:
    """Prints every fault; 1 if there is one."""
    asked = {name: wanted(extras) for name, extras in LOCKS.items()}
    asked |= {name: wanted_of_server(*server) for name, server in SERVERS.items()}
    found = [fault for name, lines in asked.items() for fault in faults(ROOT / f"locks/{name}.txt", lines)]
    for fault in found:
        print(f"{fault}: run {'`python tools/lock.py` for it' if fault.startswith('serve-') else '`make lock`'}")
    if not found:
        print("the locks satisfy pyproject.toml and the environments of mosseval_serve")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
